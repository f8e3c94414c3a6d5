"""The functions and classes of the package."""

import copy
import inspect
import json
import pickle
import subprocess
import sys
import types

import probelang
import pytest


class User:
    def __init__(self, **fields):
        self.__dict__.update(fields)


def test_variables_are_a_dict_or_keywords_of_which_the_latter_go_first():
    larger = probelang.condition("a > b")
    assert larger.test({"a": 2, "b": 1})
    assert larger.test(a=2, b=1)
    assert larger.test({"a": 0, "b": 1}, a=2)
    assert probelang.condition("true").test()
    assert probelang.condition("true").test(None)


def test_names_of_the_probe_are_given_with_their_sign():
    assert probelang.condition("@duration > 5 && @return == 1").test({"@duration": 7.5, "@return": 1})


def test_names_of_parameters_are_names_of_variables_too():
    assert probelang.condition("variables == 1 && budget == 2 && self == 3").test(
        {"self": 3}, variables=1, budget=2
    )


@pytest.mark.parametrize("variables", [[], 5, "text", types.MappingProxyType({}), User()])
def test_a_mapping_that_would_run_code_is_rejected(variables):
    with pytest.raises(TypeError, match="the variables are a dict"):
        probelang.condition("true").test(variables)


def test_a_subclass_of_dict_is_read_as_the_dict_that_it_is():
    class Loud(dict):
        def __getitem__(self, key):
            raise AssertionError

    assert probelang.condition("a == 1").test(Loud(a=1))


def test_programs_come_from_text_wire_json_and_configurations():
    wire = {"gt": [{"ref": "n"}, 1]}
    for source, form in [
        ("n > 1", "text"),
        (wire, "text"),
        (json.dumps(wire), "json"),
        ({"dsl": "n > 1", "json": wire}, "text"),
        (json.dumps({"dsl": "n > 1", "json": wire}), "json"),
    ]:
        condition = probelang.condition(source, form=form)
        assert condition.source == "n > 1" and condition.test(n=2) and not condition.test(n=1)
    template = probelang.template([{"str": "n is "}, {"dsl": "n", "json": {"ref": "n"}}])
    assert template.render(n=5).text == "n is 5"


@pytest.mark.parametrize(
    ("source", "error"), [({1: 2}, TypeError), ({"a": {1}}, TypeError), ({"a": float("nan")}, ValueError)]
)
def test_what_is_not_json_is_rejected(source, error):
    with pytest.raises(error):
        probelang.condition(source)


def test_a_source_that_nests_without_end_is_rejected():
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nested too deep"):
        probelang.condition(endless)


def test_a_compile_error_has_its_place_and_what_to_do():
    with pytest.raises(probelang.CompileError) as raised:
        probelang.condition("größe > 1 and x")
    error = raised.value
    assert error.code == "PL0214"
    assert error.source[slice(*error.span)] == "and"
    assert error.help == "write `&&`"
    assert error.path is None
    assert "größe > 1 and x" in str(error) and "^^^" in str(error)
    assert [found["code"] for found in error.diagnostics] == ["PL0214"]
    assert isinstance(error, ValueError) and isinstance(error, probelang.Error)
    assert probelang.explain(error.code).startswith("PL0214")
    assert probelang.explain("PL9999") is None


def test_an_error_in_json_has_a_path():
    with pytest.raises(probelang.CompileError) as raised:
        probelang.condition({"gt": [{"reff": "n"}, 1]})
    assert raised.value.path == "/gt/0/reff" or raised.value.path == "/gt/0"
    assert raised.value.span is None


def test_a_fault_has_its_place_and_its_reason():
    with pytest.raises(probelang.Fault) as raised:
        probelang.condition("1 == 1 && ünit.age > 5").test({"ünit": User()})
    fault = raised.value
    assert (fault.code, fault.kind) == ("PL1002", "undefined")
    assert fault.source[slice(*fault.span)] == fault.expression == "ünit.age"
    assert fault.message == "no field `age`"
    assert not isinstance(fault, probelang.LimitReached)


