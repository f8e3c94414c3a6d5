"""Does what README.md says of Python and what docs/print-debugging.md says, word for word, and then runs the shop under load with receivers of other makers.

    walk.py PYTHON PROBELANG [RECEIVERS]

PYTHON is one of a virtual environment with the package, PROBELANG the command. With RECEIVERS, a folder that `crates/sink/receivers`
has filled, two workers of gunicorn serve while probes are edited; how quickly they obey is printed.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHOP = ROOT / "examples" / "flask-shop"
# a time that is never reached where all is well
LONG = 60


def until(ready, what, step=0.02):
    end = time.monotonic() + LONG
    while True:
        found = ready()
        if found:
            return found
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(step)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(command, output, **more):
    """A process with its children, which ends with the block; what it prints goes to a file."""
    with open(output, "wb") as file:
        running = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, start_new_session=True, **more)
    try:
        yield running
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGTERM)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


class Walk:
    """A folder of the walk, and what commands see."""

    def __init__(self, python, probelang, folder):
        self.folder = folder
        path = os.pathsep.join([str(python.parent), str(probelang.parent), os.environ["PATH"]])
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROBELANG_", "DD_", "OTEL_"))}
        self.environment = {**kept, "PATH": path, "XDG_RUNTIME_DIR": str(folder), "PYTHONUNBUFFERED": "1"}

    def run(self, command, **more):
        ran = subprocess.run(
            ["bash", "-euc", command], env=self.environment, capture_output=True, text=True, timeout=LONG * 5, **more
        )
        assert ran.returncode == 0, f"$ {command}\n{ran.stdout}{ran.stderr}"
        return ran.stdout


def blocks(text):
    """The fenced blocks of a page: their language, and their lines."""
    for language, body in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S):
        yield language, body.splitlines()


def event(line):
    """What a line of the console is about: kind, probe, and place of an event."""
    found = re.match(r"\S+Z (log|snapshot|metric|span) (\S+) ([^\s:]+)", line)
    return found and found.groups()


def commands(page, languages, section=None):
    """The commands of a page with what it says that they print, and the events that it shows after them."""
    text = page.read_text()
    if section is not None:
        text = text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    for language, lines in blocks(text):
        if language not in languages:
            yield None, lines
        elif language == "console":
            said = [line for line in lines if not line.startswith("$ ")]
            yield from ((line[2:], said) for line in lines if line.startswith("$ "))
        else:
            yield from ((line, []) for line in lines)


def tutorial(walk, name, steps):
    """Runs each command of a page. Servers and customers run on until its end."""
    port = free_port()
    shop = walk.folder / name / "flask-shop"
    shutil.copytree(SHOP, shop, ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.txt"))
    shop.chmod(0o755)
    output = walk.folder / f"{name}.log"
    shown = ran = 0

    def seen(is_it, what):
        nonlocal shown
        until(lambda: any(found and is_it(*found) for found in map(event, printed(output))), lambda: f"{what}: {output.read_text()[-3000:]}")
        shown += 1

    with contextlib.ExitStack() as running:
        for command, lines in steps:
            if command is None:
                # what the shop prints
                for expected in filter(None, map(event, lines)):
                    seen(lambda *found: found == expected, expected)
                continue
            ran += 1
            # the port may be in use here, the folder is a copy, and the environment was made before
            command = command.replace("8000", str(port)).removesuffix("&")
            if command.startswith(("pip install", "cd ", "python3 -m venv", ". venv")):
                continue
            if "gunicorn" in command:
                server = ["bash", "-c", f"umask 022; exec {command}"]
                running.enter_context(process(server, output, cwd=shop, env=walk.environment))
            elif "load.py" in command:
                until(lambda: "Booting worker" in output.read_text(), output.read_text)
                customers = ["bash", "-c", f"exec {command.replace('600', f'600 http://127.0.0.1:{port}')}"]
                running.enter_context(process(customers, walk.folder / "load.log", cwd=shop, env=walk.environment))
            else:
                said = walk.run(f"umask 022; {command}", cwd=shop)
                expected = "\n".join(lines).replace("/srv/flask-shop", str(shop))
                assert not lines or said.strip() == expected, f"$ {command}\n{said}"
            if command.startswith("mv "):
                id = json.loads((shop / "probes.json").read_text())["id"]
                seen(lambda kind, probe, place: probe == id, id)
    print(f"{name}: {ran} commands, {shown} times the shop was seen to print what they ask for")
    return ran, shown


def printed(output):
    return output.read_text(errors="replace").splitlines()


def ask(folder, pid):
    """The status of a process; nothing where it does not reply."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LONG)
        client.connect(str(folder / "probelang" / f"{pid}.sock"))
        client.sendall(b'{"do":"status"}\n')
        return json.loads(b"".join(iter(lambda: client.recv(65536), b"")))
    return None


def read(port, path):
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=LONG) as answer:
        return answer.read().decode()
    return None


