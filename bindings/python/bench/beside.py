"""The same probes in the same program, by this package and by the Dynamic Instrumentation of ddtrace: what a hit costs.

    python bindings/python/bench/beside.py [ROUNDS]      # 12 if nothing is said; needs ddtrace

Each case runs in a process of its own, first one tracer and then the other, with a span of ddtrace active, so that events of both have
ids. Both send to one receiver, which is a process too and counts what arrives. A round is a burst of calls and a pause, in
which the events are sent. Printed are, for each hit, the least thread time of all series of 30 calls (what the program waits for), and the CPU
time of the whole process (what it costs, with encoding and sending on other threads; the median of the rounds), both without that of
the same calls of a copy of the module that has no probe.
"""

import http.server
import json
import os
import pathlib
import platform
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

# calls that are timed at once
SERIES = 30
SOURCE = '''\
class User:
    def __init__(self, age, country):
        self.age, self.country = age, country

def pay(user, total, things):
    due = total * 2
    tax = due / 5
    return due + tax

def request(user, total, things):
    return pay(user, total, things)

def series(user, calls):
    things = ["tea", "cup", "lamp"]
    for n in range(calls):
        request(user, n, things)
'''
LINE = {"sourceFile": "shop.py", "lines": ["7"]}
CALL = {"typeName": "shop", "methodName": "pay"}
FALSE = 'user.age > 40 && user.country == "DE"'
MANY = {"snapshotsPerSecond": 1_000_000_000}
LOG = {"type": "LOG_PROBE", "captureSnapshot": False}
# what is the same for both; a burst of events is what all probes of a process may send in a second
CASES = {
    "line, false condition": (2_010, {**LOG, "where": LINE, "when": FALSE, "template": "x"}),
    "exit, false condition": (2_010, {**LOG, "where": CALL, "when": FALSE, "template": "x", "evaluateAt": "EXIT"}),
    "line, refused by its rate": (2_010, {**LOG, "where": LINE, "template": "x", "sampling": {"snapshotsPerSecond": 0.001}}),
    "log, each hit": (90, {**LOG, "where": LINE, "template": "{total} and {due}", "sampling": MANY}),
    "snapshot, each hit": (90, {**LOG, "where": LINE, "template": "x", "captureSnapshot": True, "sampling": MANY}),
}


class Receiver(http.server.BaseHTTPRequestHandler):
    """An agent as far as probes need one. It counts their events, and forgets the rest."""

    protocol_version = "HTTP/1.1"
    counts = {}
    lock = threading.Lock()

    def answer(self, what):
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        endpoints = ["/debugger/v1/input", "/debugger/v2/input", "/debugger/v1/diagnostics", "/v0.5/traces", "/v0.4/traces"]
        self.answer(self.counts if self.path == "/counts" else {"version": "7.70.0", "endpoints": endpoints, "config": {}})

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def do_POST(self):
        body = self.body()
        if "debugger" in self.path and b"snapshot" in body and self.headers.get("Content-Type", "").startswith("application/json"):
            events = json.loads(body)
            with self.lock:
                for event in events if isinstance(events, list) else [events]:
                    self.counts["events"] = self.counts.get("events", 0) + 1
                    self.counts["bytes"] = self.counts.get("bytes", 0) + len(json.dumps(event))
                    self.counts["last"] = event
        self.answer({})

    do_PUT = do_POST

    def log_message(self, *_):
        pass


def receive():
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Receiver)
    print(server.server_port, flush=True)
    server.serve_forever()


def wire(probelang, case):
    """The probe as both read it: expressions as text and as JSON."""
    burst, probe = case
    probe = {"id": "bench", "version": 1, "language": "python", "tags": [], **probe}
    if "when" in probe:
        probe["when"] = {"dsl": probe["when"], "json": probelang.to_json(probe["when"])}
    parts = probelang.to_json(probe["template"], kind="template")
    probe["segments"] = parts if isinstance(parts, list) else [{"str": probe["template"]}]
    return burst, probe


