"""Programs that are started with probes: what they see of it, what their children do, and who is left alone."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

PROGRAM = """
import os, sys
def pay(total):
    return total * 2
for total in (1, 200):
    pay(total)
print("done", *sys.argv[1:])
"""

# one log at the entry of `pay`, if the total is large
PROBE = {
    "id": "log-pay",
    "version": 0,
    "type": "LOG_PROBE",
    "where": {"typeName": "__main__", "methodName": "pay"},
    "when": {"dsl": "total > 100", "json": {"gt": [{"ref": "total"}, 100]}},
    "template": "pays {total}",
    "segments": [{"str": "pays "}, {"dsl": "total", "json": {"ref": "total"}}],
    "captureSnapshot": False,
}


@pytest.fixture(autouse=True)
def once(layout):
    if layout == "published":
        pytest.skip("starting does not depend on layouts")


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o700)
    return tmp_path


class Launch:
    """A folder with a probe file, where programs write their events."""

    def __init__(self, folder, **where):
        self.folder = folder
        self.probes = folder / "probes.json"
        self.probes.write_text(json.dumps([{**PROBE, **where}]))
        self.probes.chmod(0o600)
        self.events = folder / "events.jsonl"

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *command, options=(), sinks=True, status=0, variables=(), **more):
        sink = ["--sink", f"jsonl:{self.events}"] if sinks else []
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PROBELANG_", "DD_", "OTEL_"))}
        ran = subprocess.run(
            [sys.executable, "-m", "probelang", "run", "--probes", str(self.probes), *sink, *options, *map(str, command)],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**environment, "PROBELANG_STATUS_SOCKET": "false", **dict(variables)},
            timeout=120,
            **more,
        )
        assert ran.returncode == status, ran.stderr
        return ran

    def messages(self):
        """The messages of all events, in the order of the file."""
        if not self.events.exists():
            return []
        events = map(json.loads, self.events.read_text().splitlines())
        return [line["event"]["message"] for line in events if line["kind"] == "log"]


@pytest.fixture
def launch(folder):
    return Launch(folder)


def test_a_script_runs_with_probes(launch):
    script = launch.file("app.py", PROGRAM)
    ran = launch.run("--", script, "one", "--two")
    assert ran.stdout == "done one --two\n" and ran.stderr == ""
    assert launch.messages() == ["pays 200"]


SECRET = '''
def pay(total, note, items):
    inner = note
    return note
pay(200, "paid with 4111 1111 1111 1111", ["plain"])
'''


@pytest.mark.parametrize(
    ("options", "variables", "message"),
    [
        ([], {}, "pays 200 paid with 4111 1111 1111 1111"),
        (["--redaction", "targeted"], {}, "pays 200 paid with {redacted}"),
        (["--redaction", "strict"], {}, "pays 200 {redacted}"),
        (["--redaction", "targeted"], {"PROBELANG_REDACTION": "strict"}, "pays 200 {redacted}"),
        (["--redaction", "targeted"], {"PROBELANG_REDACTION": "off"}, "pays 200 paid with {redacted}"),
    ],
)
def test_what_leaves_a_program_is_hidden_as_the_command_says(folder, options, variables, message):
    note = [{"str": "pays "}, {"dsl": "total", "json": {"ref": "total"}}, {"str": " "}, {"dsl": "note", "json": {"ref": "note"}}]
    launch = Launch(folder, captureSnapshot=True, template="pays {total} {note}", segments=note)
    launch.run(launch.file("app.py", SECRET), options=options, variables=variables)
    written = launch.events.read_text()
    assert message in written
    assert ("4111" in written) == (not options)
    assert ("plain" in written) == ("strict" not in [*options, *variables.values()])
    assert ("redactedValue" in written) == bool(options)


@pytest.mark.parametrize(
    ("options", "variables", "message", "said"),
    [
        ([], {"PROBELANG_REDACT_PATTERNS": r"word=\bpa[i]d\b"}, "pays 200 {redacted} with {redacted}", ""),
        ([], {"PROBELANG_REDACT_SHAPES": "email"}, "pays 200 paid with {redacted}", ""),
        (
            [],
            {"PROBELANG_REDACTION": "targeted", "PROBELANG_NO_REDACT_SHAPES": "card"},
            "pays 200 paid with 4111 1111 1111 1111",
            "",
        ),
        # what the command says is not weakened
        (["--redaction", "targeted"], {"PROBELANG_NO_REDACT_SHAPES": "card"}, "pays 200 paid with {redacted}", ""),
        ([], {"PROBELANG_REDACT_SHAPES": "mail"}, "pays 200 {redacted}", "PROBELANG_REDACT_SHAPES: there is no shape `mail`"),
    ],
)
def test_variables_choose_shapes_and_patterns(folder, options, variables, message, said):
    note = [{"str": "pays "}, {"dsl": "total", "json": {"ref": "total"}}, {"str": " "}, {"dsl": "note", "json": {"ref": "note"}}]
    launch = Launch(folder, template="pays {total} {note}", segments=note)
    ran = launch.run(launch.file("app.py", SECRET), options=options, variables=variables)
    assert launch.messages() == [message]
    assert said in ran.stderr and bool(said) == bool(ran.stderr), ran.stderr


@pytest.mark.parametrize("mode", ["targeted", "strict"])
@pytest.mark.parametrize("forks", [False, True], ids=["alone", "forked"])
def test_tags_and_errors_of_a_program_and_its_fork_are_hidden(folder, mode, forks):
    where = {"typeName": "__main__", "methodName": "pay"}
    tags = [{"name": "note", "value": {"template": "{note}"}}]
    launch = Launch(folder)
    launch.probes.write_text(
        json.dumps(
            [
                {
                    "id": "m",
                    "type": "METRIC_PROBE",
                    "kind": "GAUGE",
                    "metricName": "size",
                    "where": where,
                    "value": {"dsl": "len(note)"},
                    "metricTags": tags,
                },
                {
                    "id": "t",
                    "type": "SPAN_DECORATION_PROBE",
                    "targetSpan": "ACTIVE",
                    "where": where,
                    "decorations": [{"tags": tags}],
                },
                {"id": "s", "type": "SPAN_PROBE", "where": where},
                {"id": "c", "type": "LOG_PROBE", "where": where, "captureSnapshot": True, "template": "{@exception}"},
            ]
        )
    )
    text = """
