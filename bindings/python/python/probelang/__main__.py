"""The commands of the package: `python -m probelang run`, `places`, `probe new`."""

import sys

USAGE = """\
usage: python -m probelang run [--probes FILE] [--sink SPEC ...] [--control write] [--no-children] [--] PROGRAM ...
       python -m probelang places PATTERN ...
       python -m probelang probe new --log PLACE ...
"""


def main(arguments):
    from . import _command

    commands = {"run": _command.run, "places": _command.places, "probe": _command.probe}
    name = arguments[0] if arguments else None
    if name in ("-h", "--help", "help"):
        print(USAGE + "\nEach has --help.")
        return 0
    if name not in commands:
        given = "a command is missing" if name is None else f"there is no command `{name}`"
        sys.stderr.write(f"{USAGE}python -m probelang: error: {given}\n")
        return 2
    return commands[name](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
