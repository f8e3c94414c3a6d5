"""Programs over arrays of Arrow: texts and columns, from several libraries and for them."""

import concurrent.futures
import gc
import json
import os
import pickle
import random
import subprocess
import sys

import duckdb
import nanoarrow
import polars
import probelang
import pyarrow
import pytest

ROWS = [
    {"user": {"age": 45, "plan": "gold"}, "items": [{"price": 10.5}, {"price": 99}], "n": 1},
    {"user": {"age": 20, "plan": "gold"}, "items": [], "n": -(2**40)},
    {"user": {"age": None, "plan": None}, "items": [{"price": None}], "n": 3},
    None,
    {"user": None, "items": None, "n": 0},
    {"user": {"age": 41, "plan": "free"}, "items": [{"price": 100.25}], "n": 5},
]
TEXTS = [None if row is None else json.dumps(row) for row in ROWS]
GOLD = "user.age > 40 && user.plan == 'gold'"


@pytest.fixture(autouse=True)
def once(layout):
    if layout == "published":
        pytest.skip("no object of Python is read")


def one_by_one(program, rows, run="test"):
    """What the program gives for each row by itself, in the form of Arrow."""
    for row in rows:
        if row is None:
            yield {"value": None, "fault": None}
            continue
        try:
            yield {"value": getattr(program, run)(row), "fault": None}
        except probelang.Fault as fault:
            yield {"value": None, "fault": fault.code}


def listed(answers):
    return pyarrow.array(answers).to_pylist()


TYPES = {
    "string": pyarrow.string(),
    "large_string": pyarrow.large_string(),
    "string_view": pyarrow.string_view(),
    "binary": pyarrow.binary(),
    "large_binary": pyarrow.large_binary(),
    "binary_view": pyarrow.binary_view(),
    "dictionary": pyarrow.dictionary(pyarrow.int8(), pyarrow.string()),
}


@pytest.mark.parametrize("type", TYPES.values(), ids=TYPES)
def test_texts_of_every_type_give_what_single_runs_give(type):
    program = probelang.condition(GOLD)
    expected = list(one_by_one(program, ROWS))
    assert {fault["fault"] for fault in expected} > {None, "PL1302"}
    if pyarrow.types.is_dictionary(type):
        array = pyarrow.array(TEXTS * 3).dictionary_encode().cast(type)
    else:
        array = pyarrow.array(TEXTS * 3, pyarrow.string()).cast(type)
    assert listed(program.test_arrow(array)) == expected * 3
    for start, length in [(0, 4), (2, 9), (7, 1), (5, 0)]:
        assert listed(program.test_arrow(array.slice(start, length))) == (expected * 3)[start : start + length]


def test_a_null_in_the_values_of_a_dictionary_is_null():
    array = pyarrow.DictionaryArray.from_arrays([0, 1, None, 1], [TEXTS[0], None])
    assert listed(probelang.condition("n == 1").test_arrow(array, faults="null")) == [True, None, None, None]
    array = pyarrow.DictionaryArray.from_arrays(pyarrow.array([None, None], "int8"), pyarrow.array([], "string"))
    assert listed(probelang.condition("n == 1").test_arrow(array, faults="null")) == [None, None]


def test_chunks_are_read_one_after_the_other():
    program = probelang.condition(GOLD)
    chunks = pyarrow.chunked_array([TEXTS[:2], [], TEXTS[2:], TEXTS], pyarrow.string())
    assert listed(program.test_arrow(chunks)) == list(one_by_one(program, ROWS * 2))
    nothing = pyarrow.chunked_array([], pyarrow.string())
    assert listed(program.test_arrow(nothing)) == []