import os
def pay(note, cards):
    raise ValueError("declined: " + note)
def run():
    note = "vermilion 4111 1111 1111 1111"
    try:
        pay(note, {note: 1})
    except ValueError:
        pass
"""
    text += "if os.fork() == 0: run()\nelse: os.wait()\n" if forks else "run()\n"
    launch.run(launch.file("app.py", text), options=["--redaction", mode])
    written = launch.events.read_text()
    assert "4111" not in written
    assert ("vermilion" in written) == (mode == "targeted") == ("declined" in written)
    events = [json.loads(line) for line in written.splitlines()]
    kinds = {event["kind"] for event in events}
    assert {"metric", "tags", "span", "snapshot"} <= kinds, kinds
    hidden = [event for event in events if event["kind"] in ("metric", "tags", "span", "snapshot")]
    assert all(f'"mode":"{mode}"' in line for line in written.splitlines() if '"kind":"status"' not in line), written
    assert len(hidden) == 4, hidden


def test_what_a_program_starts_itself_is_hidden_as_it_says(folder):
    launch = Launch(folder, captureSnapshot=True)
    script = launch.file(
        "app.py",
        f"import probelang\nprobelang.start({str(launch.probes)!r}, sinks=['jsonl:{launch.events}'], redaction='targeted')\n"
        + SECRET,
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PROBELANG_", "DD_", "OTEL_"))}
    environment["PROBELANG_STATUS_SOCKET"] = "false"
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment, timeout=120)
    assert ran.returncode == 0, ran.stderr
    written = launch.events.read_text()
    assert "pays 200" in written and "redactedValue" in written and "4111" not in written


def test_a_module_runs_with_probes(launch):
    launch.file("package/__init__.py", "")
    launch.file("package/app.py", PROGRAM)
    assert launch.run("-m", "package.app", "x").stdout == "done x\n"
    assert launch.messages() == ["pays 200"]


def test_a_command_is_found_next_to_the_interpreter(launch):
    launch.file("app.py", PROGRAM)
    assert launch.run(os.path.basename(sys.executable), "app.py").stdout == "done\n"
    assert launch.messages() == ["pays 200"]


def test_options_of_the_interpreter_are_passed_on(launch):
    script = launch.file("app.py", "import sys; print(sys.flags.optimize, sys.flags.dev_mode)")
    environment = {**os.environ, "PROBELANG_STATUS_SOCKET": "false", "PYTHONDEVMODE": ""}
    command = [sys.executable, "-O", "-X", "dev", "-m", "probelang", "run", "--probes", str(launch.probes), str(script)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert ran.stdout == "1 True\n", ran.stderr


def test_a_program_that_takes_temporary_probes_needs_no_file(launch):
    program = "import probelang._probelang as native; print(native.live_running(), native.live_status())"
    command = [sys.executable, "-m", "probelang", "run", "--control", "write", str(launch.file("app.py", program))]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(launch.folder)}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    running, status = ran.stdout.split(" ", 1)
    assert (running, json.loads(status)["access"]) == ("True", "write"), ran.stderr


def test_the_exit_status_is_that_of_the_program(launch):
    assert launch.run(launch.file("app.py", "raise SystemExit(7)"), status=7).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--probes", "x"], "a program is missing"),
        (["--probes", "x", "--"], "a program is missing"),
        (["app.py"], "a probe file is missing"),
        (["--probes", "x", "--sink", "nowhere", "app.py"], "there is no sink `nowhere`"),
        (["--probes", "x", "--redaction", "some", "app.py"], "invalid choice: 'some'"),
        (["--control", "all", "app.py"], "invalid choice: 'all'"),
        (["--control", "read", "app.py"], "a probe file is missing"),
        (["--probes", "x", "no-such-program"], "there is no program `no-such-program`"),
        (["--probes", "x", "-m"], "-m needs a module"),
    ],
)
def test_what_cannot_be_started_is_said_before_anything_runs(arguments, says):
    command = [sys.executable, "-m", "probelang", "run", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2 and says in ran.stderr and "Traceback" not in ran.stderr


def test_an_interpreter_that_ignores_us_is_refused():
    command = [sys.executable, "-I", "-m", "probelang", "run", "--probes", "x", "app.py"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 2 and "call probelang.start" in ran.stderr


def test_the_program_sees_no_folder_of_ours(launch):
    script = launch.file("app.py", "import sys, sitecustomize; print([p for p in sys.path if 'probelang' in p])")
    assert launch.run(script).stdout == "[]\n"


def test_the_next_sitecustomize_is_run(launch):
    launch.file("own/sitecustomize.py", "import builtins; builtins.found = __name__, __file__; setting = 5")
    script = launch.file("app.py", "import sitecustomize; print(found[0], sitecustomize.setting)" + PROGRAM)
    ran = launch.run(script, variables={"PYTHONPATH": str(launch.folder / "own")}.items())
    assert ran.stdout == "sitecustomize 5\ndone\n"
    assert launch.messages() == ["pays 200"]


def test_a_sitecustomize_that_fails_fails_as_without_us(launch):
    launch.file("own/sitecustomize.py", "raise ValueError('broken')")
    script = launch.file("app.py", PROGRAM)
    ran = launch.run(script, variables={"PYTHONPATH": str(launch.folder / "own")}.items())
    assert ran.stdout == "done\n" and "ValueError: broken" in ran.stderr
    assert launch.messages() == ["pays 200"]


def test_a_tool_that_imports_the_next_sitecustomize_by_itself_is_no_loop(launch):
    # as such tools do: out of the path with the own folder, and once more
    tool = """
