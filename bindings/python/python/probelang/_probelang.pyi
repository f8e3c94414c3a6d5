import os
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any, Literal, Protocol, final

from . import Fault

__all__ = [
    "__version__",
    "EXPIRES",
    "Engine",
    "Answers",
    "Condition",
    "Template",
    "Metric",
    "Expression",
    "Budget",
    "Message",
    "PartError",
    "Trace",
    "explain",
    "_read_directly",
    "live_start",
    "live_stop",
    "live_running",
    "live_status",
    "live_switch",
    "live_before_fork",
    "live_after_fork_in_parent",
    "live_after_fork_in_child",
    "_live_panic",
    "code_places",
    "live_sinks",
    "new_probe",
]

__version__: str
EXPIRES: str

type _Form = Literal["text", "json"]
type _Redaction = Literal["off", "targeted", "strict"]
type _Kind = Literal["condition", "template", "metric", "value"]
# an expression as text, or wire JSON as objects
type _Source = str | Mapping[str, Any] | Sequence[Any]
# of the class dict, or of one derived from it
type _Variables = dict[str, Any]

@final
class Budget:
    def __new__(cls, *, steps: int = 1_000_000, deadline: float = 0.05) -> Budget: ...
    @property
    def left(self) -> int: ...
    @property
    def spent(self) -> int: ...

type _Faults = Literal["struct", "null", "raise"]
type _Input = Literal["auto", "plain", "snapshot"]

