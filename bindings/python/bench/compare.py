"""Times W1–W9 (docs/performance.md) over the same Python objects: this package, plain Python, and ddtrace's compiled
expressions, if ddtrace is installed.

    python bindings/python/bench/compare.py [SECONDS]      # for each figure; 0.3 if nothing is said

A figure is the thread time of one call, the least of many short series that the three take in turn. Prints a table, and
the load of the machine.
"""

import os
import platform
import re
import sys
import time

import probelang

# ddtrace starts nothing of its own
for name in ("DD_TRACE_ENABLED", "DD_INSTRUMENTATION_TELEMETRY_ENABLED", "DD_REMOTE_CONFIGURATION_ENABLED"):
    os.environ[name] = "false"
try:
    import ddtrace
    from ddtrace.debugging._expressions import DDExpression
    from ddtrace.debugging._probe.model import ExpressionTemplateSegment, LiteralTemplateSegment, StringTemplate
    from ddtrace.debugging._signal import utils
except ImportError:
    ddtrace = None


class Thing:
    def __init__(self, **fields):
        for name, value in fields.items():
            setattr(self, name, value)


def names(count):
    return [f"name{at:04}" for at in range(count)]


SCOPE = {
    "user": Thing(id=12345, name="Ada Lovelace", age=42, plan="gold", email="ada@example.org"),
    "items": [Thing(sku=f"sku{at:05}", qty=at, price=at * 1.5, stocked=at % 2 == 0) for at in range(100)],
    "names10": names(10),
    "names100": names(100),
    "names1000": names(1000),
    "headers": {
        "Host": "example.org",
        "Accept": "*/*",
        "User-Agent": "curl/8.5",
        "Connection": "keep-alive",
        "Content-Type": "application/json",
        "Content-Length": "120",
        "Cookie": "a=b",
        "Referer": "https://example.org/",
    },
    "codes": {at: f"code{at}" for at in range(1000)},
    "id": "user-12345",
    "order": Thing(
        customer=Thing(account=Thing(plan=Thing(tier=Thing(region=Thing(zone=Thing(code=7)))))),
    ),
    "x": Thing(y=Thing(z="abcdef")),
    "count": 42,
    "flag": True,
}

PATTERN = re.compile("^user-[0-9]+$")

# name, the expression, and what a Python programmer would write
WORKS = [
    ("W1t", 'user.age > 40 && user.plan == "gold"', lambda s: s["user"].age > 40 and s["user"].plan == "gold"),
    ("W1f", 'user.age > 50 && user.plan == "gold"', lambda s: s["user"].age > 50 and s["user"].plan == "gold"),
    ("W2", 'headers["Host"] == "example.org"', lambda s: s["headers"]["Host"] == "example.org"),
    ("W3/10", 'any(names10, {@it == "name0009"})', lambda s: any(it == "name0009" for it in s["names10"])),
    ("W3/100", 'any(names100, {@it == "name0099"})', lambda s: any(it == "name0099" for it in s["names100"])),
    ("W3/1000", 'any(names1000, {@it == "name0999"})', lambda s: any(it == "name0999" for it in s["names1000"])),
    ("W4", "len(filter(items, {@it.qty > 50})) > 2", lambda s: len([it for it in s["items"] if it.qty > 50]) > 2),
    ("W5", 'matches(id, "^user-[0-9]+$")', lambda s: PATTERN.search(s["id"]) is not None),
    (
        "W6",
        'startsWith(user.name, "Grace") || contains(user.email, "example.org")',
        lambda s: s["user"].name.startswith("Grace") or "example.org" in s["user"].email,
    ),
    (
        "W7",
        "order.customer.account.plan.tier.region.zone.code == 7",
        lambda s: s["order"].customer.account.plan.tier.region.zone.code == 7,
    ),
    ("W8", "User {user.name} bought {count} items", lambda s: f"User {s['user'].name} bought {s['count']} items"),
    (
        "W9",
        'isDefined(x) && x.y != null && substring(x.y.z, 0, 3) == "abc"',
        lambda s: "x" in s and s["x"].y is not None and s["x"].y.z[0:3] == "abc",
    ),
    ("integer key", 'codes[777] == "code777"', lambda s: s["codes"][777] == "code777"),
    ("walk of a dict", 'any(codes, {@value == "code999"})', lambda s: any(v == "code999" for v in s["codes"].values())),
]


def theirs(name, text):
    """The same in ddtrace, which takes the wire JSON."""
    if ddtrace is None:
        return None
    if name == "W8":
        parts = []
        for part in probelang.to_json(text, kind="template"):
            if "str" in part:
                parts.append(LiteralTemplateSegment(str_value=part["str"]))
            else:
                parts.append(ExpressionTemplateSegment(expr=DDExpression.compile({"dsl": "", "json": part["json"]})))
        template = StringTemplate(text, parts)
        return lambda scope: template.render(scope, utils.serialize)
    return DDExpression.compile({"dsl": text, "json": probelang.to_json(text)})


def series(call, repeat):
    scope = SCOPE
    start = time.thread_time_ns()
    for _ in repeat:
        call(scope)
    return (time.thread_time_ns() - start) / len(repeat)


def idle(scope):
    pass


def measure(calls, seconds):
    """The least time of each call, in turn, without that of the loop around it."""
    repeats = []
    for call in calls:
        call(SCOPE)
        once = max(series(call, range(20)), 1)
        repeats.append(range(max(10, int(2e6 / once))))
    least = [float("inf")] * len(calls)
    end = time.monotonic() + seconds * len(calls)
    while time.monotonic() < end:
        for at, (call, repeat) in enumerate(zip(calls, repeats)):
            least[at] = min(least[at], series(call, repeat))
    return least


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.3
    print(f"Python {platform.python_version()}, probelang {probelang.__version__}, ddtrace", ddtrace and ddtrace.__version__)
    print("load at the start:", *(f"{load:.1f}" for load in os.getloadavg()))
    print("| work | this package | plain Python | ddtrace | ddtrace / ours |")
    print("|---|---:|---:|---:|---:|")
    for name, text, plain in WORKS:
        program = probelang.template(text) if name == "W8" else probelang.condition(text)
        ours = program.render if name == "W8" else program.test
        calls = [idle, ours, plain]
        other = theirs(name, text)
        expected = plain(SCOPE)
        got = ours(SCOPE)
        assert (got.text if name == "W8" else got) == expected, name
        if other is not None:
            if name != "W8":
                assert bool(other(SCOPE)) == expected, name
            calls.append(other)
        loop, *times = measure(calls, seconds)
        times = [time - loop for time in times]
        cells = [f"{time:,.0f}" for time in times] + ["–"] * (3 - len(times))
        ratio = f"{times[2] / times[0]:.1f}" if len(times) > 2 else "–"
        print(f"| {name} | {' | '.join(cells)} | {ratio} |", flush=True)
    print("load at the end:", *(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    main()
