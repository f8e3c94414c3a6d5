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
