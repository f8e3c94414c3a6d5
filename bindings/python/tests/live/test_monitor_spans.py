"""The active span, as the objects of OpenTelemetry and ddtrace have it; here by classes of the same shape."""

import collections
import contextvars
import sys
import types

import pytest

TRACE = 0x0123456789ABCDEF0123456789ABCDEF
SPAN = 0xFEDCBA9876543210


def opentelemetry():
    class Context(dict):
        pass

    class SpanContext(tuple):
        pass

    class Span:
        def __init__(self):
            self._context = SpanContext((TRACE, SPAN, False, 1, None, True))

    class Runtime:
        def __init__(self):
            self._current_context = contextvars.ContextVar("current_context", default=Context())

    runtime = Runtime()
    module = types.ModuleType("opentelemetry.context")
    module._RUNTIME_CONTEXT = runtime
    return module, lambda: runtime._current_context.set(Context({"other": 1, "current-span-1f2e": Span()}))


def ddtrace():
    class Span:
        __slots__ = ("trace_id", "span_id")

        def __init__(self):
            self.trace_id, self.span_id = TRACE, SPAN

    variable = contextvars.ContextVar("datadog_contextvar", default=None)
    module = types.ModuleType("ddtrace._trace.provider")
    module._DD_CONTEXTVAR = variable
    return module, lambda: variable.set(Span())


@pytest.mark.parametrize("made", [opentelemetry, ddtrace])
def test_events_name_the_active_span(live, probe, monkeypatch, made):
    tracer, activate = made()
    monkeypatch.setitem(sys.modules, tracer.__name__, tracer)
    module = live.load("def pay(total):\n    return total\n")
    live.start(
        probe("log", f"{module.__name__}.pay", evaluateAt="ENTRY", template="{total}"),
        probe("span", f"{module.__name__}.pay", type="SPAN_PROBE"),
    )
    module.pay(1)
    contextvars.copy_context().run(lambda: (activate(), module.pay(2)))
    module.pay(3)
    by_kind = collections.defaultdict(list)
    for event in live.events():
        by_kind[event["kind"]].append(event)
    ids = [tuple(event["event"].get("dd", {}).get(key) for key in ("trace_id", "span_id")) for event in by_kind["log"]]
    assert ids == [(None, None), (f"{TRACE:032x}", str(SPAN)), (None, None)], by_kind["log"]
    ids = [(event.get("trace_id"), event.get("parent_id")) for event in by_kind["span"]]
    assert ids == [(None, None), (f"{TRACE:032x}", str(SPAN)), (None, None)], by_kind["span"]


TAG = {
    "type": "SPAN_DECORATION_PROBE",
    "decorations": [{"tags": [{"name": "total", "value": {"template": "{total} paid"}}]}],
}


class Attributes:
    """As the SDK of OpenTelemetry keeps them, with methods that are not to be called."""

    def __init__(self, kept=(), most=128, length=None, immutable=False, table=dict):
        self._dict = table(kept)
        self.maxlen, self.max_value_len, self._immutable = most, length, immutable

    def __setitem__(self, name, value):
        raise AssertionError("code of the tracer runs")

    __len__ = __iter__ = __getitem__ = __setitem__


class Key:
    """A key with the hash of a name, which is not to be compared with it."""

    def __hash__(self):
        return hash("total")

    def __eq__(self, other):
        raise AssertionError("code of a key runs")


class Parent(tuple):
    pass


def otel_span(attributes, end=None, parent=None):
    _, span = None, type("Span", (), {"set_attribute": Attributes.__setitem__})()
    span._context = Parent((TRACE, SPAN, False, 1, None, True))
    span._attributes, span._end_time, span._parent = attributes, end, parent
    return span


ONES = {f"n{at}": at for at in range(3)}
SPANS = {
    # a span, whether its tag is set as the active one, and as the root
    "empty": (lambda: otel_span(Attributes()), True, True),
    "with others": (lambda: otel_span(Attributes(ONES)), True, True),
    "with the same": (lambda: otel_span(Attributes({"total": 1, **ONES})), True, True),
    "of older versions": (lambda: otel_span(Attributes(ONES, table=collections.OrderedDict)), True, True),
    "full": (lambda: otel_span(Attributes(ONES, most=3)), False, False),
    "without a limit": (lambda: otel_span(Attributes(ONES, most=None)), True, True),
    "ended": (lambda: otel_span(Attributes(), end=5), False, False),
    "immutable": (lambda: otel_span(Attributes(immutable=True)), False, False),
    "with a value whose end may run code": (lambda: otel_span(Attributes({"total": Attributes()})), False, False),
    "with a hostile key": (lambda: otel_span(Attributes({Key(): 1})), False, False),
    "of a class of dictionaries": (lambda: otel_span(Attributes(table=collections.Counter)), False, False),
    "with a parent elsewhere": (lambda: otel_span(Attributes(), parent=Parent((TRACE, 1, True))), True, True),
    "with a parent": (lambda: otel_span(Attributes(), parent=Parent((TRACE, 1, False))), True, False),
    "not recorded": (lambda: type("Span", (), {"_context": Parent((TRACE, SPAN))})(), False, False),
}


