from typing import Literal

from ._probelang import Condition, Engine, Expression, Metric, Template

def restore(
    engine: Engine, kind: str, source: str | bytes, form: Literal["text", "json", "artifact"]
) -> Condition | Template | Metric | Expression: ...