def test_a_fault_says_what_the_variables_have():
    def help_of(source, variables=None, **names):
        with pytest.raises(probelang.Fault) as raised:
            probelang.expression(source).eval(variables, **names)
        assert "s3cret" not in str(raised.value)
        return raised.value.help

    request = {"status": 503, "headers": {"X-Request-Id": "7f3a"}, "password": "s3cret"}
    assert help_of("usr", user=1) == "write `user`"
    assert help_of("usr", {"user": 1}, other=2) == "write `user`"
    assert help_of("request.statsu", request=request) == "write `status`"
    assert help_of('request.headers["x-request-id"]', request=request) == 'write `"X-Request-Id"`'
    assert help_of("user.nmae", user=User(name="Ada")) == "write `name`"
    assert help_of("xs.length", xs=[1]) == "write `len(xs)`"
    assert help_of("price", a=1, b=2) in ("in scope: `a`, `b`", "in scope: `b`, `a`")
    assert help_of("price") == "no variables were given"
    message = probelang.template("{usr}").render(user=1)
    assert message.errors[0].fault.help == "write `user`"
    assert "user" not in message.text and "user" not in message.errors[0].message


def test_the_kind_of_a_source_is_inferred():
    engine = probelang.Engine()
    assert engine.check("len(xs) >= 0")["diagnostics"] == engine.check("len(xs) >= 0", kind="condition")["diagnostics"]
    assert engine.check("user.age", kind="condition")["ok"]


def test_a_redacted_value_is_never_shown():
    user = User(name="Ada", password="s3cret", badge="b4dge")
    with pytest.raises(probelang.Fault) as raised:
        probelang.condition('user.password == "x"').test(user=user)
    assert raised.value.kind == "redacted" and "s3cret" not in str(raised.value)
    assert probelang.expression("user").eval(user=user) == {
        "name": "Ada",
        "password": {"$redacted": True},
        "badge": "b4dge",
    }
    shown = probelang.expression("user", redact=["badge"], redact_exclude=["password"]).eval(user=user)
    assert shown == {"name": "Ada", "password": "s3cret", "badge": {"$redacted": True}}
    assert probelang.template("{user}", redact_types=["*.User"]).render(user=user).text == "{redacted}"


CARD = "4111 1111 1111 1111"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
SECRETS = {
    "note": f"paid with {CARD}",
    "items": [f"Bearer {TOKEN}", "plain"],
    "by": {f"postgres://ada:s3cr3tpw@db/{TOKEN}": 1},
    "user": User(name=f"Ada {CARD}"),
}


def leaving(engine):
    """All that an engine gives of the secrets, as one text."""
    given = []
    for name in SECRETS:
        try:
            given.append(repr(engine.expression(name).eval(SECRETS)))
        except probelang.Fault as fault:
            given.append(f"{fault} {fault.message} {fault.help} {fault.reason}")
        given.append(repr(engine.template(f"is {{{name}}}").render(SECRETS).text))
        trace = engine.trace(f"{name} == 1", SECRETS)
        given.append(repr(trace.tree))
        try:
            given.append(repr(trace.answer))
        except probelang.Fault as fault:
            given.append(str(fault))
    message = engine.template("{substring(note, 10, 25)} {items[0]} {note}").render(SECRETS)
    given.append(message.text + repr([(error.expression, error.message, str(error.fault)) for error in message.errors]))
    given.append(engine.capture(SECRETS))
    given.append(engine.capture(SECRETS, expressions={"mine": "note", "other": "items"}))
    return "\n".join(given)


