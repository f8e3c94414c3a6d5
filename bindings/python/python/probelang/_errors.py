"""The exceptions of the package."""


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
    `expression` is the smallest sub-expression that failed. `reason` says why a value could not be shown.
    """

    kind = ""
    expression = ""
    reason = None


class LimitReached(Fault):
    """A run that had used up its steps or its time."""


class ArtifactError(Error, ValueError):
    """Bytes that are not a program."""
