import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, Unpack

from . import _probelang as _probelang
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
    _Form,
    _Kind,
    _Redaction,
    _Source,
    _Variables,
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
    code: str | None
    message: str
    span: tuple[int, int] | None
    path: str | None
    source: str
    help: str | None
    def __init__(self, report: str = "", attributes: Mapping[str, Any] | None = None) -> None: ...

class CompileError(Error, ValueError):
    diagnostics: Sequence[dict[str, Any]]

class Fault(Error):
    kind: str
    expression: str
    reason: str | None
    row: int | None

class LimitReached(Fault): ...
class ArtifactError(Error, ValueError): ...

class InputError(Error, ValueError):
    row: int | None


class _Settings(TypedDict, total=False):
    dialect: str
    redact: Sequence[str]
    redact_exclude: Sequence[str]
    redact_types: Sequence[str]
    redaction: _Redaction | None
    redact_shapes: Sequence[str]
    no_redact_shapes: Sequence[str]
    redact_patterns: dict[str, str] | None
    steps: int
    deadline: float
    message_depth: int | None
    message_items: int | None
    message_fields: int | None
    message_string: int | None
    message_length: int | None
    schema: str | Mapping[str, Any] | None
    strict: bool
    targets: Sequence[str]
    max_cost: int | None

def condition(source: _Source, /, *, form: _Form = "text", **settings: Unpack[_Settings]) -> Condition: ...
def template(source: _Source, /, *, form: _Form = "text", **settings: Unpack[_Settings]) -> Template: ...
def metric(source: _Source, /, *, form: _Form = "text", **settings: Unpack[_Settings]) -> Metric: ...
def expression(source: _Source, /, *, form: _Form = "text", **settings: Unpack[_Settings]) -> Expression: ...
def load(artifact: bytes, /, **settings: Unpack[_Settings]) -> Condition | Template | Metric | Expression: ...
def check(
    source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text", **settings: Unpack[_Settings]
) -> dict[str, Any]: ...
def format(source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text") -> str: ...
def to_json(source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text") -> Any: ...
def fix(
    source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text", **settings: Unpack[_Settings]
) -> tuple[str, list[str]]: ...
def complete(
    source: str, offset: int, /, *, kind: _Kind | None = None, **settings: Unpack[_Settings]
) -> list[dict[str, Any]]: ...
def hover(
    source: str, offset: int, /, *, kind: _Kind | None = None, **settings: Unpack[_Settings]
) -> dict[str, Any] | None: ...
def tokens(source: str, /, *, kind: _Kind | None = None) -> list[tuple[int, int, str]]: ...
def trace(
    program: Condition | Template | Metric | Expression | _Source,
    variables: _Variables | None = None,
    budget: Budget | None = None,
    /,
    *,
    kind: _Kind | None = None,
    form: _Form = "text",
    **settings: Unpack[_Settings],
) -> Trace: ...
def capture(
    variables: _Variables | None = None,
    budget: Budget | None = None,
    /,
    *,
    expressions: dict[str, _Source] | None = None,
    group: Literal["locals", "arguments"] = "locals",
    max_depth: int | None = None,
    max_items: int | None = None,
    max_length: int | None = None,
    max_fields: int | None = None,
    max_size: int = 1_048_576,
    **settings: Unpack[_Settings],
) -> str: ...
def start(
    probes: str | os.PathLike[str] | None = None,
    *,
    sinks: Sequence[str] | None = None,
    children: bool = True,
    redaction: _Redaction | None = None,
    control: Literal["read", "write"] | None = None,
) -> None: ...
def stop() -> None: ...
