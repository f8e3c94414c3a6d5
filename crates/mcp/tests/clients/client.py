"""`probelang mcp` with the client of the Python SDK, in each revision that it speaks: list, call, errors, progress, cancel, and what
is not a message.

    client.py PROBELANG
"""

import asyncio
import json
import pathlib
import subprocess
import sys
import tempfile

import mcp_types as types
from mcp import Client, MCPError, StdioServerParameters

PROBE = {"id": "p", "type": "LOG_PROBE", "where": {"methodName": "f"}, "template": "{total}"}
OFFLINE = 10


async def session(command, folder, mode, revision):
    server = StdioServerParameters(command=command, args=["mcp", "--folder", str(folder)])
    async with Client(server, mode=mode) as client:
        assert client.session.protocol_version == revision, client.session.protocol_version
        tools = (await client.list_tools()).tools
        assert len(tools) == OFFLINE, [tool.name for tool in tools]
        assert all(tool.description and tool.output_schema for tool in tools)

        # the client checks results against the contract
        result = await client.call_tool("evaluate", {"source": "total > 100", "data": {"total": 120}})
        assert not result.is_error
        assert result.structured_content["untrusted"]["results"] == [{"index": 0, "status": "ok", "value": True}]
        assert json.loads(result.content[0].text) == result.structured_content
        for name, arguments in [("check", {"source": "a and b"}), ("explain", {"topic": "language"}), ("places", {"file": "many.ndjson"})]:
            assert not (await client.call_tool(name, arguments)).is_error, name

        result = await client.call_tool("evaluate", {"source": "a", "file": "/etc/passwd"})
        assert result.is_error and json.loads(result.content[0].text)["error"]["kind"] == "denied"
        result = await client.call_tool("evaluate", {"sauce": "a"})
        assert result.is_error and "no argument `sauce`" in result.content[0].text
        try:
            await client.call_tool("no_such", {})
            raise AssertionError("there is no such tool")
        except MCPError as error:
            assert "the tools are" in str(error), error

        # a call that takes long says how far it is
        seen = []

        async def progress(done, total, message):
            seen.append(done)

        result = await client.call_tool("forecast", {"probes": PROBE, "file": "many.ndjson"}, progress_callback=progress)
        assert result.structured_content["hits"] == 100_000 and seen and seen == sorted(seen)

        # one that nobody waits for any more is cancelled, and the next one is answered
        task = asyncio.create_task(client.call_tool("forecast", {"probes": PROBE, "file": "many.ndjson"}))
        await asyncio.sleep(0)
        task.cancel()
        result = await client.call_tool("evaluate", {"source": "1"})
        assert not result.is_error

        pages = (await client.list_resources()).resources
        text = (await client.read_resource(pages[0].uri)).contents[0].text
        assert text.startswith("# ")
    print(f"mcp {revision}: as it should be")


def malformed(command):
    """What no client would send."""
    lines = [b"{", b"\xff\xfe", b"[]", b'{"jsonrpc":"2.0","id":1,"method":"ping"}', b"null", b"x" * (9 << 20), b'{"jsonrpc":"2.0","id":2,"method":"ping"}']
    ran = subprocess.run([command, "mcp"], input=b"\n".join(lines), capture_output=True, timeout=60)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    # each is answered by an error as the protocol has it
    for answer in answers:
        types.jsonrpc_message_adapter.validate_python(answer)
    assert [answer["id"] for answer in answers] == [None, None, None, 1, None, None, 2], answers
    assert ran.returncode == 0 and not ran.stderr, ran.stderr
    print("malformed: as it should be")


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "many.ndjson").write_text('{"total": 1}\n' * 100_000)
        asyncio.run(session(command, folder, "auto", "2026-07-28"))
        asyncio.run(session(command, folder, "legacy", "2025-11-25"))
    malformed(command)


if __name__ == "__main__":
    main(*sys.argv[1:])
