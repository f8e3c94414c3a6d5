"""An agent asks why totals of German customers are wrong: the loop of docs/agents.md, against the shop of examples/flask-shop, with the
client of the Python SDK.

    agents.py PYTHON PROBELANG

PYTHON is one of a virtual environment with the package, PROBELANG the command. This script itself needs the package `mcp`. It fails
where docs/agents.md shows something else; with UPDATE_DOCS=1 it writes it there.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from mcp import Client, StdioServerParameters

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHOP = ROOT / "examples" / "flask-shop"
PAGE = ROOT / "docs" / "agents.md"
BLOCK = re.compile(r"(<!-- the loop begins -->\n)(.*?)(<!-- the loop ends -->\n)", re.S)
# a time that is never reached where all is well
LONG = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def shop(python, folder, environment):
    """The shop, as an operator starts it who lets agents help. Gives the port."""
    port = free_port()
    probes = folder / "probes.json"
    probes.write_text("[]")
    probes.chmod(0o600)
    command = [python, "-m", "probelang", "run", "--probes", str(probes), "--", python, "-m", "flask", "--app", "app", "run", "--port", str(port)]
    more = {"DD_SERVICE": "shop", "DD_ENV": "staging", "PROBELANG_CONTROL": "write"}
    with open(folder / "shop.log", "wb") as log:
        running = subprocess.Popen(command, cwd=SHOP, env={**environment, **more}, stdout=log, stderr=log)
    try:
        end = time.monotonic() + LONG
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert running.poll() is None and time.monotonic() < end, (folder / "shop.log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def customers(port, numbers):
    """Orders come in, one after the other."""
    sys.path.insert(0, str(SHOP))
    import load

    for number in numbers:
        load.pay(f"http://127.0.0.1:{port}", number)


class Transcript:
    """What the agent says and gets, without what differs from run to run."""

    def __init__(self):
        self.text, self.names = "", []

    def shown(self, value):
        text = json.dumps(value, ensure_ascii=False)
        for real, name in self.names:
            text = text.replace(real, name)
        text = re.sub(r'"pid": \d+', '"pid": 4242', text)
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "2026-11-30T12:00:00Z", text)

    def note(self, tool, arguments, picked):
        self.text += f"> {tool} {self.shown(arguments)}\n< {self.shown(picked)}\n"


async def loop(client, port):
    """Gives the transcript."""
    said = Transcript()

    async def call(tool, arguments, pick):
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content[0].text
        picked = pick(result.structured_content)
        return result.structured_content, picked

    _, programs = await call("live_list", {}, lambda all: all["untrusted"]["programs"])
    [program] = [one for one in programs if one.get("service") == "shop"]
    pid = program["pid"]
    said.note("live_list", {}, {key: program[key] for key in ("pid", "service", "env", "language", "access")})

    when = 'self.user.country == "DE" && @return < 0'
    _, picked = await call("check", {"source": when}, lambda all: {key: all[key] for key in ("ok", "type", "reads")})
    said.note("check", {"source": when}, picked)

    asked = {
        "pid": pid,
        "place": "app.Cart.pay",
        "when": when,
        "template": "{len(self.items)} things: {total}, with discount {reduced}, with tax {@return}",
        "hits": 2,
        "reason": "Find out why totals of German customers are negative.",
    }
    created, picked = await call("probe_create", asked, lambda all: {key: all[key] for key in ("id", "place", "status", "hits", "redaction")})
    said.names.append((created["id"], "agent-1"))
    said.note("probe_create", asked, picked)
    assert created["status"] == "INSTALLED", created

    # nothing has come yet: the agent does not wait
    poll = {"pid": pid, "id": created["id"], "after": 0}
    _, picked = await call("probe_samples", poll, lambda all: {"samples": all["untrusted"]["samples"], "next": all["next"]})
    said.note("probe_samples", poll, picked)
    assert not picked["samples"]

    await asyncio.to_thread(customers, port, range(120))
    end = time.monotonic() + LONG
    while True:
        samples = (await client.call_tool("probe_samples", poll)).structured_content
        if len(samples["untrusted"]["samples"]) == 2 and "ended" in samples:
            break
        assert time.monotonic() < end, samples
        await asyncio.sleep(0.1)
    messages = [sample["event"]["event"]["message"] for sample in samples["untrusted"]["samples"]]
    said.note("probe_samples", poll, {"samples": messages, "next": samples["next"], "ended": samples["ended"]})
    for message in messages:
        count, total, reduced = re.match(r"(\d+) things: ([\d.]+), with discount (-?[\d.]+)", message).groups()
        # ten times as many percent as there are things
        assert abs(float(total) * (1 - int(count) / 10) - float(reduced)) < 0.01, message

    done = {"pid": pid, "id": created["id"], "reason": "Both samples have a discount of ten times as many percent as there are things."}
    _, picked = await call("probe_cancel", done, lambda all: {key: all["untrusted"]["probe"][key] for key in ("id", "hits", "causes")})
    said.note("probe_cancel", done, {**picked, "hits": "…", "causes": {"emitted": picked["causes"]["emitted"], "…": "…"}})
    return said.text


def main(python, probelang):
    python, probelang = str(pathlib.Path(python).absolute()), str(pathlib.Path(probelang).absolute())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROBELANG_", "DD_", "OTEL_"))}
    with tempfile.TemporaryDirectory(prefix="probelang-agents-") as folder:
        folder = pathlib.Path(folder)
        environment = {**kept, "XDG_RUNTIME_DIR": str(folder), "XDG_STATE_HOME": str(folder)}

        async def run(port):
            server = StdioServerParameters(command=probelang, args=["mcp", "--live=write"], env=environment)
            async with Client(server) as client:
                return await loop(client, port)

        with shop(python, folder, environment) as port:
            text = asyncio.run(run(port))
        log = folder / "probelang" / "audit.ndjson"
        verified = subprocess.run([probelang, "audit", "verify", log], capture_output=True, text=True)
        assert verified.stdout.startswith("OK: "), verified
        tools = [json.loads(line)["tool"] for line in log.read_text().splitlines()]
        assert tools == ["probe_create", "probe_create", "probe_samples", "probe_cancel", "probe_cancel"], tools
        assert "secret-" not in log.read_text()
    block = f"```text\n{text}```\n"
    page = PAGE.read_text()
    if "UPDATE_DOCS" in os.environ:
        PAGE.write_text(BLOCK.sub(lambda found: found[1] + block + found[3], page))
    else:
        assert BLOCK.search(page)[2] == block, f"docs/agents.md shows something else; UPDATE_DOCS=1 writes it:\n{block}"
    print("agents.md: an agent has found the cause with two samples")


if __name__ == "__main__":
    main(*sys.argv[1:])
