"""What the commands of `python -m probelang` do."""

import argparse
import os
import sys

from . import _launch


def run(arguments):
    """Runs a program with probes, in place of this process."""
    own, program = _split(arguments, {"--probes", "--sink", "--redaction", "--control"})
    parser = argparse.ArgumentParser(
        prog="python -m probelang run",
        usage="%(prog)s [--probes FILE] [--sink SPEC ...] [--redaction MODE] [--control ACCESS] [--no-children] [--] PROGRAM ...",
        description="Runs a program with the probes of a file: a script, `-m MODULE`, or a command such as `gunicorn`. "
        "The file is obeyed when it changes.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--probes",
        metavar="FILE",
        help="the probe file; without it, the variable DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE names it",
    )
    parser.add_argument(
        "--sink",
        metavar="SPEC",
        action="append",
        help="where events go: console, jsonl:PATH, otlp[:URL], agent[:URL] or statsd[:ADDRESS]; may be given again. "
        "Without it: OpenTelemetry or the agent if the environment says where they are, else the console",
    )
    parser.add_argument(
        "--redaction",
        choices=["off", "targeted", "strict"],
        help="what of texts is hidden: nothing, what looks like a secret, or all of them; the variable PROBELANG_REDACTION "
        "can make it stronger",
    )
    parser.add_argument(
        "--control",
        choices=["read", "write"],
        help="what may be asked over the status socket: what becomes of probes, or also to create temporary ones with "
        "`probelang live create`, for which no probe file is needed; the variable PROBELANG_CONTROL can allow less",
    )
    parser.add_argument(
        "--no-children", dest="children", action="store_false", help="no probes in processes that the program starts"
    )
    options = parser.parse_args(own)
    if not program:
        parser.error("a program is missing")
    writes = "write" in (options.control, os.environ.get("PROBELANG_CONTROL"))
    if options.probes is None and not writes and not os.environ.get("DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE"):
        parser.error("a probe file is missing: --probes FILE, or --control write for temporary probes")
    from . import _probelang

    try:
        # a file that is named here is meant from here, wherever the program goes
        probes = None if options.probes is None else os.path.abspath(options.probes)
        sinks = None if options.sink is None else _probelang.live_sinks(options.sink)
        environment = _launch.environment(
            os.environ, probes, sinks, options.children, options.redaction, options.control
        )
        path, command = _launch.command(program, environment)
    except (ValueError, _launch.Unusable) as error:
        parser.error(str(error))
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(path, command, environment)
    except OSError as error:
        parser.error(f"{path} cannot be run: {error.strerror}")


def _split(arguments, valued):
    """The options of the command, and the program after them with its own arguments."""
    at = 0
    while at < len(arguments):
        argument = arguments[at]
        if argument == "--":
            return arguments[:at], arguments[at + 1 :]
        if argument in ("-m", "-c") or not argument.startswith("-"):
            break
        at += 2 if argument in valued else 1
    return arguments[:at], arguments[at:]


def places(arguments):
    """Lists where probes can be, without running anything of the program."""
    parser = argparse.ArgumentParser(
        prog="python -m probelang places",
        description="Lists the functions that a probe can name, with their lines. A pattern is a name such as "
        "shop.Cart.pay, a module, either with `*` for any text, or a file. Nothing is imported or run.",
        allow_abbrev=False,
    )
    parser.add_argument("patterns", metavar="PATTERN", nargs="+")
    parser.add_argument("--format", choices=["human", "json"], default="human")
    options = parser.parse_args(arguments)
    from . import _places

    # as for a script or module that is run from here
    if "" not in sys.path:
        sys.path.insert(0, "")
    status = 0
    for pattern in options.patterns:
        try:
            found = list(_places.find(pattern))
        except (OSError, SyntaxError, ValueError) as error:
            found, why = [], str(error)
        else:
            why = f"nothing is called `{pattern}`"
        for place in found:
            print(_places.json_line(place) if options.format == "json" else _places.line(place))
        if not found:
            sys.stderr.write(f"python -m probelang places: {why}\n")
            status = 1
    return status


def probe(arguments):
    """Writes a probe, with the options of `probelang probe new`."""
    from . import CompileError, _probelang

    parser = argparse.ArgumentParser(
        prog="python -m probelang probe new",
        usage="%(prog)s (--log | --metric | --span | --tag) PLACE [options]",
        description="Prints one probe as a JSON object, which is a probe file by itself. A place is a file and a line, "
        "shop/cart.py:42, or a function, shop.Cart.pay.",
        allow_abbrev=False,
    )
    if arguments[:1] != ["new"]:
        parser.error("say `probe new`")
    places = parser.add_mutually_exclusive_group(required=True)
    places.add_argument("--log", metavar="PLACE", help="a log probe: writes a message")
    places.add_argument("--metric", metavar="PLACE", help="a metric probe: measures")
    places.add_argument("--span", metavar="PLACE", help="a span probe: wraps the function in a span")
    places.add_argument("--tag", metavar="PLACE", help="a span decoration probe: sets a tag on a span")
    parser.add_argument("--when", metavar="EXPR", help="when it fires: a condition")
    parser.add_argument("--template", help="the message of a log probe")
    parser.add_argument("--capture", action="store_true", help="capture the variables of the frame")
    parser.add_argument("--name", help="the name of the metric or of the tag")
    parser.add_argument("--kind", choices=["count", "gauge", "histogram", "distribution"], default="count")
    parser.add_argument("--value", metavar="EXPR", help="the value of the metric, or of the tag (a template)")
    parser.add_argument("--target", choices=["active", "root"], default="active", help="the span that gets the tag")
    parser.add_argument("--at", choices=["entry", "exit"], help="when in the function it is evaluated")
    parser.add_argument("--id", help="its identity; made of its place if you give none")
    lives = parser.add_mutually_exclusive_group()
    lives.add_argument("--expires", metavar="DURATION", default=_probelang.EXPIRES, help="5s, 30m, 2h or 7d; by default %(default)s")
    lives.add_argument("--forever", action="store_true", help="never expire")
    parser.add_argument("--max-hits", metavar="N", type=_count, help="end after so many events")
    parser.add_argument("--every", metavar="N", type=_count, help="fire at one of so many hits that match")
    given = vars(parser.parse_args(arguments[1:]))
    does, place = next((does, given[does]) for does in ("log", "metric", "span", "tag") if given[does] is not None)
    if does not in ("metric", "tag") and (given["name"] is not None or given["value"] is not None):
        parser.error("--name and --value belong to --metric and --tag")
    if does != "log" and (given["template"] is not None or given["capture"]):
        parser.error("--template and --capture belong to --log")
    if given.pop("forever"):
        given["expires"] = None
    options = {name: value for name, value in given.items() if name not in ("log", "metric", "span", "tag")}
    try:
        print(_probelang.new_probe(does, place, **options))
    except CompileError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    except ValueError as error:
        parser.error(str(error))
    return 0


def _count(text):
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