@pytest.mark.parametrize("target", ["ACTIVE", "ROOT"])
@pytest.mark.parametrize("made, as_active, as_root", SPANS.values(), ids=SPANS)
def test_tags_are_set_on_a_span_of_opentelemetry(live, probe, monkeypatch, made, as_active, as_root, target):
    tracer, _ = opentelemetry()
    monkeypatch.setitem(sys.modules, tracer.__name__, tracer)
    module = live.load("def pay(total):\n    return total\n")
    span = made()
    attributes = getattr(span, "_attributes", Attributes())
    before = list(attributes._dict.items())
    live.start(probe("tag", f"{module.__name__}.pay", targetSpan=target, **TAG))

    def activate():
        tracer._RUNTIME_CONTEXT._current_context.set({"current-span-7": span})
        module.pay(7)

    contextvars.copy_context().run(activate)
    is_set = as_active if target == "ACTIVE" else as_root
    remarks = live.status().get("remarks", [])
    # what was kept is there still, in its order
    after = list(attributes._dict.items())
    if is_set:
        expected = {**dict(before), "total": "7 paid", "_dd.di.total.probe_id": "tag"}
        assert dict(after) == expected and [name for name, _ in after] == list(expected) and remarks == []
    else:
        assert [id(name) for name, _ in after] == [id(name) for name, _ in before]
        [remark] = remarks
        why = "does not know the root" if made is SPANS["with a parent"][0] else "not recorded, has ended, or"
        assert remark.startswith("the tags of 1 hit are on no span: ") and why in remark
    # a sink hears of them either way
    [event] = live.events()
    assert event["kind"] == "tags" and dict(event["tags"])["total"] == "7 paid"


def test_a_tag_has_no_more_characters_than_a_span_allows(live, probe, monkeypatch):
    tracer, _ = opentelemetry()
    monkeypatch.setitem(sys.modules, tracer.__name__, tracer)
    module = live.load("def pay(total):\n    return total\n")
    span = otel_span(Attributes(length=3))
    live.start(probe("tag", f"{module.__name__}.pay", **TAG))
    tracer._RUNTIME_CONTEXT._current_context.set({"current-span-7": span})
    module.pay("äöüß")
    module.pay("a")
    assert span._attributes._dict["total"] == "a p"
    module.pay("äöüß")
    assert span._attributes._dict["total"] == "äöü"


@pytest.mark.parametrize("target", ["ACTIVE", "ROOT"])
def test_tags_are_set_on_a_span_of_older_versions_of_ddtrace(live, probe, monkeypatch, target):
    class Span:
        __slots__ = ("trace_id", "span_id", "_meta", "_parent", "_on_finish_callbacks")

        def __init__(self, parent=None):
            self.trace_id, self.span_id, self._meta = TRACE, SPAN, {}
            self._parent, self._on_finish_callbacks = parent, []

        set_tag = Attributes.__setitem__

    tracer, _ = ddtrace()
    monkeypatch.setitem(sys.modules, tracer.__name__, tracer)
    module = live.load("def pay(total):\n    return total\n")
    root = Span()
    active = Span(Span(root))
    live.start(probe("tag", f"{module.__name__}.pay", targetSpan=target, **TAG))
    contextvars.copy_context().run(lambda: (tracer._DD_CONTEXTVAR.set(active), module.pay(7)))
    tags = {"total": "7 paid", "_dd.di.total.probe_id": "tag"}
    assert (active._meta, root._meta) == ((tags, {}) if target == "ACTIVE" else ({}, tags))
    assert live.status().get("remarks", []) == []


def test_tags_without_a_span_are_counted(live, probe):
    module = live.load("def pay(total):\n    return total\n")
    live.start(probe("tag", f"{module.__name__}.pay", **TAG))
    module.pay(1)
    module.pay(2)
    [remark] = live.status()["remarks"]
    assert remark == "the tags of 2 hits are on no span: no span of OpenTelemetry or ddtrace was active"
    assert [event["kind"] for event in live.events()] == ["tags", "tags"]
