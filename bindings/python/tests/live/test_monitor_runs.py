"""Threads, coroutines, generators, forks, and objects whose code must not run."""

import asyncio
import gc
import os
import sys
import threading
import time

import probelang._probelang as native
import pytest
import test_armed


def spans(events):
    return [event for event in events if event["kind"] == "span"]


def tag(span, name):
    [value] = [value for key, value in span["tags"].items() if key == name]
    return value


def test_coroutines_that_alternate_have_durations_of_their_own(live, probe):
    # each sleeps twice, and is suspended while the others sleep twice in all
    module = live.load(
        """
        import asyncio, time
        async def work(name):
            time.sleep(0.002)
            await asyncio.sleep(0)
            time.sleep(0.002)
            return name
        async def all():
            return await asyncio.gather(*[work(n) for n in range(3)])
        """
    )
    name = module.__name__
    live.start(
        probe("log", f"{name}.work", template="{name} {@return} {@duration > 7}"),
        probe("span", f"{name}.work", type="SPAN_PROBE"),
    )
    asyncio.run(module.all())
    events = live.events()
    messages = [event["event"]["message"] for event in events if event["kind"] == "log"]
    assert messages == ["0 0 True", "1 1 True", "2 2 True"]
    assert len(spans(events)) == 3
    for span in spans(events):
        suspended = float(tag(span, "suspended_ms"))
        assert suspended > 3.5 and span["duration"] / 1e6 - suspended > 3.5, span


GENERATORS = """
def numbers(n):
    try:
        for i in range(n):
            got = yield i
            if got == "raise":
                raise ValueError("asked")
    except KeyError:
        yield "caught"
    return "end"

async def anumbers(n):
    for i in range(n):
        yield i

def delegate(n):
    result = yield from numbers(n)
    return result
"""


def run_async(module):
    async def all():
        return [one async for one in module.anumbers(2)]

    return asyncio.run(all())


def raised(call, *args):
    with pytest.raises(Exception):
        call(*args)


def thrown(module):
    numbers = module.numbers(3)
    next(numbers)
    assert numbers.throw(KeyError()) == "caught"
    return list(numbers)


def closed(module):
    numbers = module.numbers(3)
    next(numbers)
    numbers.close()


def dropped(module):
    numbers = module.numbers(3)
    next(numbers)
    del numbers
    gc.collect()


def sent(module):
    numbers = module.numbers(3)
    next(numbers)
    raised(numbers.send, "raise")


GENERATOR_ENDS = [
    ("numbers", lambda m: list(m.numbers(2)), "2 end False"),
    ("numbers", thrown, "3 end False"),
    ("numbers", closed, "3 none False"),
    ("numbers", dropped, "3 none False"),
    ("numbers", sent, "3 none True"),
    ("anumbers", run_async, "2 None False"),
    ("delegate", lambda m: list(m.delegate(1)), "1 end False"),
]


@pytest.mark.parametrize("function, call, message", GENERATOR_ENDS, ids=[str(n) for n in range(len(GENERATOR_ENDS))])
def test_a_generator_is_one_call_from_its_start_to_its_end(live, probe, function, call, message):
    module = live.load(GENERATORS)
    where = f"{module.__name__}.{function}"
    live.start(
        probe("returned", where, when="isDefined(@return)", template="{n} {@return} {isDefined(@exception)}"),
        probe("other", where, when="!isDefined(@return)", template="{n} none {isDefined(@exception)}"),
        probe("span", where, type="SPAN_PROBE"),
    )
    call(module)
    events = live.events()
    assert [event["event"]["message"] for event in events if event["kind"] == "log"] == [message]
    [span] = spans(events)
    assert ("error" in span and span["error"] is not None) == message.endswith("True")


def test_exceptions_of_other_code_end_no_calls(live, probe):
    module = live.load(
        """
        def fail(n):
            if n == 0:
                raise ValueError("deep")
            return fail(n - 1)
        def caught(n):
            try:
                fail(n)
            except ValueError:
                pass
            return n
        """
    )
    name = module.__name__
    live.start(probe("fail", f"{name}.fail", template="{n} {isDefined(@exception)}"), probe("ok", f"{name}.caught", template="{@return}"))
    assert sys.monitoring.get_events(4) != 0
    module.caught(1)
    live.update(probe("ok", f"{name}.caught", template="{n}", evaluateAt="ENTRY", when="n == 9", version=1))
    live.until(lambda: sys.monitoring.get_events(4) == 0)
    assert live.messages() == ["0 True", "1 True", "1"]