def test_answers_go_to_every_library():
    program = probelang.condition("n > 0")
    given = [polars.Series(TEXTS), nanoarrow.Array(TEXTS, nanoarrow.string()), pyarrow.array(TEXTS)]
    given.append(polars.DataFrame({"line": TEXTS})["line"].cast(polars.Categorical))
    for array in given:
        answers = program.test_arrow(array, faults="null")
        expected = [True, False, True, None, False, True]
        assert len(answers) == 6 and repr(answers) == "Answers(6 of Boolean)"
        assert polars.Series(answers).to_list() == expected
        assert nanoarrow.Array(answers).to_pylist() == expected
        assert pyarrow.array(answers).to_pylist() == expected
        # as often as somebody asks
        assert pyarrow.array(answers).to_pylist() == expected
    both = polars.Series(program.test_arrow(polars.Series(["{", "{}"]))).struct.unnest()
    assert both.to_dict(as_series=False) == {"value": [None, None], "fault": ["PL2001", "PL1001"]}


def test_values_are_json_messages_text_and_numbers_floats():
    rows = [row for row in ROWS if row is not None]
    texts = pyarrow.array([json.dumps(row) for row in rows])
    value = probelang.expression("items")
    assert [json.loads(found["value"]) for found in listed(value.eval_arrow(texts))] == [row["items"] for row in rows]
    number = probelang.metric("n")
    assert listed(number.measure_arrow(texts, faults="null")) == [float(row["n"]) for row in rows]
    template = probelang.template("{n} of {user.age}, {nothing}")
    found = listed(template.render_arrow(texts))
    assert found[0]["fault"] == "PL1001"
    assert [message["value"] for message in found] == [template.render(row).text for row in rows]
    for type in (pyarrow.string(), pyarrow.large_string()):
        answers = pyarrow.array(template.render_arrow(texts.cast(type), faults="null"))
        assert answers.type == type


def test_an_entry_without_an_answer_does_not_stop_the_others():
    broken = ["", "{", "[]", "7", '{"n": 1} x', b'{"n": "\xff"}', "[" * 600, '[{"n": 1}, {"n": 2}]', '{"captures": {}}']
    array = pyarrow.array([*broken, '{"n": 2}', None, '[{"n": 2}]'], pyarrow.binary())
    condition, value = probelang.condition("n == 2"), probelang.expression("n")
    codes = ["PL2001", "PL2001", "PL2010", "PL2009", "PL2001", "PL2003", "PL2002", None, "PL2004", None, None, None]
    found = listed(condition.test_arrow(array))
    assert [entry["fault"] for entry in found] == codes
    assert [entry["value"] for entry in found] == [None] * 7 + [True, None, True, None, True]
    found = listed(value.eval_arrow(array))
    assert [entry["fault"] for entry in found] == [*codes[:7], "PL2009", *codes[8:]]
    assert found[9] == found[11] == {"value": "2", "fault": None}


def test_the_first_fault_can_be_raised():
    condition = probelang.condition("user.age > 40")
    chunks = pyarrow.chunked_array([TEXTS[:2], TEXTS[2:]])
    with pytest.raises(probelang.Fault, match="PL1302") as raised:
        condition.test_arrow(chunks, faults="raise")
    assert raised.value.row == 2 and raised.value.__notes__ == ["in row 2 of the array"]
    with pytest.raises(probelang.InputError, match=r"error\[PL2001\]: .*line 1, column 7") as raised:
        condition.test_arrow(pyarrow.array([TEXTS[0], '{"a": ']), faults="raise")
    assert (raised.value.code, raised.value.row) == ("PL2001", 1)
    with pytest.raises(probelang.LimitReached):
        probelang.condition("any(items, {@it.price > 1})", steps=2).test_arrow(pyarrow.array(TEXTS), faults="raise")
    assert listed(condition.test_arrow(pyarrow.array(TEXTS[:2]), faults="raise")) == [True, False]


