"""Line and function probes in code of every shape."""

import sys

import probelang._probelang as native
import pytest

SHAPES = '''
    import functools, types

    class Cart:
        kind = "plain"

        def __init__(self, total):
            self.total = total

        def pay(self, *more, tip=0, **options):
            due = self.total + tip
            return due

        @property
        def size(self):
            return 3

        @staticmethod
        def fixed(a):
            return a

        @classmethod
        def of(cls, total):
            return cls(total)

    RATE = 7

    def wrap(function):
        @functools.wraps(function)
        def inner(*args):
            return function(*args)
        return inner

    @wrap
    def wrapped(a):
        b = a + RATE
        return b

    def outer(n):
        def nested(k):
            return n + k
        return nested

    def count(n):
        if n:
            return count(n - 1)
        return 0

    def numbers(n):
        for i in range(n):
            yield i

    def squares(xs):
        ys = [x * x for x in xs]
        return ys

    def total(xs):
        return sum(x for x in xs)

    def one_line(a): return a + 1

    shout = lambda word: word + "!"
'''


def line_of(module, text):
    with open(module.__file__) as source:
        [number] = [number for number, line in enumerate(source, 1) if text in line]
    return number


FUNCTIONS = [
    # place, message, what is called, messages
    ("Cart.pay", "{self.total} {tip}", lambda m: m.Cart(5).pay(tip=2), ["5 2"]),
    ("Cart.__init__", "{total}", lambda m: m.Cart(5), ["5"]),
    ("Cart.size", "{@return}", lambda m: m.Cart(5).size, ["3"]),
    ("Cart.fixed", "{a}", lambda m: m.Cart.fixed("x"), ["x"]),
    ("Cart.of", "{total} {cls.kind}", lambda m: m.Cart.of(4), ["4 plain"]),
    ("wrapped", "{a} {@return}", lambda m: m.wrapped(1), ["1 8"]),
    ("wrap.inner", "{args}", lambda m: m.wrapped(1), ["[1]"]),
    ("outer.nested", "{n} {k} {@return}", lambda m: m.outer(1)(2), ["1 2 3"]),
    ("outer", "{n}", lambda m: m.outer(1), ["1"]),
    ("count", "{n}", lambda m: m.count(2), ["0", "1", "2"]),
    ("numbers", "{n} {i}", lambda m: list(m.numbers(2)), ["2 1"]),
    ("squares", "{xs} {@return}", lambda m: m.squares([1, 2]), ["[1, 2] [1, 4]"]),
    ("one_line", "{@return}", lambda m: m.one_line(1), ["2"]),
    ("<lambda>", "{word}", lambda m: m.shout("hey"), ["hey"]),
]


@pytest.mark.parametrize("place, template, call, messages", FUNCTIONS, ids=[row[0] for row in FUNCTIONS])
@pytest.mark.parametrize("when_loaded", ["before", "after"])
def test_a_function_probe_sees_the_function(live, probe, place, template, call, messages, when_loaded):
    name = live.source(SHAPES)
    probes = [probe("p", f"{name}.{place}", template=template)]
    if when_loaded == "before":
        live.start(*probes)
        assert live.status("p") == ("RECEIVED", None)
        module = live.load(SHAPES, name)
    else:
        module = live.load(SHAPES, name)
        live.start(*probes)
    assert live.status("p")[0] == "INSTALLED"
    call(module)
    assert live.status("p")[0] == "EMITTING"
    assert live.messages() == messages


LINES = [
    # text of the line, message, what is called, messages
    ("return due", "{due} {tip} {more} {options}", lambda m: m.Cart(5).pay(1, tip=2, a=3), ["7 2 [1] {['a'=3]}"]),
    ("b = a + RATE", "{a} {RATE}", lambda m: m.wrapped(1), ["1 7"]),
    ("return n + k", "{n} {k}", lambda m: m.outer(1)(2), ["1 2"]),
    ("yield i", "{i}", lambda m: list(m.numbers(3)), ["0", "1", "2"]),
    ("return sum(", "{len(xs)}", lambda m: m.total([1, 2, 3]), ["3"]),
    ("return ys", "{ys}", lambda m: m.squares([3]), ["[9]"]),
    ("def one_line", "{a}", lambda m: m.one_line(1), ["1"]),
    ("shout =", "{word}", lambda m: m.shout("hey"), ["hey"]),
    ("return count(", "{n}", lambda m: m.count(2), ["2", "1"]),
]