def test_hits_of_eight_threads_add_up(live, probe, layout):
    each = 125_000 if layout == "direct" else 5_000
    module = live.load(
        """
        def work(n):
            total = 0
            for i in range(n):
                total += one(i)
            return total
        def one(i):
            return i & 1
        """
    )
    name = module.__name__
    live.start(
        probe("line", f"{name}.py:7", when="i == -1"),
        probe("call", f"{name}.one", when="@return == 2"),
        probe("count", f"{name}.work", type="METRIC_PROBE", kind="COUNT", metricName="done"),
    )
    module.work(100)
    gc.collect()
    blocks = sys.getallocatedblocks()
    threads = [threading.Thread(target=module.work, args=(each,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gc.collect()
    assert sys.getallocatedblocks() - blocks < 500
    hits = 8 * each + 100
    for one in ("line", "call"):
        # so many hits may cost more than a probe is allowed to
        all, causes = live.counts(one)
        assert all == hits == sum(causes.values()) and set(causes) <= {"not_matched", "paused"}
    assert live.counts("count") == (9, {"emitted": 9})


def in_child(child):
    """Runs something in a child of a fork, and waits for it."""
    native.live_before_fork()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = 0 if child() else 2
        finally:
            os._exit(code)
    native.live_after_fork_in_parent()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_of_a_fork_has_probes_and_counters_of_its_own(live, probe):
    module = live.load("def pay(total):\n    due = total * 2\n    return due\n")
    name = module.__name__
    probes = [probe("call", f"{name}.pay", template="call {total}"), probe("line", f"{name}.py:3", template="line {due}")]
    live.start(*probes)
    module.pay(1)
    events = live.folder / "child.ndjson"

    def child():
        native.live_after_fork_in_child(True)
        module.pay(2)
        counts = live.counts("call"), live.counts("line")
        events.write_text(str(counts))
        native.live_stop()
        return counts == ((1, {"emitted": 1}), (1, {"emitted": 1})) and sys.monitoring.get_tool(4) is None

    in_child(child)
    module.pay(3)
    assert live.counts("call") == (2, {"emitted": 2}), events.read_text()

    def without():
        native.live_after_fork_in_child(False)
        module.pay(4)
        return not native.live_running() and sys.monitoring.get_tool(4) is None

    in_child(without)
    module.pay(5)
    messages = live.messages()
    for total in (1, 2, 3, 5):
        assert messages.count(f"call {total}") == messages.count(f"line {total * 2}") == 1, messages
    assert "call 4" not in messages


def test_no_code_of_an_object_runs_in_a_hit(live, probe):
    module = live.load("def look(v, w, d, l):\n    seen = v\n    return v\n")
    name = module.__name__
    probes = [probe("capture", f"{name}.look", captureSnapshot=True, evaluateAt="ENTRY")]
    for number, text in enumerate(test_armed.EXPRESSIONS):
        line = f"{name}.py:{2 + number % 2}"
        probes.append(probe(f"message {number}", line, template=f"{{{text}}}"))
        probes.append(probe(f"condition {number}", line, when=text))
        probes.append(probe(f"value {number}", f"{name}.look", when=text.replace("v", "@return", 1) if text[0] == "v" else text))
    live.start(*probes)
    states = [one["status"] for one in live.status()["probes"]]
    # what no condition can be is not in the set of the probes
    assert states.count("INSTALLED") > 200, states
    other = test_armed.instance()
    table = {"a": other, 1: 2, test_armed.Key("b"): 3}
    for what, value in test_armed.objects().items():
        with test_armed.arming():
            module.look(value, other, table, [other, value])
        print(what)
    error = type("Failing", (Exception,), test_armed.hooks(Exception))(test_armed.instance())
    counts = [live.counts(one["id"])[0] for one in live.status()["probes"] if one["status"] != "ERROR"]
    assert set(counts) == {len(test_armed.objects())}
    kinds = {event["kind"] for event in live.events()}
    assert kinds == {"log", "snapshot", "error"}
    assert error is not None


def test_an_exception_with_hooks_ends_a_call_without_running_them(live, probe):
    module = live.load("def fail(error):\n    raise error\n")
    live.start(
        probe("e", f"{module.__name__}.fail", template="{@exception}", captureSnapshot=True),
        probe("s", f"{module.__name__}.fail", type="SPAN_PROBE"),
    )
    error = type("Failing", (Exception,), test_armed.hooks(Exception))(test_armed.instance())
    with test_armed.arming():
        try:
            module.fail(error)
        except Exception as caught:
            assert caught is error
    assert [event["kind"] for event in live.events()] == ["snapshot", "span"]


def test_the_kill_switch_stops_probes_and_lets_them_go_on(live, probe):
    module = live.load("def pay(total):\n    return total\n")
    live.start(probe("p", f"{module.__name__}.pay", template="{total}"))
    module.pay(1)
    native.live_switch(True)
    module.pay(2)
    native.live_switch(False)
    module.pay(3)
    assert live.messages() == ["1", "3"]