def test_what_is_no_array_of_texts_or_structs_is_rejected():
    condition = probelang.condition("true")
    for given in [[TEXTS[0]], TEXTS[0], None, pyarrow.string()]:
        with pytest.raises(TypeError, match="has neither"):
            condition.test_arrow(given)
    for given in [pyarrow.array([1]), pyarrow.chunked_array([], pyarrow.int64()), pyarrow.array([["a"]])]:
        with pytest.raises(TypeError, match="an array of JSON texts or of structs is needed"):
            condition.test_arrow(given)
    with pytest.raises(ValueError, match="there is no faults 'drop', only struct, null, raise"):
        condition.test_arrow(pyarrow.array(TEXTS), faults="drop")
    with pytest.raises(ValueError, match="there is no input 'json'"):
        condition.test_arrow(pyarrow.array(TEXTS), input="json")


def test_a_capsule_is_used_once():
    class Once:
        def __init__(self, capsules):
            self.capsules = capsules

        def __arrow_c_array__(self, requested_schema=None):
            return self.capsules

    class OnceMore(Once):
        def __arrow_c_stream__(self, requested_schema=None):
            return self.capsules

    condition = probelang.condition("n == 1")
    array = pyarrow.array(TEXTS[:1])
    for once in [Once(array.__arrow_c_array__()), OnceMore(pyarrow.chunked_array([array]).__arrow_c_stream__())]:
        assert listed(condition.test_arrow(once, faults="null")) == [True]
        with pytest.raises(ValueError, match="handed to somebody else before"):
            condition.test_arrow(once)
    for wrong in [Once((1, 2)), Once(array.__arrow_c_array__()[::-1]), Once(()), OnceMore(5)]:
        with pytest.raises((TypeError, ValueError)):
            condition.test_arrow(wrong)


def test_snapshots_are_read_as_recordings():
    class Order:
        def __init__(self):
            self.total, self.token = 7, "t0p-secret"

    snapshot = probelang.capture({"order": Order()})
    texts = pyarrow.array([snapshot, json.dumps({"debugger": {"snapshot": json.loads(snapshot)}})])
    total = probelang.expression("order.total")
    assert listed(total.eval_arrow(texts, faults="null")) == ["7", "7"]
    assert listed(total.eval_arrow(texts, frame="return", faults="null")) == ["7", "7"]
    assert [entry["fault"] for entry in listed(total.eval_arrow(texts, frame="entry"))] == ["PL2005"] * 2
    assert listed(total.eval_arrow(pyarrow.array(["{}"]), frame="entry"))[0]["fault"] == "PL2005"
    assert listed(total.eval_arrow(texts, input="plain"))[0]["fault"] == "PL1001"
    assert listed(total.eval_arrow(pyarrow.array(["{}"]), input="snapshot"))[0]["fault"] == "PL2004"


# Of the columns