import os, sys
here = os.path.dirname(__file__)
at = sys.path.index(here)
del sys.path[at]
sys.modules.pop("sitecustomize")
import sitecustomize
sys.path.insert(at, here)
print("tool")
"""
    launch.file("tool/sitecustomize.py", tool)
    launch.file("own/sitecustomize.py", "print('own')")
    script = launch.file("app.py", PROGRAM)
    path = os.pathsep.join(str(launch.folder / name) for name in ("tool", "own"))
    # once in the process that `run` begins with, which has no probes, and once in the program
    assert launch.run(script, variables={"PYTHONPATH": path}.items()).stdout == "own\ntool\nown\ntool\ndone\n"
    assert launch.messages() == ["pays 200"]


CHILDREN = {
    "a subprocess": "import subprocess, sys; subprocess.run([sys.executable, 'app.py'])",
    "a forked process": "import os, runpy\nif os.fork() == 0: runpy.run_path('app.py', run_name='__main__')\nelse: os.wait()",
    "a process of multiprocessing": """
import multiprocessing, runpy
multiprocessing.set_start_method('fork')
child = multiprocessing.Process(target=runpy.run_path, args=('app.py',), kwargs={'run_name': '__main__'})
child.start(); child.join()
""",
    "a spawned process": """
import multiprocessing, runpy
if __name__ == '__main__':
    child = multiprocessing.get_context('spawn').Process(
        target=runpy.run_path, args=('app.py',), kwargs={'run_name': '__main__'}
    )
    child.start(); child.join()
