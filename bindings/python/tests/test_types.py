"""The stubs say what is there, and a type checker understands them."""

import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent


def run(*command):
    return subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, cwd=HERE)


@pytest.fixture(autouse=True)
def once(layout):
    if layout == "published":
        pytest.skip("types do not depend on layouts")


def test_the_stubs_are_those_of_the_modules():
    ran = run("mypy.stubtest", "probelang")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_type_checker_understands_the_package():
    ran = run("mypy", "--strict", "--cache-dir", "/dev/null", "typed.py")
    assert ran.returncode == 0, ran.stdout + ran.stderr