def test_columns_give_what_texts_give_but_for_what_is_missing():
    """Rows with every field, drawn at random, under many expressions."""
    chance = random.Random(5)

    def some(make):
        return None if chance.random() < 0.15 else make()

    def row():
        return {
            "user": some(lambda: {"age": some(lambda: chance.randint(0, 90)), "plan": some(lambda: chance.choice("abc"))}),
            "items": some(lambda: [some(lambda: {"price": some(lambda: chance.randint(0, 9) / 4)}) for _ in range(chance.randint(0, 40))]),
            "tags": some(lambda: [some(lambda: chance.choice(["x", "y", "é"])) for _ in range(chance.randint(0, 3))]),
            "big": some(lambda: chance.choice([2**64 - 1, 2**63, 0, 5])),
            "flag": some(lambda: chance.random() < 0.5),
            "nested": some(lambda: [[1], [], None, [2, 3]][: chance.randint(0, 4)]),
            "password": "p",
        }

    rows = [row() for _ in range(200)]
    user = pyarrow.struct([("age", pyarrow.int16()), ("plan", pyarrow.dictionary(pyarrow.int8(), pyarrow.string()))])
    types = {
        "user": user,
        "items": pyarrow.list_(pyarrow.struct([("price", pyarrow.float32())])),
        "tags": pyarrow.large_list(pyarrow.string_view()),
        "big": pyarrow.uint64(),
        "flag": pyarrow.bool_(),
        "nested": pyarrow.list_(pyarrow.list_(pyarrow.int8())),
        "password": pyarrow.large_string(),
    }
    columns = pyarrow.array(rows, pyarrow.struct(types))
    texts = pyarrow.array([json.dumps(row) for row in rows])
    frame = polars.DataFrame(rows, schema_overrides={"big": polars.UInt64}, infer_schema_length=None)
    conditions = [
        GOLD,
        "user.age > 40",
        "any(items, {@it.price > 2})",
        "all(items, {@it == null || @it.price >= 0})",
        "len(items) > 30 || len(filter(items, {@it == null})) > 2",
        "contains(tags, 'é') && startsWith(user.plan, 'a')",
        "tags[1] == 'y'",
        "items[39].price == 1.25",
        "big > 9223372036854775807 || big == 5",
        "flag",
        "any(nested, {any(@it, {@it == 3})})",
        "any(user, {@key == 'plan' && @value == 'b'})",
        "user['age'] == 30 || len(user) != 2",
        "isDefined(user.age) && isUndefined(nothing)",
        "nothing == 1",
        "password == 'p'",
        "user instanceof 'Map'",
        "tags == nested",
    ]
    for source in conditions:
        program = probelang.condition(source)
        expected = listed(program.test_arrow(texts))
        assert listed(program.test_arrow(columns)) == expected, source
        assert listed(program.test_arrow(columns.slice(50, 100))) == expected[50:150], source
        batch = pyarrow.RecordBatch.from_struct_array(columns)
        assert listed(program.test_arrow(batch)) == expected, source
        assert listed(program.test_arrow(pyarrow.Table.from_batches([batch, batch]))) == expected * 2, source
        assert listed(program.test_arrow(frame)) == expected, source
    for source in ["user", "items", "tags", "big", "nested", "password", "filter(items, {@it.price > 1})", "user.plan"]:
        program = probelang.expression(source)
        assert listed(program.eval_arrow(columns)) == listed(program.eval_arrow(texts)), source
    template = probelang.template("{user} {tags} {big}")
    assert listed(template.render_arrow(columns)) == listed(template.render_arrow(texts))


def test_a_relation_of_duckdb_is_read_as_columns():
    relation = duckdb.sql("SELECT n, {'a': n, 'b': [n]} AS s, MAP {'k': n} AS m FROM range(5000) AS t(n)")
    answers = listed(probelang.condition("s.b[0] == s.a && m['k'] == n && n > 4990").test_arrow(relation, faults="null"))
    assert sum(answers) == 9 and len(answers) == 5000


def test_null_in_a_column_is_null_and_a_null_row_has_no_answer():
    rows = pyarrow.array([{"a": None}, None, {"a": 1}], pyarrow.struct({"a": pyarrow.int64()}))
    assert listed(probelang.condition("a == null").test_arrow(rows, faults="null")) == [True, None, False]
    assert listed(probelang.condition("isDefined(a)").test_arrow(rows, faults="null")) == [True, None, True]
    assert listed(probelang.condition("isDefined(b)").test_arrow(rows, faults="null")) == [False, None, False]


def test_maps_keep_the_types_of_their_keys():
    texts = pyarrow.array([[("a", 1), ("b", None)], None, []], pyarrow.map_(pyarrow.string(), pyarrow.int32()))
    numbers = pyarrow.array([[(7, "x")], [], None], pyarrow.map_(pyarrow.int64(), pyarrow.string()))
    table = pyarrow.table({"texts": texts, "numbers": numbers})
    for source, expected in [
        ("texts['a'] == 1", [(True, None), (None, "PL1302"), (None, "PL1004")]),
        ("numbers[7] == 'x'", [(True, None), (None, "PL1004"), (None, "PL1302")]),
        ("any(texts, {@key == 'b' && @value == null})", [(True, None), (None, "PL1302"), (False, None)]),
    ]:
        found = listed(probelang.condition(source).test_arrow(table))
        assert [entry["value"] for entry in found] == [value for value, _ in expected], source
        assert [entry["fault"] is None for entry in found] == [code is None for _, code in expected], source
    assert listed(probelang.expression("texts").eval_arrow(table, faults="null"))[0] == '{"a":1,"b":null}'