""",
}


@pytest.mark.parametrize("parent", CHILDREN.values(), ids=CHILDREN)
def test_children_have_probes_unless_they_are_not_to(launch, parent):
    launch.file("app.py", PROGRAM)
    script = launch.file("parent.py", parent)
    assert launch.run(script).stdout == "done\n"
    assert launch.messages() == ["pays 200"]
    launch.events.unlink()
    assert launch.run(script, options=["--no-children"]).stdout == "done\n"
    assert launch.messages() == []


def test_without_children_the_program_itself_has_probes(launch):
    text = PROGRAM + "print(os.environ.get('PYTHONPATH'), 'PROBELANG_RUN' in os.environ)"
    script = launch.file("app.py", text)
    variables = {"PYTHONPATH": "/elsewhere"}.items()
    assert launch.run(script, options=["--no-children"], variables=variables).stdout == "done\n/elsewhere False\n"
    assert launch.messages() == ["pays 200"]


def others():
    """Interpreters that cannot load the package."""
    found = {shutil.which(name) for name in ("python2.7", "python3.9", "python3.11", "python3")}
    versions = os.path.expanduser("~/.pyenv/versions")
    if os.path.isdir(versions):
        found.update(os.path.join(versions, version, "bin", "python") for version in os.listdir(versions))
    for path in sorted(found - {None}):
        if os.path.exists(path) and subprocess.run([path, "-S", "-c", ""], capture_output=True).returncode == 0:
            script = "import sys; print(sys.version_info >= (3, 12))"
            ran = subprocess.run([path, "-c", script], capture_output=True, text=True)
            if ran.stdout == "False\n":
                yield path


def test_a_child_that_cannot_load_us_runs_on(launch):
    tried = 0
    for python in others():
        script = launch.file("parent.py", f"import subprocess; subprocess.run([{python!r}, '-c', 'print(5)'])")
        ran = launch.run(script)
        assert ran.stdout == "5\n" and ran.stderr == "", python
        tried += 1
    if not tried:
        pytest.skip("there is no older Python")


def test_a_program_that_cannot_load_us_says_so_and_runs_on(launch):
    python = next(others(), None)
    if python is None:
        pytest.skip("there is no older Python")
    ran = launch.run(python, "-c", "print(5)")
    assert ran.stdout == "5\n" and ran.stderr.startswith("probelang: there are no probes in this program: ")


def test_a_program_starts_its_probes_itself(launch):
    text = f"import probelang; probelang.start({str(launch.probes)!r}, sinks=[{f'jsonl:{launch.events}'!r}])" + PROGRAM
    script = launch.file("app.py", text + "probelang.stop(); pay(300)")
    environment = {**os.environ, "PROBELANG_STATUS_SOCKET": "false"}
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, timeout=120)
    assert ran.stdout == "done\n" and ran.stderr == ""
    assert launch.messages() == ["pays 200"]


def test_the_probe_file_is_obeyed_while_the_program_runs(launch):
    text = """
import sys, time
def pay(total): pass
print("ready", flush=True)
for line in sys.stdin:
    pay(int(line)); print(flush=True)