def service(walk, probelang, receivers):
    """Two workers under load obey a file that is edited; what they send arrives at two receivers."""
    folder = walk.folder
    file = folder / "probes.json"
    log = {"id": "log-pay", "type": "LOG_PROBE", "where": {"typeName": "app.Cart", "methodName": "pay"}, "template": "edit 0"}
    # the default of a log probe is enough for each second
    silent = {
        "id": "silent",
        "type": "LOG_PROBE",
        "where": {"typeName": "flask.app.Flask", "methodName": "dispatch_request"},
        "template": "never",
        "when": {"dsl": "@duration > 86400000"},
    }
    later = {**silent, "id": "later", "where": {"typeName": "nowhere.at", "methodName": "all"}}

    def write(version):
        new = folder / "probes.new"
        new.write_text(json.dumps([{**log, "version": version, "template": f"edit {version}"}, silent, later]))
        new.chmod(0o600)
        start = time.time()
        new.rename(file)
        return start

    write(0)
    port, agent, otlp, grpc, tap = (free_port() for _ in range(5))
    environment = {**walk.environment, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    binaries = receivers / "venv" / "bin"
    with contextlib.ExitStack() as running:
        ports = ["-p", agent, "--otlp-http-port", otlp, "--otlp-grpc-port", grpc]
        running.enter_context(process([binaries / "ddapm-test-agent", *map(str, ports)], folder / "agent.log", cwd=folder))
        running.enter_context(process([binaries / "oteltap", "--port", str(tap)], folder / "tap.log", cwd=folder))
        until(lambda: read(otlp, "/test/session/logs"), lambda: (folder / "agent.log").read_text())
        until(lambda: not socket.socket().connect_ex(("127.0.0.1", tap)), lambda: (folder / "tap.log").read_text())
        sinks = [f"--sink otlp:http://127.0.0.1:{otlp} --sink otlp:http://127.0.0.1:{tap}"]
        command = f"python -m probelang run --probes {file} {sinks[0]} --sink jsonl:{folder}/{{pid}}.ndjson -- "
        command += f"gunicorn --workers 2 --bind 127.0.0.1:{port} app:app"
        output = folder / "service.log"
        running.enter_context(process(["bash", "-c", f"exec {command}"], output, cwd=SHOP, env=environment))
        workers = until(lambda: re.findall(r"Booting worker with pid: (\d+)", output.read_text())[1:] and re.findall(
            r"Booting worker with pid: (\d+)", output.read_text()), output.read_text)
        assert len(workers) == 2, output.read_text()
        sys.path.insert(0, str(SHOP))
        import load

        ended, paid = threading.Event(), []

        def customer(first):
            number = first
            while not ended.is_set():
                paid.append(load.pay(f"http://127.0.0.1:{port}", number))
                number += 4

        customers = [threading.Thread(target=customer, args=(first,)) for first in range(4)]
        for one in customers:
            one.start()
        running.callback(lambda: [one.join() for one in customers])
        running.callback(ended.set)
        times = []

        def obeys(version):
            """When each of the workers had the probe of this version in place."""
            left, seen = set(workers), []
            while left:
                for worker in sorted(left):
                    status = ask(folder, worker) or {"probes": []}
                    found = [one for one in status["probes"] if one["id"] == "log-pay"]
                    if found and found[0]["version"] == version and found[0]["status"] in ("INSTALLED", "EMITTING"):
                        left.remove(worker)
                        seen.append(time.time())
                assert time.time() < start + LONG, output.read_text()
                time.sleep(0.002)
            return seen

        start = time.time()
        obeys(0)
        for version in range(1, 8):
            time.sleep(0.3)
            start = write(version)
            times += [round((seen - start) * 1000) for seen in obeys(version)]
        # each worker says it in both receivers
        last = "edit 7"
        until(lambda: (read(otlp, "/test/session/logs") or "").count(last) >= 2, "the test agent")
        until(lambda: (folder / "tap.log").read_text().count(last) >= 2, "oteltap")
        for worker in workers:
            until(lambda: last in (folder / f"{worker}.ndjson").read_text(), f"worker {worker}")
            why = walk.run(f"{probelang} live why silent --pid {worker}")
            assert "its condition was false each time" in why and "@duration > 86400000" in why, why
            why = walk.run(f"{probelang} live why later --pid {worker}")
            assert "no place of the program was found for it" in why, why
            status = ask(folder, worker)
            assert "remarks" not in status, status
            for sink in status["sinks"]:
                assert not sink.get("lost"), sink
        count = len(paid)
        ended.set()
        for one in customers:
            one.join()
        emitted = {}
        for worker in workers:
            [log] = [probe for probe in ask(folder, worker)["probes"] if probe["id"] == "log-pay"]
            emitted[worker] = log["causes"]["emitted"]
        # workers that are told to end send what they still have
    for worker, events in emitted.items():
        lines = map(json.loads, (folder / f"{worker}.ndjson").read_text().splitlines())
        assert sum(line["kind"] == "log" for line in lines) == events, worker
    median = statistics.median(times)
    print(f"service: obeyed after {min(times)} to {max(times)} ms, median {median:.0f}, of {len(times)}; {count} requests meanwhile")


def main(python, probelang, receivers=None):
    python, probelang = pathlib.Path(python).absolute(), pathlib.Path(probelang).absolute()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="probelang-walk-"))
    try:
        walk = Walk(python, probelang, folder)
        ran, shown = tutorial(walk, "README.md", commands(ROOT / "README.md", ["sh"], "In Python"))
        assert ran > 12 and shown == 4, (ran, shown)
        guide = ROOT / "docs" / "print-debugging.md"
        ran, shown = tutorial(walk, guide.name, commands(guide, ["console"]))
        assert ran > 18 and shown > 12, (ran, shown)
        if receivers is not None:
            service(walk, probelang, pathlib.Path(receivers).absolute())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