def test_lists_of_every_layout_are_lists():
    values = [[1, 2], [], None, [3, 4]]
    pairs = pyarrow.array([[1, 2], [5, 6], None, [3, 4]], pyarrow.list_(pyarrow.int8(), 2))
    columns = {
        "small": pyarrow.array(values, pyarrow.list_(pyarrow.int8())),
        "large": pyarrow.array(values, pyarrow.large_list(pyarrow.int8())),
        "view": pyarrow.array(values, pyarrow.list_view(pyarrow.int8())),
        "large_view": pyarrow.array(values, pyarrow.large_list_view(pyarrow.int8())),
        "pairs": pairs,
    }
    table = pyarrow.table(columns)
    for name in columns:
        expected = table[name].to_pylist()
        for start in (0, 1, 3):
            found = listed(probelang.expression(name).eval_arrow(table.slice(start), faults="null"))
            assert [json.loads(value) for value in found] == expected[start:], name


def test_what_the_language_has_no_values_for_is_unreadable():
    import datetime
    import decimal

    columns = {
        "timestamp": pyarrow.array([datetime.datetime(2026, 1, 1)]),
        "date": pyarrow.array([datetime.date(2026, 1, 1)]),
        "decimal": pyarrow.array([decimal.Decimal("1.5")]),
        "binary": pyarrow.array([b"x"]),
        "duration": pyarrow.array([datetime.timedelta(1)]),
        "time": pyarrow.array([datetime.time(1)]),
    }
    table = pyarrow.table(columns)
    for name in columns:
        found = listed(probelang.condition(f"{name} == 1").test_arrow(table))
        assert found == [{"value": None, "fault": "PL1201"}], name
        with pytest.raises(probelang.Fault, match="column"):
            probelang.condition(f"{name} == 1").test_arrow(table, faults="raise")
    nothing = pyarrow.table({"a": pyarrow.nulls(2)})
    assert listed(probelang.condition("a == null").test_arrow(nothing, faults="null")) == [True, True]
    half = pyarrow.table({"a": pyarrow.array([1.5, None], pyarrow.float16())})
    assert listed(probelang.expression("a").eval_arrow(half, faults="null")) == ["1.5", "null"]


def test_secrets_are_hidden_in_texts_and_columns_alike():
    rows = [{"user": {"name": "Ada", "password": "s3cret"}, "api_key": "k3y", "badge": 7, "key": "password"}]
    engine = probelang.Engine(redact=["badge"])
    for array in (pyarrow.array([json.dumps(row) for row in rows]), pyarrow.array(rows)):
        shown = listed(engine.expression("user").eval_arrow(array, faults="null"))
        assert shown == ['{"name":"Ada","password":{"$redacted":true}}']
        for hidden in ["api_key", "badge", "user.password", "user[key]"]:
            fault = listed(engine.expression(hidden).eval_arrow(array))[0]
            assert fault["value"] is None and fault["fault"].startswith("PL11"), hidden
        text = listed(engine.template("{user} {badge} {api_key}").render_arrow(array))[0]["value"]
        assert "s3cret" not in text and "7" not in text and "k3y" not in text
        for source in ["badge == 7", "user.password == 's3cret'"]:
            with pytest.raises(probelang.Fault) as raised:
                engine.condition(source).test_arrow(array, faults="raise")
            assert raised.value.kind == "redacted" and "k3y" not in str(raised.value)