@pytest.mark.parametrize("text, template, call, messages", LINES, ids=[row[0] for row in LINES])
@pytest.mark.parametrize("when_loaded", ["before", "after"])
def test_a_line_probe_sees_the_line(live, probe, text, template, call, messages, when_loaded):
    name = live.source(SHAPES)
    with open(live.folder / f"{name}.py") as source:
        [line] = [number for number, one in enumerate(source, 1) if text in one]
    probes = [probe("p", f"{name}.py:{line}", template=template)]
    if when_loaded == "before":
        live.start(*probes)
        module = live.load(SHAPES, name)
    else:
        module = live.load(SHAPES, name)
        live.start(*probes)
    assert live.status("p")[0] == "INSTALLED"
    call(module)
    assert live.messages() == messages


def test_lines_of_modules_and_classes_are_hit_while_they_are_loaded(live, probe):
    name = live.source(SHAPES)
    lines = (live.folder / f"{name}.py").read_text().splitlines()
    live.start(
        probe("class", f"{name}.py:{lines.index('    kind = "plain"') + 1}", template="{kind}", when='kind == "plain"'),
        probe("module", f"{name}.py:{lines.index('RATE = 7') + 1}", template="{isDefined(Cart)}"),
    )
    live.load(SHAPES, name)
    # before its line runs the class has no such name
    [error, message] = live.events()
    assert error["kind"] == "error"
    assert message["event"]["message"] == "True"


def test_conditions_decide_and_are_counted(live, probe):
    module = live.load(SHAPES)
    live.start(
        probe("line", f"{module.__name__}.py:{line_of(module, 'return due')}", when="due > 10", template="{due}"),
        probe("call", f"{module.__name__}.Cart.pay", when="@return == 20", template="{@return}"),
    )
    for total in (5, 10, 20):
        module.Cart(total).pay()
    assert live.counts("line") == (3, {"emitted": 1, "not_matched": 2})
    assert live.counts("call") == (3, {"emitted": 1, "not_matched": 2})
    assert live.messages() == ["20", "20"]


def test_metrics_count_and_measure(live, probe):
    module = live.load(SHAPES)
    metric = {"type": "METRIC_PROBE", "metricName": "paid", "kind": "HISTOGRAM", "value": {"dsl": "self.total"}}
    live.start(probe("m", f"{module.__name__}.Cart.pay", **metric))
    for total in (1, 2):
        module.Cart(total).pay()
    assert [(event["kind"], event["value"]) for event in live.events()] == [("metric", 1), ("metric", 2)]


def test_a_snapshot_has_arguments_locals_results_and_the_stack(live, probe):
    module = live.load(SHAPES)
    live.start(probe("p", f"{module.__name__}.Cart.pay", captureSnapshot=True))

    def caller():
        return module.Cart(5).pay(tip=1)

    caller()
    [event] = live.events()
    assert event["kind"] == "snapshot"
    snapshot = event["event"]["debugger"]["snapshot"]
    entry, end = (snapshot["captures"][moment] for moment in ("entry", "return"))
    assert sorted(entry["arguments"]) == ["more", "options", "self", "tip"]
    assert end["locals"]["due"]["value"] == "6" and end["locals"]["@return"]["value"] == "6"
    stack = [frame["function"] for frame in snapshot["stack"]]
    assert stack[0] == "Cart.pay" and stack[1].endswith("caller")
    assert snapshot["stack"][0]["fileName"] == module.__file__
    assert event["event"]["logger"]["thread_name"] == "MainThread"


def test_an_exception_is_what_ends_a_call(live, probe):
    module = live.load(
        """
        class Declined(Exception): pass
        def pay(total):
            if total > 10:
                raise Declined("no money")
            return total
        """
    )
    live.start(
        probe("e", f"{module.__name__}.pay", when="isDefined(@exception)", template="{total} {@exception}"),
        probe("s", f"{module.__name__}.pay", type="SPAN_PROBE"),
    )
    module.pay(1)
    with pytest.raises(module.Declined):
        module.pay(20)
    events = live.events()
    spans = [event for event in events if event["kind"] == "span"]
    assert [span.get("error", {}).get("message") for span in spans] == [None, "no money"]
    assert spans[1]["error"]["type"] == f"{module.__name__}.Declined"
    [log] = [event for event in events if event["kind"] == "log"]
    assert log["event"]["message"].startswith("20 ")


