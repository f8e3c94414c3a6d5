"""The examples of docs/engines.md as programs, and what they are compared with."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "engines.md"
LAKE = ROOT / "examples" / "lake"


def command():
    """The command; the tests of Rust have built it."""
    built = ROOT / "target" / "debug" / "probelang"
    if not built.exists():
        subprocess.run(
            ["cargo", "build", "--locked", "--quiet", "--package", "probelang-cli", "--target-dir", ROOT / "target"],
            cwd=ROOT,
            check=True,
        )
    return built


def examples(language="python"):
    """The blocks of the page by their headings, in order."""
    found = {}
    for section in re.split(r"^##+ ", PAGE.read_text(), flags=re.M):
        blocks = re.findall(rf"^```{language}\n(.*?)^```", section, re.M | re.S)
        found[section.splitlines()[0]] = blocks
    return found


def opening():
    """What all examples begin with."""
    return next(iter(examples().values()))[0]


def condition():
    """The condition of the examples."""
    return re.search(r'condition\(\s*"(.*?)"\s*\)', opening(), re.S).group(1)


def make(folder, count=20_000):
    """Writes the file that the examples read, and gives the number of its lines that match, as the command counts them."""
    file = folder / "snapshots.ndjson"
    with open(file, "w") as out:
        subprocess.run([sys.executable, LAKE / "snapshots.py", str(count)], stdout=out, check=True)
    (folder / "condition.txt").write_text(condition())
    counted = subprocess.run(
        [command(), "filter", "-f", "condition.txt", "-i", file, "--faults", "drop", "--count"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert counted.returncode == 0, counted.stderr
    # guests, and the line that is cut off
    assert "PL2001: 1 input" in counted.stderr and f"{count // 10} inputs" in counted.stderr, counted.stderr
    return int(counted.stdout)


def run(folder, *blocks, show="count", environment=None):
    """Runs blocks as one program in a folder; gives what an expression is after each of them."""
    program = folder / "example.py"
    program.write_text(opening() + "".join(f"\n{block}\nprint('=', {show})\n" for block in blocks))
    ran = subprocess.run([sys.executable, program], cwd=folder, capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return re.findall(r"^= (.*)$", ran.stdout, re.M)
