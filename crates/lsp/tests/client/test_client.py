"""The language server with the client of pytest-lsp, in the roles of several editors.

The client checks what it gets against the protocol, and against what the editor says that it can do.
"""

import json
import os
import subprocess

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

SERVER = os.environ["PROBELANG"]
AT = {"textDocument": {"uri": "untitled:a"}, "position": {"line": 0, "character": 1}}
EDITORS = ["visual_studio_code", "neovim", "emacs"]

PROBES = r"""[
  {
    "id": "slow",
    "type": "LOG_PROBE",
    "where": {"sourceFile": "shop/app.py", "lines": ["42"]},
    "when": {"dsl": "user.name == \"\ud83d\ude00\" and total > 1"},
    "template": "total {totl}"
  }
]
"""


@pytest_lsp.fixture(params=EDITORS, config=ClientServerConfig(server_command=[SERVER, "lsp"]))
async def client(request, lsp_client: LanguageClient, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "probelang.toml").write_text('data = ["recorded.json"]\n')
    (folder / "recorded.json").write_text('{"user": {"name": "Ada", "password": "x"}, "total": 1, "items": [1]}')
    lsp_client.folder = folder
    lsp_client.registered = []

    # the client of pytest-lsp can be asked to watch files, and has no answer of its own
    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _(params: types.RegistrationParams):
        lsp_client.registered += params.registrations

    params = types.InitializeParams(
        capabilities=client_capabilities(request.param),
        workspace_folders=[types.WorkspaceFolder(uri=folder.as_uri(), name="shop")],
    )
    lsp_client.told = await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


def opened(client, name: str, language: str, text: str) -> types.TextDocumentIdentifier:
    uri = (client.folder / name).as_uri()
    item = types.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    return types.TextDocumentIdentifier(uri=uri)


def position(client, text: str, needle: str) -> types.Position:
    """Where the bar of `needle` is, in the encoding that was agreed."""
    before = text[: text.index(needle.replace("|", "")) + needle.index("|")]
    last = before.rsplit("\n", 1)[-1]
    encoding = client.told.capabilities.position_encoding
    units = {"utf-8": len(last.encode()), "utf-32": len(last)}.get(encoding, len(last.encode("utf-16-le")) // 2)
    return types.Position(line=before.count("\n"), character=units)


async def found(client, document) -> list[types.Diagnostic]:
    """The diagnostics of a document, sent or asked for."""
    if client.told.capabilities.diagnostic_provider is not None:
        params = types.DocumentDiagnosticParams(text_document=document)
        return (await client.text_document_diagnostic_async(params)).items
    while document.uri not in client.diagnostics:
        await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return client.diagnostics[document.uri]


async def test_probe_file(client: LanguageClient):
    document = opened(client, "probes.json", "json", PROBES)
    diagnostics = await found(client, document)
    assert [one.code for one in diagnostics] == ["PL0214", "PL0709"]
    wrong = diagnostics[0]
    assert wrong.code_description.href.endswith("#pl0214")
    assert wrong.range.start == position(client, PROBES, "|and total")

    context = types.CodeActionContext(diagnostics=diagnostics)
    params = types.CodeActionParams(text_document=document, range=wrong.range, context=context)
    actions = await client.text_document_code_action_async(params)
    [edit] = actions[0].edit.changes[document.uri]
    assert (edit.new_text, edit.range) == ("&&", wrong.range)

    at = position(client, PROBES, "{tot|l}")
    completion = await client.text_document_completion_async(types.CompletionParams(document, at))
    assert [(item.label, item.detail) for item in completion.items] == [("total", "integer")]

    hover = await client.text_document_hover_async(types.HoverParams(document, position(client, PROBES, "user.na|me")))
    assert "name: string" in hover.contents.value

    tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert tokens.data and len(tokens.data) % 5 == 0
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document))
    assert (folds[0].start_line, folds[0].end_line) == (0, 7)


