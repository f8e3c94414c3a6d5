"""What a hit of a probe costs in a running program: nanoseconds of thread time that it adds to a call.

    python bindings/python/bench/hits.py [ROUNDS]      # 40 if nothing is said

A figure is the least of many series of 2,000 calls, minus the least of the same series without a probe, which take turns. Events of logs
and snapshots come in series of 30: all probes of a process together may give 100 snapshots in a second. `none` is a program with a probe
elsewhere: what it shows is noise.
"""

import json
import os
import pathlib
import platform
import sys
import tempfile
import time

import probelang._probelang as native

SOURCE = '''
class User:
    def __init__(self, age, country):
        self.age, self.country = age, country

def pay(user, total):
    due = total * 2
    tax = due / 5
    return due + tax

def other():
    return 1

def series(user, calls):
    for n in range(calls):
        pay(user, n)
'''
# calls of a series, and series of a round
MANY_CALLS, FEW_CALLS = (2_000, 5), (30, 3)
FALSE = {"dsl": 'user.age > 40 && user.country == "DE"'}
LOG = {"type": "LOG_PROBE", "template": "{total} {due}"}
LINE = {"sourceFile": "shop.py", "lines": ["8"]}
CALL = {"typeName": "shop", "methodName": "pay"}
MANY = {"snapshotsPerSecond": 1e9}
CASES = {
    "none": {**LOG, "where": {"typeName": "shop", "methodName": "other"}},
    "line, false": {**LOG, "where": LINE, "when": FALSE},
    "entry, false": {**LOG, "template": "x", "where": CALL, "when": FALSE, "evaluateAt": "ENTRY"},
    "exit, false": {**LOG, "template": "x", "where": CALL, "when": FALSE, "evaluateAt": "EXIT"},
    "@duration, false": {**LOG, "template": "x", "where": CALL, "when": {"dsl": "@duration > 1000000"}},
    "line, refused by its rate": {**LOG, "where": LINE, "sampling": {"snapshotsPerSecond": 1e-9}},
    "metric, each hit": {"type": "METRIC_PROBE", "kind": "COUNT", "metricName": "m", "where": LINE},
    "log, each hit": {**LOG, "where": LINE, "sampling": MANY},
    "snapshot of the frame, each hit": {**LOG, "where": LINE, "captureSnapshot": True, "sampling": MANY},
}


def size(probe):
    is_event = probe["type"] == "LOG_PROBE" and probe.get("sampling") == MANY
    return FEW_CALLS if is_event else MANY_CALLS


def least(run, user, size):
    calls, series = size
    best = float("inf")
    for _ in range(series):
        start = time.thread_time_ns()
        run(user, calls)
        best = min(best, time.thread_time_ns() - start)
    return best / calls


def main(rounds):
    folder = pathlib.Path(tempfile.mkdtemp())
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    folder.joinpath("shop.py").write_text(SOURCE.lstrip("\n").replace("\n\ndef", "\ndef"))
    sys.path.insert(0, str(folder))
    import shop

    lines = folder.joinpath("shop.py").read_text().splitlines()
    LINE["lines"] = [str(lines.index("    tax = due / 5") + 1)]
    file = folder / "probes.json"
    user = shop.User(30, "DE")
    base, found, hits = {}, {name: [] for name in CASES}, {name: 0 for name in CASES}
    for _ in range(rounds):
        for name, probe in CASES.items():
            base.setdefault(size(probe), []).append(least(shop.series, user, size(probe)))
            file.write_text(json.dumps([{"id": "p", **probe}]))
            file.chmod(0o600)
            native.live_start(probes=str(file), sinks=[f"jsonl:{os.devnull}"])
            found[name].append(least(shop.series, user, size(probe)))
            [status] = json.loads(native.live_status())["probes"]
            assert status["status"] in ("INSTALLED", "EMITTING"), status
            hits[name] = status["causes"]
            native.live_stop()
    print(f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, base {min(base[MANY_CALLS]):.0f} ns a call")
    for name, times in found.items():
        causes = ", ".join(f"{cause} {count}" for cause, count in hits[name].items() if count)
        print(f"{name:34} {min(times) - min(base[size(CASES[name])]):8.0f}   last round: {causes}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