def test_a_mode_hides_secrets_in_texts_wherever_they_leave():
    planted = [CARD, "4111", TOKEN, "s3cr3tpw"]
    shown = leaving(probelang.Engine())
    assert all(secret in shown for secret in planted)
    for mode in ("targeted", "strict"):
        engine = probelang.Engine(redaction=mode)
        # expressions see the texts
        assert engine.condition(f"note == 'paid with {CARD}'").test(SECRETS)
        shown = leaving(engine)
        assert [secret for secret in planted if secret in shown] == [], mode
        assert ("plain" in shown) == (mode == "targeted")
        again = leaving(pickle.loads(pickle.dumps(engine)))
        assert [secret for secret in planted if secret in again] == [], mode
        loaded = engine.load(engine.expression("items").to_bytes())
        assert TOKEN not in repr(loaded.eval(SECRETS))
    assert probelang.expression("note", redaction="targeted").eval(SECRETS) == "paid with {redacted}"
    assert probelang.expression("len(note)", redaction="strict").eval(SECRETS) == 29
    with pytest.raises(probelang.Fault) as raised:
        probelang.expression("note", redaction="strict").eval(SECRETS)
    assert (raised.value.kind, raised.value.code) == ("redacted", "PL1105")
    assert raised.value.help.endswith("it is set by `redaction`")
    assert probelang.expression("items", redaction="strict").eval(SECRETS) == [{"$redacted": True}, {"$redacted": True}]
    assert probelang.expression("by", redaction="strict").eval(SECRETS) == [[{"$redacted": True}, 1]]


def test_no_program_is_traced_in_a_weaker_mode_than_is_asked_for():
    shows = probelang.expression("note")
    with pytest.raises(ValueError, match='compile it with "strict"'):
        probelang.trace(shows, SECRETS, redaction="strict")
    assert CARD in repr(probelang.trace(shows, SECRETS).tree)
    hides = probelang.expression("note", redaction="strict")
    assert CARD not in repr(probelang.trace(hides, SECRETS).tree)


def test_shapes_and_patterns_of_texts_are_settings():
    note = f"ada@example.com, {CARD}, badge B-1815"
    shown = lambda **settings: probelang.template("{note}", **settings).render(note=note).text
    assert shown() == note == shown(redaction="off", no_redact_shapes=["card"])
    # what is added asks for the mode
    assert shown(redact_shapes=["email"], no_redact_shapes=["card"]) == f"{{redacted}}, {CARD}, badge B-1815"
    assert shown(redact_patterns={"badge": "B-[0-9]{4}"}) == "ada@example.com, {redacted}, badge {redacted}"
    assert shown(redact_patterns={"badge": "B-[0-9]{4}"}, redaction="strict") == "{redacted}"
    with pytest.raises(probelang.Fault) as raised:
        probelang.expression("substring(note, 17, 20)", redaction="targeted").eval(note=note)
    assert "no_redact_shapes=[\"card\"]" in raised.value.help
    for wrong, said in [
        ({"redaction": "some"}, "there is no redaction 'some', only off, targeted, strict"),
        ({"redact_shapes": ["mail"]}, "there is no shape 'mail'"),
        ({"no_redact_shapes": ["mail"]}, "there is no shape 'mail'"),
        ({"redact_shapes": ["email"], "redaction": "off"}, "`redact_shapes` hides nothing"),
        ({"redact": ["pass*"]}, "so '\\*' would match nothing; list each name, or redact a type with `redact_types`"),
        ({"redact_patterns": {"mine": "x"}, "redaction": "off"}, "`redact_patterns` hides nothing"),
        ({"redact_patterns": {"card": "x"}}, "the name of a shape or mode"),
        ({"redact_patterns": {"a b": "x"}}, "letters, digits"),
        ({"redact_patterns": {"mine": "("}}, "unclosed group"),
        ({"redact_patterns": {"mine": "x*"}}, "empty text"),
    ]:
        with pytest.raises(ValueError, match=said):
            probelang.Engine(**wrong)
    for wrong in ({"redact_patterns": {"mine": 1}}, {"redact_patterns": ["x"]}, {"redact_shapes": "email"}, {"redaction": 1}):
        with pytest.raises(TypeError):
            probelang.Engine(**wrong)
    engine = probelang.Engine(redact_shapes=["ip"], no_redact_shapes=["jwt"], redact_patterns={"b": "B-[0-9]+", "a": "A"})
    again = pickle.loads(pickle.dumps(engine))
    assert again == engine and again != probelang.Engine(redaction="targeted")
    assert again.template("{note}").render(note="10.0.0.1 B-12").text == "{redacted} {redacted}"


