"""Nothing is kept after a run: the short form of `leaks.py`."""

import leaks


def test_runs_leave_no_object_behind():
    blocks, bytes, changed = leaks.grown(5_000)
    assert changed == 0
    # one block for each run would be 5,000
    assert blocks < 50 and bytes < 20_000


def test_compiled_programs_leave_no_object_behind():
    # one block for each program would be 6,600
    assert leaks.grown_by_compiling(100) < 600
