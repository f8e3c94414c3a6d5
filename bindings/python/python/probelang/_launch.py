"""Starting programs with probes: what `python -m probelang run` passes on, and what the started program makes of it.

The variable `PROBELANG_RUN` has the number of the process that was started, a blank, and a JSON object.
"""

import json
import os
import sys

VARIABLE = "PROBELANG_RUN"
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_site")


def environment(old, probes, sinks, children, redaction, control):
    """The variables of a program that runs with probes."""
    told = {"probes": probes, "sinks": sinks, "children": children, "redaction": redaction, "control": control}
    path = old.get("PYTHONPATH")
    return {
        **old,
        VARIABLE: f"{os.getpid()} {json.dumps(told)}",
        "PYTHONPATH": os.pathsep.join([FOLDER, path] if path else [FOLDER]),
    }


def start_as_told(folder):
    """Starts probes as the variable says; called before the first line of the program."""
    from . import _live

    told = json.loads(os.environ[VARIABLE].split(" ", 1)[1])
    if not told["children"]:
        # what this program starts is not to find us
        del os.environ[VARIABLE]
        rest = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry != folder]
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
        if rest in ([], [""]):
            del os.environ["PYTHONPATH"]
    _live.start(**told)


class Unusable(Exception):
    """Why a program cannot be started."""


def command(arguments, environment):
    """The file to run and the arguments of a program: a script, a module, or a command such as `gunicorn`."""
    first = arguments[0]
    if first in ("-m", "-c") or _is_script(first):
        if len(arguments) < 2 and first.startswith("-"):
            raise Unusable(f"{first} needs a {'module' if first == '-m' else 'program'}")
        return sys.executable, [sys.executable, *_flags(), *arguments]
    path = _find(first, environment)
    if path is None:
        raise Unusable(f"there is no program `{first}`")
    return path, arguments


def _is_script(path):
    """Whether Python runs it, and not the system."""
    if os.path.isdir(path):
        return os.path.exists(os.path.join(path, "__main__.py"))
    if path.endswith((".py", ".pyc", ".pyz")):
        return True
    return os.path.isfile(path) and not os.access(path, os.X_OK)


def _find(name, environment):
    """A command: that of the environment of this Python first, which need not be an active one."""
    import shutil

    here = os.path.dirname(sys.executable)
    return shutil.which(name, path=os.pathsep.join([here, environment.get("PATH", os.defpath)]))


def _flags():
    """The options that this Python was started with, for the next."""
    import subprocess

    for name, option in (("isolated", "-I"), ("ignore_environment", "-E"), ("no_site", "-S")):
        if getattr(sys.flags, name):
            raise Unusable(
                f"Python was started with {option}, and so starts nothing before a program; call probelang.start in it"
            )
    return subprocess._args_from_interpreter_flags()