class _Array(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _Stream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

type _Arrow = _Array | _Stream

@final
class Answers:
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...
    def __len__(self) -> int: ...

@final
class Condition:
    def test(self, variables: _Variables | None = None, budget: Budget | None = None, /, **names: Any) -> bool: ...
    def test_arrow(
        self, array: _Arrow, /, *, faults: _Faults = "struct", input: _Input = "auto", frame: str | None = None
    ) -> Answers: ...
    @property
    def source(self) -> str: ...
    @property
    def variables(self) -> tuple[str, ...]: ...
    @property
    def warnings(self) -> list[dict[str, Any]]: ...
    @property
    def engine(self) -> Engine: ...
    def to_bytes(self) -> bytes: ...

@final
class Template:
    def render(self, variables: _Variables | None = None, budget: Budget | None = None, /, **names: Any) -> Message: ...
    def render_arrow(
        self, array: _Arrow, /, *, faults: _Faults = "struct", input: _Input = "auto", frame: str | None = None
    ) -> Answers: ...
    @property
    def source(self) -> str: ...
    @property
    def variables(self) -> tuple[str, ...]: ...
    @property
    def warnings(self) -> list[dict[str, Any]]: ...
    @property
    def engine(self) -> Engine: ...
    def to_bytes(self) -> bytes: ...

@final
class Metric:
    def measure(
        self, variables: _Variables | None = None, budget: Budget | None = None, /, **names: Any
    ) -> int | float: ...
    def measure_arrow(
        self, array: _Arrow, /, *, faults: _Faults = "struct", input: _Input = "auto", frame: str | None = None
    ) -> Answers: ...
    @property
    def source(self) -> str: ...
    @property
    def variables(self) -> tuple[str, ...]: ...
    @property
    def warnings(self) -> list[dict[str, Any]]: ...
    @property
    def engine(self) -> Engine: ...
    def to_bytes(self) -> bytes: ...

@final
class Expression:
    def eval(self, variables: _Variables | None = None, budget: Budget | None = None, /, **names: Any) -> Any: ...
    def eval_arrow(
        self, array: _Arrow, /, *, faults: _Faults = "struct", input: _Input = "auto", frame: str | None = None
    ) -> Answers: ...
    @property
    def source(self) -> str: ...
    @property
    def variables(self) -> tuple[str, ...]: ...
    @property
    def warnings(self) -> list[dict[str, Any]]: ...
    @property
    def engine(self) -> Engine: ...
    def to_bytes(self) -> bytes: ...

@final
class PartError:
    @property
    def expression(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def fault(self) -> Fault | None: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Message:
    @property
    def text(self) -> str: ...
    @property
    def errors(self) -> tuple[PartError, ...]: ...
    @property
    def truncated(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Trace:
    @property
    def answer(self) -> Any: ...
    @property
    def steps(self) -> int: ...
    @property
    def decided_by(self) -> str | None: ...
    @property
    def tree(self) -> dict[str, Any]: ...

@final
class Engine:
    def __new__(
        cls,
        *,
        dialect: str = "portable",
        redact: Sequence[str] = ...,
        redact_exclude: Sequence[str] = ...,
        redact_types: Sequence[str] = ...,
        redaction: _Redaction | None = None,
        redact_shapes: Sequence[str] = ...,
        no_redact_shapes: Sequence[str] = ...,
        redact_patterns: dict[str, str] | None = None,
        steps: int = 1_000_000,
        deadline: float = 0.05,
        message_depth: int | None = None,
        message_items: int | None = None,
        message_fields: int | None = None,
        message_string: int | None = None,
        message_length: int | None = None,
        schema: str | Mapping[str, Any] | None = None,
        strict: bool = False,
        targets: Sequence[str] = ...,
        max_cost: int | None = None,
    ) -> Engine: ...
    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]: ...
    def __eq__(self, other: object, /) -> bool: ...
    def condition(self, source: _Source, /, *, form: _Form = "text") -> Condition: ...
    def template(self, source: _Source, /, *, form: _Form = "text") -> Template: ...
    def metric(self, source: _Source, /, *, form: _Form = "text") -> Metric: ...
    def expression(self, source: _Source, /, *, form: _Form = "text") -> Expression: ...
    def load(self, artifact: bytes, /) -> Condition | Template | Metric | Expression: ...
    def check(self, source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text") -> dict[str, Any]: ...
    def format(self, source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text") -> str: ...
    def to_json(self, source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text") -> Any: ...
    def fix(self, source: _Source, /, *, kind: _Kind | None = None, form: _Form = "text") -> tuple[str, list[str]]: ...
    def complete(self, source: str, offset: int, /, *, kind: _Kind | None = None) -> list[dict[str, Any]]: ...
    def hover(self, source: str, offset: int, /, *, kind: _Kind | None = None) -> dict[str, Any] | None: ...
    def tokens(self, source: str, /, *, kind: _Kind | None = None) -> list[tuple[int, int, str]]: ...
    def trace(
        self,
        program: Condition | Template | Metric | Expression | _Source,
        variables: _Variables | None = None,
        budget: Budget | None = None,
        /,
        *,
        kind: _Kind | None = None,
        form: _Form = "text",
    ) -> Trace: ...
    def capture(
        self,
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
    ) -> str: ...

def explain(code: str, /) -> str | None: ...
def _read_directly(direct: bool) -> tuple[bool, bool, bool]: ...
def live_start(
    *,
    probes: str | os.PathLike[str] | None = None,
    sinks: Sequence[str] | None = None,
    redaction: _Redaction | None = None,
    control: str | None = None,
) -> None: ...
def live_stop() -> None: ...
def live_running() -> bool: ...
def live_status() -> str: ...
def live_switch(off: bool, /) -> None: ...
def live_before_fork() -> None: ...
def live_after_fork_in_parent() -> None: ...
def live_after_fork_in_child(run: bool, /) -> None: ...
def _live_panic() -> None: ...
def code_places(code: CodeType, module: str, /) -> list[tuple[str, str, str, int, list[int]]]: ...
def live_sinks(specs: Sequence[str], /) -> list[str]: ...
def new_probe(
    does: str,
    place: str,
    /,
    *,
    when: str | None = None,
    template: str | None = None,
    capture: bool = False,
    name: str | None = None,
    kind: str = "count",
    value: str | None = None,
    target: str = "active",
    at: str | None = None,
    id: str | None = None,
    expires: str | None = None,
    max_hits: int | None = None,
    every: int | None = None,
) -> str: ...