def test_the_help_of_a_redacted_value_speaks_of_keywords():
    with pytest.raises(probelang.Fault) as raised:
        probelang.condition("password == 1").test(password=1)
    assert raised.value.help == 'the built-in name `password` hides it; `redact_exclude=["password"]` takes it out'
    assert probelang.condition("password == 1", redact_exclude=["password"]).test(password=1)
    trace = probelang.trace("badge == 1", {"badge": 1}, kind="condition", redact=["badge"])
    with pytest.raises(probelang.Fault) as raised:
        trace.answer
    assert raised.value.help.startswith("the configured name `badge` hides it; it is given by `redact`, and `redact_ex")
    (error,) = probelang.template("{user}", redact_types=["*.User"]).render(user=User()).errors
    assert error.fault.help.endswith("it is given by `redact_types`")


def test_arguments_that_are_none_are_not_given():
    condition = probelang.condition("n == 1")
    assert condition.test(None, None, n=1) and condition.test({"n": 1}, None) and condition.test(n=1)
    assert probelang.condition("true").test()


@pytest.mark.parametrize("arguments", [({}, None, 1), ({}, 1), ([],), (1,), ({}, {})])
def test_other_arguments_are_rejected(arguments):
    for program in programs():
        with pytest.raises(TypeError):
            program(*arguments)


def programs():
    yield probelang.condition("n == 1").test
    yield probelang.metric("n").measure
    yield probelang.expression("n").eval
    yield probelang.template("{n}").render


def test_a_method_needs_an_object_of_its_class():
    with pytest.raises(TypeError):
        probelang.Condition.test(probelang.metric("1"))
    with pytest.raises(TypeError):
        probelang.Condition.test()
    assert probelang.Condition.test(probelang.condition("n == 1"), n=1)


def test_methods_have_their_signature():
    for program in programs():
        assert str(inspect.signature(program)) == "(variables=None, budget=None, /, **names)"


def test_many_keywords_are_found_by_name():
    names = {f"name{at}": at for at in range(300)}
    assert probelang.condition("name299 == 299 && name0 == 0").test(**names)
    assert probelang.condition("name1 == 1").test({"name1": 2}, **names)


def test_what_is_evaluated_is_a_copy():
    value = {"list": [1, [2]], "text": "x"}
    copied = probelang.expression("v").eval(v=value)
    assert copied == value and copied is not value and copied["list"] is not value["list"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({1: "a"}, [[1, "a"]]),
        ({"a": {1: 2}}, {"a": [[1, 2]]}),
        ('quote " \\ \n \u2028 \U0001f600 \0', 'quote " \\ \n \u2028 \U0001f600 \0'),
        ([-0.0, 1e300, 5e-324], [-0.0, 1e300, 5e-324]),
        ([2**63, -(2**63) - 1], [2**63, -(2**63) - 1]),
        (["\ud800"], [{"$unreadable": "surrogates"}]),
    ],
)
def test_a_copy_is_exact(value, expected):
    assert repr(probelang.expression("v").eval(v=value)) == repr(expected)


def test_a_deep_copy_ends_at_its_limit():
    value = []
    for _ in range(2000):
        value = [value]
    found = probelang.expression("v").eval(v=value)
    levels = 0
    while isinstance(found, list):
        found, levels = found[0], levels + 1
    assert found == {"$unreadable": "depth"} and levels == 512


def test_a_message_says_which_parts_failed():
    message = probelang.template("{user.name} {user.nothing} {nobody}").render(user=User(name="Ada"))
    assert message.text == str(message) == "Ada {no field `nothing`} {`nobody` is not defined}"
    assert [error.expression for error in message.errors] == ["user.nothing", "nobody"]
    assert [error.fault.code for error in message.errors] == ["PL1002", "PL1001"]
    assert not message.truncated
    cut = probelang.template("{text}", message_length=20, message_string=1000).render(text="x" * 100)
    assert cut.truncated and cut.errors[-1].fault is None


