"""Expressions of dynamic instrumentation probes, over live Python objects.

>>> import probelang
>>> slow = probelang.condition("len(cart.items) > 2 && user.country == 'DE'")
>>> class Bag: pass
>>> cart, user = Bag(), Bag()
>>> cart.items, user.country = [1, 2, 3], "DE"
>>> slow.test(cart=cart, user=user)
True

No line of the code of these objects runs: no property, no ``__eq__``, no ``__len__``. What cannot be answered without
raises a `Fault`. Every run is bounded in steps and time, and what is secret by its name is never shown.

Each call holds the GIL from start to end, for as long as it takes: that is what keeps the objects as they are. A run ends
within the deadline of its engine, 0.05 seconds if none is given. The methods over arrays of Arrow, such as
`Condition.test_arrow`, read no objects, and leave the GIL to others.
"""

from . import _probelang
from ._probelang import (
    Answers,
    Budget,
    Condition,
    Engine,
    Expression,
    Message,
    Metric,
    PartError,
    Template,
    Trace,
    __version__,
    explain,
)

__all__ = [
    "Answers",
    "ArtifactError",
    "Budget",
    "CompileError",
    "Condition",
    "Engine",
    "Error",
    "Expression",
    "Fault",
    "InputError",
    "LimitReached",
    "Message",
    "Metric",
    "PartError",
    "Template",
    "Trace",
    "__version__",
    "capture",
    "check",
    "complete",
    "condition",
    "explain",
    "expression",
    "fix",
    "format",
    "hover",
    "load",
    "metric",
    "start",
    "stop",
    "template",
    "to_json",
    "tokens",
    "trace",
]


class Error(Exception):
    """What is wrong with a source, or what ended a run.

    `str()` gives the message with its code and the source line. The attributes:

    * `code`: the stable code, such as ``"PL1003"``; `explain` says what it means.
    * `message`: one line: what is wrong. It never shows a value.
    * `span`: start and end of the place in `source`, in characters; `None` where there is none.
    * `path`: for a program from JSON, the RFC 6901 path of the place.
    * `source`: the text that `span` counts in.
    * `help`: what to do, if that is known.
    """

    code = None
    message = ""
    span = None
    path = None
    source = ""
    help = None

    def __init__(self, report="", attributes=None):
        super().__init__(report, attributes)
        self.__dict__.update(attributes or {})

    def __str__(self):
        return self.args[0]


class CompileError(Error, ValueError):
    """A source that does not compile.

    `diagnostics` has everything that is wrong with it, a list of dictionaries; the other attributes are those of the first
    error.
    """

    diagnostics = ()


class Fault(Error):
    """What ended a run.

    `kind` is what is at fault, in one word: ``"undefined"``, ``"redacted"``, ``"unreadable"``, ``"type"``, and so on.
    `expression` is the smallest sub-expression that failed. `reason` says why a value could not be shown. Of an
    array, `row` is the entry.
    """

    kind = ""
    expression = ""
    reason = None
    row = None


class LimitReached(Fault):
    """A run that had used up its steps or its time."""


class ArtifactError(Error, ValueError):
    """Bytes that are not a program."""


class InputError(Error, ValueError):
    """A JSON text of an array that cannot be read.

    `row` says which one.
    """

    row = None


_usual = Engine()


def condition(source, /, *, form="text", **settings):
    """Compiles a condition; `settings` are those of an `Engine`. See `Engine.condition`."""
    return _engine(settings).condition(source, form=form)


def template(source, /, *, form="text", **settings):
    """Compiles a message template; `settings` are those of an `Engine`. See `Engine.template`."""
    return _engine(settings).template(source, form=form)


def metric(source, /, *, form="text", **settings):
    """Compiles a metric; `settings` are those of an `Engine`. See `Engine.metric`."""
    return _engine(settings).metric(source, form=form)