def test_an_exception_says_where_it_was_thrown(live, probe):
    module = live.load(
        """
        def pay(total):
            return check(total)
        def check(total):
            if total > 10:
                return deep(total - 1)
            raise ValueError("no money")
        def deep(total):
            try:
                return check(total)
            finally:
                total = 0
        """
    )
    name = module.__name__
    live.start(
        probe("p", f"{name}.pay", captureSnapshot=True),
        # where it passes, the rest of its way is not known yet
        probe("q", f"{name}.check", captureSnapshot=True, when="total == 10"),
    )
    with pytest.raises(ValueError):
        module.pay(11)
    inner, outer = live.events()

    def stack(event):
        thrown = event["event"]["debugger"]["snapshot"]["captures"]["return"]["throwable"]
        assert (thrown["type"], thrown["message"]) == ("ValueError", "no money")
        assert {frame["fileName"] for frame in thrown["stacktrace"]} == {module.__file__}
        return [(frame["function"], frame["lineNumber"]) for frame in thrown["stacktrace"]]

    way = [("check", 6), ("deep", 9), ("check", 5), ("pay", 2)]
    assert stack(outer) == way and stack(inner) == way[:1]


def test_the_stack_of_an_exception_is_cut_at_its_outer_end(live, probe):
    module = live.load(
        """
        def count(n):
            if n == 0:
                raise ValueError("end")
            return count(n - 1)
        def start():
            return count(400)
        """
    )
    live.start(probe("p", f"{module.__name__}.start", captureSnapshot=True))
    with pytest.raises(ValueError):
        module.start()
    [event] = live.events()
    stack = event["event"]["debugger"]["snapshot"]["captures"]["return"]["throwable"]["stacktrace"]
    assert len(stack) == 256 and [frame["lineNumber"] for frame in stack[:2]] == [3, 4]


def test_a_callback_that_panics_is_counted_and_the_program_runs_on(live, probe, capfd):
    live.start(probe("p", "nowhere.f"))
    assert "remarks" not in live.status()
    assert native._live_panic() is None and native._live_panic() is None
    assert live.status()["remarks"] == ["2 hits ended in a bug of probelang; the program ran on"]
    native.live_stop()
    # another start counts anew
    native.live_start(probes=str(live.file), sinks=[f"jsonl:{live.out}"])
    assert "remarks" not in live.status()


def test_nothing_is_left_when_probes_are_removed(live, probe):
    module = live.load(SHAPES)
    code = module.Cart.pay.__code__
    monitoring, before = sys.monitoring, sys.getrefcount(code)

    def tools():
        return [monitoring.get_tool(number) for number in range(6)]

    unused = tools()
    where = f"{module.__name__}.Cart.pay"
    live.start(probe("p", where), probe("q", f"{module.__name__}.py:{line_of(module, 'return due')}"))
    assert tools()[4] == "probelang"
    assert monitoring.get_local_events(4, code) != 0
    module.Cart(1).pay()
    live.update(probe("q", f"{module.__name__}.py:{line_of(module, 'return due')}"))
    module.Cart(1).pay()
    assert monitoring.get_local_events(4, code) == monitoring.events.LINE | monitoring.events.PY_START
    assert monitoring.get_events(4) == 0
    live.update()
    live.until(lambda: tools() == unused)
    assert sys.getrefcount(code) == before
    module.Cart(1).pay()
    live.update(probe("p", where))
    module.Cart(1).pay()
    assert live.messages() == ["q", "p", "q", "p"]
    assert tools() == unused and sys.getrefcount(code) == before
    assert not native.live_running()


def test_a_changed_probe_goes_on_in_its_changed_form(live, probe):
    module = live.load(SHAPES)
    where = f"{module.__name__}.Cart.pay"
    live.start(probe("p", where, template="one {tip}", evaluateAt="ENTRY"))
    module.Cart(1).pay()
    live.update(probe("p", where, template="two {@return}", evaluateAt="EXIT", version=1))
    module.Cart(1).pay()
    assert live.messages() == ["one 0", "two 1"]


def test_only_one_runs_in_a_process(live, probe):
    live.start(probe("p", "nowhere.f"))
    with pytest.raises(RuntimeError, match="run already"):
        native.live_start(probes=str(live.file))
    native.live_stop()
    native.live_stop()
    assert not native.live_running()
    with pytest.raises(RuntimeError):
        native.live_status()
    with pytest.raises(ValueError, match="nosuch"):
        native.live_start(probes=str(live.file), sinks=["nosuch:x"])


def test_the_holders_of_tool_ids_are_named(live, probe):
    module = live.load(SHAPES)
    for number, name in ((3, "one"), (4, "other")):
        sys.monitoring.use_tool_id(number, name)
    try:
        live.start(probe("p", f"{module.__name__}.Cart.pay"))
        status, cause = live.status("p")
        assert status == "ERROR" and '4 by "other" and 3 by "one"' in cause, cause
    finally:
        sys.monitoring.free_tool_id(3)
        sys.monitoring.free_tool_id(4)