@pytest.mark.parametrize(("value", "expected"), [(5, 5), (1.5, 1.5), (True, 1), (2**64 - 1, 2**64 - 1)])
def test_a_metric_is_a_number(value, expected):
    measured = probelang.metric("v").measure(v=value)
    assert measured == expected and type(measured) in (int, float)


def test_a_metric_that_is_no_number_is_a_fault():
    for value in ("x", None, float("nan")):
        with pytest.raises(probelang.Fault):
            probelang.metric("v").measure(v=value)


def test_a_run_ends_at_its_steps():
    endless = probelang.condition("any(v, {any(w, {@it < 0})})", steps=1000)
    with pytest.raises(probelang.LimitReached) as raised:
        endless.test(v=list(range(1000)), w=list(range(1000)))
    assert raised.value.kind == "limit"
    assert isinstance(raised.value, probelang.Fault)


def test_a_run_ends_at_its_deadline():
    values = list(range(3000))
    endless = probelang.condition("any(v, {any(w, {@it < 0})})", steps=10**12, deadline=0.001)
    with pytest.raises(probelang.LimitReached):
        endless.test(v=values, w=values)


def test_runs_share_a_budget():
    budget = probelang.Budget(steps=100)
    condition = probelang.condition("all(v, {@it >= 0})")
    assert condition.test({"v": [1] * 20}, budget)
    assert 0 < budget.spent < 100 and budget.left == 100 - budget.spent
    with pytest.raises(probelang.LimitReached):
        condition.test({"v": [1] * 1000}, budget)
    message = probelang.template("{v}").render({"v": [1] * 20}, budget)
    assert message.errors


@pytest.mark.parametrize("settings", [{"dialect": "cobol"}, {"deadline": -1}, {"deadline": float("nan")}, {"targets": ["cobol"]}])
def test_a_setting_that_makes_no_sense_is_rejected(settings):
    with pytest.raises(ValueError):
        probelang.Engine(**settings)
    with pytest.raises(TypeError):
        probelang.Engine(no_such_setting=1)


def test_a_dialect_decides():
    assert probelang.expression("v == 1", dialect="python").eval(v=True) != probelang.expression("v == 1").eval(v=True)


def test_programs_engines_and_errors_can_be_pickled():
    engine = probelang.Engine(dialect="python", redact=["badge"], steps=5000, schema={"names": {"n": "int"}})
    for made in [
        engine.condition("n > 1"),
        engine.template("n is {n}"),
        engine.metric("n"),
        engine.expression({"ref": "n"}),
    ]:
        for other in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
            assert type(other) is type(made) and other.source == made.source
            assert other.engine == engine
    again = pickle.loads(pickle.dumps(engine.condition("n > 1")))
    assert again.test(n=2) and not again.test(n=1)
    for make in (lambda: probelang.condition("n >"), lambda: probelang.condition("n > 1").test()):
        with pytest.raises(probelang.Error) as raised:
            make()
        other = pickle.loads(pickle.dumps(raised.value))
        assert type(other) is type(raised.value)
        assert (str(other), other.code, other.span) == (str(raised.value), raised.value.code, raised.value.span)


def test_a_program_is_stored_as_bytes():
    for made in [probelang.condition("n > 1"), probelang.template("{n}"), probelang.metric("n"), probelang.expression("n")]:
        loaded = probelang.load(made.to_bytes())
        assert type(loaded) is type(made)
        assert type(pickle.loads(pickle.dumps(loaded))) is type(made)
    assert probelang.load(probelang.condition("n > 1").to_bytes()).test(n=2)
    with pytest.raises(probelang.ArtifactError):
        probelang.load(b"nothing of the kind")
    with pytest.raises(TypeError):
        probelang.trace(probelang.load(probelang.condition("n > 1").to_bytes()), {"n": 2})


def test_a_program_says_what_it_reads_and_what_is_odd():
    assert probelang.condition("user.age > 1 && len(cart) > 2").variables == ("user", "cart")
    assert probelang.condition('user.age > "x" && user.age > 1').warnings
    assert repr(probelang.condition("a")) == 'Condition("a")'