def expression(source, /, *, form="text", **settings):
    """Compiles an expression; `settings` are those of an `Engine`. See `Engine.expression`."""
    return _engine(settings).expression(source, form=form)


def load(artifact, /, **settings):
    """Loads a program from its bytes; `settings` are those of an `Engine`. See `Engine.load`."""
    return _engine(settings).load(artifact)


def check(source, /, *, kind=None, form="text", **settings):
    """What is known of a source without running it; `settings` are those of an `Engine`. See `Engine.check`."""
    return _engine(settings).check(source, kind=kind, form=form)


def format(source, /, *, kind=None, form="text"):
    """The source in canonical text. See `Engine.format`."""
    return _usual.format(source, kind=kind, form=form)


def to_json(source, /, *, kind=None, form="text"):
    """The wire JSON of a source. See `Engine.to_json`."""
    return _usual.to_json(source, kind=kind, form=form)


def fix(source, /, *, kind=None, form="text", **settings):
    """The source with its safe fixes applied; `settings` are those of an `Engine`. See `Engine.fix`."""
    return _engine(settings).fix(source, kind=kind, form=form)


def complete(source, offset, /, *, kind=None, **settings):
    """What can be written at a place; `settings` are those of an `Engine`. See `Engine.complete`."""
    return _engine(settings).complete(source, offset, kind=kind)


def hover(source, offset, /, *, kind=None, **settings):
    """What is written at a place; `settings` are those of an `Engine`. See `Engine.hover`."""
    return _engine(settings).hover(source, offset, kind=kind)


def tokens(source, /, *, kind=None):
    """The tokens of a text. See `Engine.tokens`."""
    return _usual.tokens(source, kind=kind)


def trace(program, variables=None, budget=None, /, *, kind=None, form="text", **settings):
    """Runs a program and explains what it gave; `settings` are those of an `Engine`. See `Engine.trace`."""
    return _engine(settings).trace(program, variables, budget, kind=kind, form=form)


def capture(
    variables=None,
    budget=None,
    /,
    *,
    expressions=None,
    group="locals",
    max_depth=None,
    max_items=None,
    max_length=None,
    max_fields=None,
    max_size=1_048_576,
    **settings,
):
    """Captures variables as a snapshot, JSON as text; `settings` are those of an `Engine`. See `Engine.capture`."""
    return _engine(settings).capture(
        variables,
        budget,
        expressions=expressions,
        group=group,
        max_depth=max_depth,
        max_items=max_items,
        max_length=max_length,
        max_fields=max_fields,
        max_size=max_size,
    )


def start(probes=None, *, sinks=None, children=True, redaction=None, control=None):
    """Runs probes in this program.

    `probes` is the probe file, which is obeyed when it changes; without one, the variable
    ``DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE`` names it. `sinks` say where events go, such as ``["otlp", "jsonl:events.jsonl"]``;
    without any, the environment does. All other settings are variables. With `children=False` forked children have no probes.

    `redaction` says what of texts is hidden in all that leaves: ``"off"``, ``"targeted"`` (what looks like a secret) or
    ``"strict"`` (all texts). The variable ``PROBELANG_REDACTION`` can make it stronger, and no probe file changes it.

    `control` says what may be asked over the status socket: ``"read"``, what becomes of probes, or ``"write"``, also to create
    temporary ones, for which no file is needed. Where the variable ``PROBELANG_CONTROL`` is set too, the one counts that allows less.

    What is wrong with the file or a sink that cannot be opened is said on standard error, and the program runs on. Raises
    `ValueError` for what is not a sink, mode or access, and `RuntimeError` where probes run already.
    """
    from . import _live

    _live.start(probes, sinks=sinks, children=children, redaction=redaction, control=control)


def stop():
    """Ends the probes of this program: their places are as before, events that wait are sent, for two seconds at most."""
    _probelang.live_stop()


def _engine(settings):
    return Engine(**settings) if settings else _usual