async def test_expression(client: LanguageClient):
    text = "'😀' != user.name  && any(items,{@it>1})"
    document = opened(client, "a.probe", "probelang", text)
    assert list(await found(client, document)) == []
    at = position(client, text, "any(items,|")
    help = await client.text_document_signature_help_async(types.SignatureHelpParams(document, at))
    assert (help.signatures[0].label, help.active_parameter) == ("any(collection, predicate) -> Boolean", 1)
    whole = types.Range(types.Position(0, 0), types.Position(1, 0))
    [hint] = await client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
    assert (hint.label, hint.position) == ("@it: integer", position(client, text, "{|@it"))
    options = types.FormattingOptions(tab_size=2, insert_spaces=True)
    [edit] = await client.text_document_formatting_async(types.DocumentFormattingParams(document, options))
    assert edit.new_text == '"😀" != user.name && any(items, {@it > 1})'
    assert edit.range.end == position(client, text + "|", text + "|")

    change = types.TextDocumentContentChangePartial(
        range=types.Range(position(client, text, "user.|name"), position(client, text, "user.name|")), text="pass"
    )
    version = types.VersionedTextDocumentIdentifier(uri=document.uri, version=2)
    client.text_document_did_change(types.DidChangeTextDocumentParams(text_document=version, content_changes=[change]))
    changed = text.replace("user.name", "user.pass")
    at = position(client, changed, "user.pass|")
    completion = await client.text_document_completion_async(types.CompletionParams(document, at))
    # a secret has a name, and neither type nor value
    assert [(item.label, item.detail, item.documentation) for item in completion.items] == [("password", "redacted", None)]


async def test_template_and_other_json(client: LanguageClient):
    template = opened(client, "a.probe-template", "probelang-template", "Hello {user.name")
    assert [one.code for one in await found(client, template)] == ["PL0303"]
    other = opened(client, "package.json", "json", '{"name": "x", "when": {"dsl": "a >"}}')
    tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(other))
    assert list(tokens.data) == []


def framed(*bodies: dict) -> bytes:
    """Messages as a stream."""
    texts = [json.dumps({"jsonrpc": "2.0", **body}).encode() for body in bodies]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(text), text) for text in texts)


def messages(stream: bytes) -> list[dict]:
    found = []
    while stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        length = int(head.split(b":")[1])
        found.append(json.loads(rest[:length]))
        stream = rest[length:]
    return found


INITIALIZE = {"id": 1, "method": "initialize", "params": {"capabilities": {}}}
SHUTDOWN, EXIT = {"id": 2, "method": "shutdown"}, {"method": "exit"}


def run(stream: bytes) -> subprocess.CompletedProcess:
    return subprocess.run([SERVER, "lsp"], input=stream, capture_output=True, timeout=60)


def test_what_is_cancelled_is_answered_once():
    """Whichever requests were answered before they were cancelled: each has one answer."""
    asks = [{"id": f"r{at}", "method": "textDocument/hover", "params": AT} for at in range(100)]
    cancels = [{"method": "$/cancelRequest", "params": {"id": f"r{at}"}} for at in range(0, 100, 2)]
    opened = {"uri": "untitled:a", "languageId": "probelang", "version": 1, "text": "len(x)"}
    did_open = {"method": "textDocument/didOpen", "params": {"textDocument": opened}}
    ended = run(framed(INITIALIZE, did_open, *asks, *cancels, SHUTDOWN, EXIT))
    answers = {one["id"]: one for one in messages(ended.stdout) if str(one.get("id", "")).startswith("r")}
    assert (len(answers), ended.returncode) == (100, 0)
    for at in range(100):
        answer = answers[f"r{at}"]
        if "error" in answer:
            assert at % 2 == 0 and answer["error"]["code"] == types.LSPErrorCodes.RequestCancelled
        else:
            assert "len(value)" in answer["result"]["contents"]["value"]


@pytest.mark.parametrize(
    "stream,status",
    [
        (framed(INITIALIZE, SHUTDOWN, EXIT), 0),
        (framed(INITIALIZE, EXIT), 1),
        (framed(INITIALIZE), 1),
        (b"", 1),
        (b"hello\n\n", 6),
        (framed(INITIALIZE)[:-1], 6),
    ],
)
def test_how_it_ends(stream: bytes, status: int):
    ended = run(stream)
    assert ended.returncode == status, ended.stderr


def test_what_is_not_a_message_is_answered():
    ended = run(b"Content-Length: 2\r\n\r\n{]" + framed({"id": 3}, INITIALIZE, SHUTDOWN, EXIT))
    codes = [one["error"]["code"] for one in messages(ended.stdout) if "error" in one]
    assert (codes, ended.returncode) == ([-32700, -32600], 0)