def test_a_check_runs_nothing():
    report = probelang.check("len(cart) > 2 && usr.age > 1", kind="condition", schema={"names": {"cart": "list", "user": "object"}})
    assert [found["message"] for found in report["diagnostics"]] == ["the schema has no name `usr`"]
    assert not probelang.check("a >")["ok"]
    with pytest.raises(ValueError, match="there is no kind 'no'"):
        probelang.check("a", kind="no")


def test_tools_for_authors():
    assert probelang.format("not isEmpty( s )&&count(xs)>2") == "!isEmpty(s) && len(xs) > 2"
    assert probelang.format({"gt": [{"ref": "n"}, 1]}) == "n > 1"
    assert probelang.to_json("n > 1") == {"gt": [{"ref": "n"}, 1]}
    assert probelang.fix("n > 1 and m") == ("n > 1 && m", ["write `&&`"])
    with pytest.raises(probelang.CompileError):
        probelang.format("a >")
    labels = [found["label"] for found in probelang.complete("é == 1 && star", len("é == 1 && star"))]
    assert labels[0] == "startsWith"
    assert probelang.hover("len(x)", 1)
    assert probelang.hover("len(x)  ", 8) is None
    with pytest.raises(ValueError, match="no character"):
        probelang.complete("a", 5)
    tokens = probelang.tokens("é > 1")
    assert ["é > 1"[start:end] for start, end, _ in tokens if "é > 1"[start:end].strip()] == ["é", ">", "1"]


def test_a_trace_explains():
    user = User(age=36, active=True)
    trace = probelang.trace("user.age > 40 && user.active", {"user": user}, kind="condition")
    assert trace.answer is False
    assert trace.decided_by == "user.age > 40"
    assert trace.steps > 0
    assert trace.tree["children"][0]["children"][0]["value"] == 36
    assert probelang.trace(probelang.template("{user.age}"), {"user": user}).answer.text == "36"
    failed = probelang.trace("user.nothing", {"user": user})
    with pytest.raises(probelang.Fault):
        _ = failed.answer
    assert failed.tree["status"] == "fault"


def test_a_capture_is_limited_and_redacted():
    captured = probelang.capture({"user": User(name="Ada" * 200, password="s3cret"), "n": list(range(200))}, max_length=10)
    assert "s3cret" not in captured
    names = json.loads(captured)["captures"]["return"]["locals"]
    assert names["user"]["fields"]["name"] == {"type": "str", "value": "AdaAdaAdaA", "truncated": True, "size": 600}
    assert names["n"]["size"] == 200 and names["n"]["notCapturedReason"] == "collectionSize"
    some = json.loads(probelang.capture({"n": [1, 2]}, expressions={"count": "len(n)", "bad": "x.y"}, group="arguments"))
    assert some["captures"]["return"]["captureExpressions"] == {"count": {"type": "int", "value": "2"}}
    assert some["evaluationErrors"][0]["expr"] == "x.y"
    with pytest.raises(ValueError, match="max_size"):
        probelang.capture({}, max_size=10)
    with pytest.raises(ValueError, match="there is no group"):
        probelang.capture({}, group="none")


def test_one_program_serves_all_threads():
    import threading

    condition = probelang.condition("any(v, {@it == wanted})")
    wrong = []

    def work(wanted):
        for at in range(500):
            if condition.test(v=range_of, wanted=wanted + at) != (wanted + at < 100):
                wrong.append(wanted)

    range_of = list(range(100))
    threads = [threading.Thread(target=work, args=(at * 10,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_import_brings_in_nothing_else():
    code = "import sys; before = set(sys.modules); import probelang; print(*sorted(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["probelang", "probelang._probelang"]


def test_everything_has_documentation():
    for name in probelang.__all__:
        value = getattr(probelang, name)
        if name == "__version__":
            continue
        assert value.__doc__, name
        if isinstance(value, type):
            for part, member in vars(value).items():
                if not part.startswith("_") and not isinstance(member, (str, tuple, type(None))):
                    assert member.__doc__, f"{name}.{part}"
