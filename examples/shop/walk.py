"""The walk of README.md: each JSON block there is the probe file of a running service, and what it says arrives.

    walk.py RECEIVERS BINARIES

`examples/shop/walk` installs the receivers, builds the binaries and runs this.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

RECEIVERS, BINARIES = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
README = (Path(__file__).parent / "README.md").read_text()
FILES = {json.loads(block)["probes"][0]["id"]: block for block in re.findall(r"```json\n(.*?)```", README, re.S)}
PATIENCE = 90


def free(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def until(what, holds):
    end = time.monotonic() + PATIENCE
    while not (answer := holds()):
        if time.monotonic() > end:
            sys.exit(f"never: {what}")
        time.sleep(0.2)
    print(f"ok: {what}", flush=True)
    return answer


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read().decode()
    except OSError:
        return ""


def main(folder, started):
    agent, otlp, statsd, port = free(), free(), free(socket.SOCK_DGRAM), free()

    def start(name, arguments, **more):
        with open(folder / f"{name}.log", "w") as log:
            started.append(subprocess.Popen(arguments, stdout=log, stderr=subprocess.STDOUT, **more))
        return started[-1]

    grpc, management = free(), free()
    start("agent", [RECEIVERS / "venv/bin/ddapm-test-agent", "-p", str(agent), "--otlp-http-port", str(otlp),
                    "--otlp-grpc-port", str(grpc), "--trace-uds-socket", str(folder / "agent.sock")])
    config = folder / "statsd.js"
    config.write_text(json.dumps({"port": statsd, "address": "127.0.0.1", "mgmt_address": "127.0.0.1",
                                  "mgmt_port": management, "backends": ["./backends/console"], "flushInterval": 500}))
    start("statsd", ["node", RECEIVERS / "npm/node_modules/statsd/stats.js", config])
    receiver = f"http://127.0.0.1:{otlp}"
    until("the agent answers", lambda: answers(f"{receiver}/test/session/logs"))

    walk = folder / "walk"
    walk.mkdir(mode=0o700)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DD_", "OTEL_", "PROBELANG_"))}
    environment = clean | {
        "DD_SERVICE": "shop",
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver,
        "PROBELANG_SINKS": f"otlp statsd:127.0.0.1:{statsd}",
        "XDG_RUNTIME_DIR": str(folder),
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    address = f"127.0.0.1:{port}"
    shop = start("shop", [BINARIES / "shop", "serve", address], cwd=walk, env=environment)
    until("the shop is open", lambda: answers(f"http://{address}"))
    start("load", [BINARIES / "shop", "load", "10000000", address], env=clean)

    def live(*arguments):
        command = [BINARIES / "probelang", "live", *arguments]
        return subprocess.run(command, env=environment, text=True, capture_output=True, timeout=60).stdout

    def runs():
        """The probes of the shop, by id, with their statuses."""
        lines = live("status", "--format", "json").splitlines()
        return {probe["id"]: probe["status"] for line in lines for probe in json.loads(line).get("probes", [])}

    def obey(name):
        (walk / "new").write_text(FILES[name])
        (walk / "new").chmod(0o600)
        (walk / "new").rename(walk / "probes.json")
        ids = {probe["id"] for probe in json.loads(FILES[name])["probes"]}
        until(f"the shop obeys {', '.join(sorted(ids))}", lambda: set(runs()) == ids)
        # what arrived before is no proof
        answers(f"{receiver}/test/session/clear")

    def arrived(kind, holds):
        return lambda: holds(json.loads(answers(f"{receiver}/test/session/{kind}") or "[]"))

    obey("big-orders")
    logs = until("log lines arrive", arrived("logs", lambda all: found(all, "big-orders", " pays ")))
    obey("bank")
    name = "dynamic.instrumentation.metric.probe.shop.bank"
    metrics = until("a histogram arrives", arrived("metrics", lambda all: found(all, name, "bucket")))
    counter = "dynamic.instrumentation.metric.probe.shop.orders"
    until("StatsD counts orders", lambda: counter in (folder / "statsd.log").read_text())
    obey("pricing")
    spans = until("spans arrive", arrived("traces", lambda all: named(all, "shop::shop::price", "probelang.probe.id")))
    obey("gold")
    tags = until("a tag is on the service's own span", arrived("traces", lambda all: named(all, "checkout", "shop.first")))
    obey("hoarders")
    why = until("the silence is explained", lambda: (said := live("why", "hoarders")) and "each miss" in said and said)
    print(why.strip())
    if "its condition was false each time" not in why:
        sys.exit("another reason was expected")
    if "-v" in sys.argv:
        for what in (logs, metrics, spans, tags):
            print(json.dumps(what[0], indent=1)[:3000])
        print((folder / "statsd.log").read_text()[-1500:])
    shop.send_signal(signal.SIGINT)
    if shop.wait(timeout=PATIENCE) != 0:
        sys.exit("the shop did not end as it should")


def objects(tree):
    """All objects of JSON, the outer ones after what is in them."""
    if isinstance(tree, (dict, list)):
        for one in tree.values() if isinstance(tree, dict) else tree:
            yield from objects(one)
    if isinstance(tree, dict):
        yield tree


def found(tree, *texts):
    """The innermost objects with all these texts."""
    return [one for one in objects(tree) if all(text in json.dumps(one) for text in texts)]


def named(tree, name, attribute):
    """The spans of a name with an attribute."""
    return [one for one in objects(tree) if name in one.get("name", "") and attribute in json.dumps(one.get("attributes"))]


if __name__ == "__main__":
    started = []
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    try:
        main(folder, started)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait()
        for log in folder.glob("*.log"):
            print(f"--- {log.name}\n{log.read_text()[-2000:]}")
