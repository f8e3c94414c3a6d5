from collections.abc import Mapping, Sequence
from typing import Any

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

class LimitReached(Fault): ...
class ArtifactError(Error, ValueError): ...
