"""What a user's type checker sees; `test_types.py` checks this file."""

from typing import assert_type

import probelang

condition = probelang.condition("len(cart) > 2", dialect="python", redact=["badge"])
assert_type(condition, probelang.Condition)
assert_type(condition.test(cart=[1, 2, 3]), bool)
assert_type(condition.test({"cart": [1]}, probelang.Budget(steps=100)), bool)
assert_type(probelang.template([{"str": "x"}]).render().text, str)
assert_type(probelang.metric({"ref": "n"}).measure(n=1), int | float)
try:
    probelang.expression("n >")
except probelang.CompileError as error:
    assert_type(error.span, tuple[int, int] | None)


def over(array: probelang.Answers) -> None:
    assert_type(condition.test_arrow(array, faults="null"), probelang.Answers)
    condition.test_arrow(array, faults="drop")  # type: ignore[arg-type]
    condition.test_arrow(["{}"])  # type: ignore[arg-type]


probelang.condition("x", no_such_setting=1)  # type: ignore[call-arg]
condition.test([1])  # type: ignore[arg-type]