def measure(who, name, rounds, url):
    folder = pathlib.Path(tempfile.mkdtemp())
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    file = folder / "probes.json"
    os.environ.update(
        DD_TRACE_AGENT_URL=url,
        DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE=str(file),
        DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
        DD_TRACE_STARTUP_LOGS="false",
        DD_DYNAMIC_INSTRUMENTATION_METRICS_ENABLED="false",
    )
    for module in ("shop", "copy_of_shop"):
        folder.joinpath(f"{module}.py").write_text(SOURCE)
    sys.path.insert(0, str(folder))
    import copy_of_shop
    import ddtrace
    import probelang
    from ddtrace.trace import tracer

    burst, probe = wire(probelang, CASES[name])
    file.write_text(json.dumps([probe]))
    file.chmod(0o600)
    clock = time.thread_time_ns

    def run(module):
        user, least = module.User(30, "DE"), 1e18
        for _ in range(burst // SERIES):
            before = clock()
            module.series(user, SERIES)
            least = min(least, clock() - before)
        return least / SERIES

    with tracer.trace("request"):
        for _ in range(20):
            run(copy_of_shop)
        base = min(run(copy_of_shop) for _ in range(50))
        if who == "ours":
            import probelang._probelang as native

            native.live_start(probes=str(file), sinks=[f"agent:{url}"])
        else:
            from ddtrace.debugging._config import di_config

            # all probes together may send 100 in a second, and a burst is more than that
            di_config.global_rate_limit = 1e9
            from ddtrace.debugging import DynamicInstrumentation

            DynamicInstrumentation.enable()
        # ddtrace finds functions of modules that are loaded from now on
        import shop

        time.sleep(2)
        times, cpu = [], []
        for _ in range(rounds):
            time.sleep(1.1)
            start = time.process_time_ns()
            thread = run(shop)
            # what waits is sent within the pause
            time.sleep(1.1)
            cpu.append((time.process_time_ns() - start) / burst)
            times.append(thread)
        # the same pauses without calls
        idle = []
        for _ in range(3):
            start = time.process_time_ns()
            time.sleep(1.1)
            idle.append((time.process_time_ns() - start) / burst)
    if who == "ours":
        native.live_stop()
    counts = json.load(urllib.request.urlopen(f"{url}/counts"))
    print(json.dumps({
        "thread": min(times) - base, "cpu": sorted(cpu)[len(cpu) // 2] - sorted(idle)[1] - base, "base": base,
        "events": counts.get("events", 0), "expected": rounds * burst, "bytes": counts.get("bytes", 0),
        "last": counts.get("last"), "version": ddtrace.__version__,
    }), flush=True)
    os._exit(0)


def main(rounds):
    rows = []
    for name in CASES:
        row = {}
        for who in ("ours", "ddtrace"):
            receiver = subprocess.Popen([sys.executable, __file__, "receive"], stdout=subprocess.PIPE, text=True)
            try:
                url = f"http://127.0.0.1:{int(receiver.stdout.readline())}"
                command = [sys.executable, __file__, "measure", who, name, str(rounds), url]
                ran = subprocess.run(command, capture_output=True, text=True, timeout=600)
                assert ran.returncode == 0, ran.stderr
                row[who] = json.loads(ran.stdout.splitlines()[-1])
            finally:
                receiver.kill()
        ours, theirs = row["ours"], row["ddtrace"]
        rows.append((name, row))
        print(f"{name}: {ours['thread']:,.0f} / {theirs['thread']:,.0f} ns, {theirs['thread'] / ours['thread']:.0f}x; "
              f"CPU {ours['cpu']:,.0f} / {theirs['cpu']:,.0f} ns; events {ours['events']} / {theirs['events']} of {ours['expected']}", flush=True)
        if os.environ.get("SHOW") and theirs["last"]:
            print(json.dumps(ours["last"], indent=1), json.dumps(theirs["last"], indent=1))
    print(f"\nPython {platform.python_version()}, ddtrace {rows[0][1]['ddtrace']['version']}, load", *(f"{load:.1f}" for load in os.getloadavg()))
    print("| hit | ours, ns | ddtrace, ns | times | process, ours | process, ddtrace | times | bytes of an event, ours / ddtrace |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, row in rows:
        ours, theirs = row["ours"], row["ddtrace"]
        size = [f"{one['bytes'] / one['events']:,.0f}" if one["events"] > 10 else "–" for one in (ours, theirs)]
        cells = [f"{one:,.0f}" for one in (ours["thread"], theirs["thread"])] + [f"{theirs['thread'] / ours['thread']:.0f}"]
        cells += [f"{one:,.0f}" for one in (ours["cpu"], theirs["cpu"])] + [f"{theirs['cpu'] / max(ours['cpu'], 1):.1f}"]
        print(f"| {name} | {' | '.join(cells)} | {' / '.join(size)} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["receive"]:
        receive()
    elif sys.argv[1:2] == ["measure"]:
        measure(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