def test_a_mode_hides_secrets_in_texts_and_columns_alike():
    card = "4111 1111 1111 1111"
    rows = [{"note": f"paid with {card}", "n": 1}]
    for array in (pyarrow.array([json.dumps(row) for row in rows]), pyarrow.array(rows)):
        engine = probelang.Engine(redaction="targeted")
        assert listed(engine.expression("note").eval_arrow(array, faults="null")) == ['"paid with {redacted}"']
        assert listed(engine.template("{note}").render_arrow(array, faults="null")) == ["paid with {redacted}"]
        assert listed(engine.condition(f"note == 'paid with {card}'").test_arrow(array, faults="null")) == [True]
        strict = probelang.Engine(redaction="strict")
        fault = listed(strict.expression("note").eval_arrow(array))[0]
        assert fault["value"] is None and fault["fault"] == "PL1105"
        assert listed(strict.template("{note} {n}").render_arrow(array, faults="null")) == ["{redacted} 1"]
        with pytest.raises(probelang.Fault) as raised:
            strict.expression("note").eval_arrow(array, faults="raise")
        assert card not in str(raised.value)


def test_texts_that_are_not_utf8_are_never_taken_as_text():
    wrong = pyarrow.array([b"\xff\xfe", b"ok"]).view(pyarrow.string())
    found = listed(probelang.condition("a == 'ok'").test_arrow(pyarrow.table({"a": wrong})))
    assert found == [{"value": None, "fault": "PL1201"}, {"value": True, "fault": None}]
    found = listed(probelang.condition("a == 'ok'").test_arrow(wrong))
    assert [entry["fault"] for entry in found] == ["PL2003", "PL2001"]


# Of programs and processes


def test_programs_go_to_other_processes_with_their_settings():
    program = probelang.condition("badge == 7 || n > 1", redact=["badge"], dialect="python")
    again = pickle.loads(pickle.dumps(program))
    assert again.engine == program.engine
    array = pyarrow.array(['{"badge": 7, "n": 2}', '{"n": 1'])
    assert listed(again.test_arrow(array)) == listed(program.test_arrow(array))
    loaded = probelang.load(program.to_bytes(), redact=["badge"])
    assert listed(pickle.loads(pickle.dumps(loaded)).test_arrow(array)) == listed(program.test_arrow(array))


def test_threads_share_a_program():
    program = probelang.condition(GOLD)
    array = pyarrow.array(TEXTS * 500)
    expected = listed(program.test_arrow(array))
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        for found in threads.map(lambda _: listed(program.test_arrow(array)), range(8)):
            assert found == expected


WAITS = """
import os, threading, pyarrow, probelang
reads, writes = os.pipe()
schema = pyarrow.schema([("n", pyarrow.int64())])
def write():
    with open(writes, "wb") as file:
        with pyarrow.ipc.new_stream(file, schema) as stream:
            for n in range(3):
                stream.write_batch(pyarrow.record_batch({"n": [n]}, schema))
threading.Thread(target=write).start()
file = open(reads, "rb", buffering=0)
stream = pyarrow.ipc.open_stream(file)
print(pyarrow.array(probelang.condition("n > 1").test_arrow(stream, faults="null")).to_pylist())
"""


def test_other_threads_can_make_what_a_stream_gives():
    ran = subprocess.run([sys.executable, "-c", WAITS], capture_output=True, text=True, timeout=300)
    assert ran.stdout == "[False, False, True]\n", ran.stderr


def test_nothing_is_kept_after_a_call():
    program = probelang.expression("items")
    texts = pyarrow.array([text for text in TEXTS if text] * 1000)
    columns = pyarrow.array(ROWS * 1000)

    def some():
        for array in (texts, pyarrow.chunked_array([texts]), columns):
            for faults in ("struct", "null", "raise"):
                pyarrow.array(program.eval_arrow(array, faults=faults))
                # an array that nobody takes
                program.eval_arrow(array, faults=faults).__arrow_c_array__()

    some()
    gc.collect()
    # of the library that lends the arrays, and of this one
    lent, resident = pyarrow.total_allocated_bytes(), memory()
    for _ in range(20):
        some()
    gc.collect()
    assert pyarrow.total_allocated_bytes() == lent
    # 20 times what is made would be more than 100 MB
    assert memory() < resident + 30_000_000


def memory():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
