from typing import Any, Literal, Unpack

from . import _Settings
from ._probelang import _Form, _Input, _Source

def filter(
    df: Any,
    column: str,
    expression: _Source,
    /,
    *,
    faults: Literal["drop", "keep", "fail"] = "drop",
    input: _Input = "auto",
    frame: str | None = None,
    form: _Form = "text",
    **settings: Unpack[_Settings],
) -> Any: ...
