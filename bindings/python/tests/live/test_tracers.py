"""Spans of the tracers themselves, each in a process of its own: `opentelemetry-sdk` and `ddtrace`."""

import importlib.util
import json

import pytest
from test_launch import PROBE, Launch

PAY = """
import json
def pay(total): return total

def show(**spans):
    print(json.dumps({name: [trace, str(span), tags] for name, (trace, span, tags) in spans.items()}))
"""

OPENTELEMETRY = PAY + """
from opentelemetry.sdk.trace import TracerProvider
tracer = TracerProvider().get_tracer("shop")

def of(span):
    ids = span.get_span_context()
    return f"{ids.trace_id:032x}", ids.span_id, dict(span.attributes)

with tracer.start_as_current_span("request") as root:
    pay(1)
    with tracer.start_as_current_span("payment") as span:
        pay(2)
        show(root=of(root), span=of(span))
pay(3)
"""

DDTRACE = PAY + """
from ddtrace.trace import tracer

def of(span):
    names = ("total", "first", "_dd.di.total.probe_id", "_dd.di.first.probe_id")
    tags = {name: span.get_tag(name) for name in names}
    return f"{span.trace_id:032x}", span.span_id, {name: tag for name, tag in tags.items() if tag is not None}

with tracer.trace("request") as root:
    pay(1)
    with tracer.trace("payment") as span:
        pay(2)
        show(root=of(root), span=of(span))
pay(3)
"""


def tag(name, target):
    tags = [{"name": name, "value": {"template": "{total}"}}]
    where = {"typeName": "__main__", "methodName": "pay"}
    decorations = [{"tags": tags}]
    return {"id": name, "type": "SPAN_DECORATION_PROBE", "where": where, "targetSpan": target, "decorations": decorations}


@pytest.mark.parametrize("package, program", [("opentelemetry.sdk", OPENTELEMETRY), ("ddtrace", DDTRACE)])
def test_ids_and_tags_are_those_of_the_tracer(tmp_path, layout, package, program):
    if layout == "published":
        pytest.skip("the program that is started reads by layout")
    if importlib.util.find_spec(package.partition(".")[0]) is None:
        pytest.skip(f"{package} is not installed")
    tmp_path.chmod(0o700)
    launch = Launch(tmp_path, when=None)
    launch.probes.write_text(json.dumps([{**PROBE, "when": None}, tag("total", "ACTIVE"), tag("first", "ROOT")]))
    variables = {"DD_TRACE_STARTUP_LOGS": "false", "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false"}
    variables |= {"DD_REMOTE_CONFIGURATION_ENABLED": "false", "DD_TRACE_AGENT_URL": "http://127.0.0.1:9"}
    ran = launch.run(launch.file("app.py", program), variables=variables.items())
    spans = json.loads(ran.stdout.splitlines()[0])
    lines = [json.loads(line) for line in launch.events.read_text().splitlines()]
    logs = [line["event"] for line in lines if line["kind"] == "log"]
    ids = [[log.get("dd", {}).get("trace_id"), log.get("dd", {}).get("span_id")] for log in logs]
    assert ids == [spans["root"][:2], spans["span"][:2], [None, None]]

    def tags(name, value):
        return {name: value, f"_dd.di.{name}.probe_id": name}

    if package == "ddtrace":
        assert spans["root"][2] == {**tags("total", "1"), **tags("first", "2")}
    else:
        # a span of OpenTelemetry does not know its root
        assert spans["root"][2] == {**tags("total", "1"), **tags("first", "1")}
    assert spans["span"][2] == tags("total", "2")