"""
    script = launch.file("app.py", text)
    command = [sys.executable, "-m", "probelang", "run", "--probes", str(launch.probes)]
    command += ["--sink", f"jsonl:{launch.events}", str(script)]
    environment = {**os.environ, "PROBELANG_STATUS_SOCKET": "false"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as program:

        def pay(total):
            program.stdin.write(f"{total}\n")
            program.stdin.flush()
            program.stdout.readline()

        assert program.stdout.readline() == "ready\n"
        pay(200)
        new = launch.file("new.json", json.dumps([{**PROBE, "version": 1, "when": None, "segments": [{"str": "new"}]}]))
        new.chmod(0o600)
        new.rename(launch.probes)
        end = time.monotonic() + 60
        while "new" not in launch.messages() and time.monotonic() < end:
            pay(1)
            time.sleep(0.05)
        program.stdin.close()
    assert launch.messages()[0] == "pays 200" and launch.messages()[-1] == "new"


def test_places_are_found_without_running_anything(launch):
    launch.file("shop/__init__.py", "raise SystemExit('it was run')")
    launch.file("shop/cart.py", "class Cart:\n    def pay(self):\n        total = 1\n        return total\ndef other():\n    pass\n")

    def places(*arguments):
        command = [sys.executable, "-m", "probelang", "places", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=launch.folder, timeout=120)

    (line,) = places("shop.cart.Cart.pay").stdout.splitlines()
    assert line == f"shop.cart.Cart.pay  {launch.folder}/shop/cart.py:2  lines 3-4"
    found = [json.loads(line) for line in places("--format", "json", "shop.*").stdout.splitlines()]
    assert {(one["typeName"], one["methodName"]) for one in found} >= {("shop.cart.Cart", "pay"), ("shop.cart", "other")}
    assert places("shop/cart.py").stdout.splitlines()[-1].startswith("shop.cart.other  ")
    assert places("shop.cart").stdout == places("shop/cart.py").stdout
    assert places("json.dec*.JSONDecoder.raw_decode").stdout.startswith("json.decoder.JSONDecoder.raw_decode  ")
    none = places("shop.cart.nothing", "no.such", "missing.py")
    assert none.returncode == 1 and none.stdout == "" and len(none.stderr.splitlines()) == 3


def new(*arguments):
    command = [sys.executable, "-m", "probelang", "probe", "new", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--log", "shop/cart.py:42", "--when", "total > 1", "--template", "x {total}", "--capture", "--forever"],
            {"type": "LOG_PROBE", "captureSnapshot": True, "where": {"sourceFile": "shop/cart.py", "lines": ["42"]}},
        ),
        (
            ["--metric", "shop.Cart.pay", "--name", "size", "--kind", "histogram", "--value", "len(items)", "--every", "3"],
            {"type": "METRIC_PROBE", "kind": "HISTOGRAM", "metricName": "size", "life": {"expiresAfter": "60m", "every": 3}},
        ),
        (["--span", "shop.Cart.pay", "--expires", "2h"], {"type": "SPAN_PROBE", "life": {"expiresAfter": "2h"}}),
        (
            ["--tag", "shop.Cart.pay", "--name", "total", "--value", "{total}", "--target", "root"],
            {"type": "SPAN_DECORATION_PROBE", "targetSpan": "ROOT"},
        ),
    ],
)
def test_a_probe_is_written_from_options(arguments, expected):
    ran = new(*arguments)
    assert ran.returncode == 0, ran.stderr
    written = json.loads(ran.stdout)
    assert {key: written[key] for key in expected} == expected
    assert "life" in written or "--forever" in arguments


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 2, "--log"),
        (["--log", "a.b", "--span", "a.b"], 2, "not allowed with"),
        (["--log", "shop/cart.py:0"], 2, "a place is a file and a line"),
        (["--log", "a.b", "--expires", "soon"], 2, "a duration is written like"),
        (["--metric", "a.b"], 2, "needs a name"),
        (["--span", "a.b", "--name", "x"], 2, "belong to --metric and --tag"),
        (["--span", "a.b", "--capture"], 2, "belong to --log"),
        (["--log", "a.b", "--when", "x >"], 3, "<expression>"),
    ],
)
def test_what_is_no_probe_is_said(arguments, status, says):
    ran = new(*arguments)
    assert ran.returncode == status and says in ran.stderr and "Traceback" not in ran.stderr and ran.stdout == ""


def test_a_probe_that_was_written_runs(launch):
    ran = new("--log", "__main__.pay", "--when", "total > 100", "--template", "written {total}")
    launch.probes.write_text(ran.stdout)
    launch.run(launch.file("app.py", PROGRAM))
    assert launch.messages() == ["written 200"]


def test_a_command_is_named():
    for arguments in ([], ["walk"], ["probe"], ["probe", "old"]):
        ran = subprocess.run([sys.executable, "-m", "probelang", *arguments], capture_output=True, text=True)
        assert ran.returncode == 2 and "error" in ran.stderr and "Traceback" not in ran.stderr
    ran = subprocess.run([sys.executable, "-m", "probelang", "--help"], capture_output=True, text=True)
    assert ran.returncode == 0 and "places" in ran.stdout
