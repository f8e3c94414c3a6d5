"""Conditions over the DataFrames of Spark."""

from . import condition as _condition


def filter(df, column, expression, /, *, faults="drop", input="auto", frame=None, form="text", **settings):
    """The rows of a DataFrame for which a condition holds.

    `column` is the name of a column of JSON texts, documents or snapshots, or of a struct whose fields are the variables.
    `faults` says what becomes of rows without an answer: ``"drop"``, ``"keep"``, or ``"fail"``, which ends the job. Rows
    in which the column is null are dropped. `settings` are those of an `Engine`; `input` and `frame` are those of
    `Condition.test_arrow`.

    The condition is compiled here, so that what is wrong with it raises `CompileError` before a job starts. Each
    executor needs this package and pyarrow.
    """
    if faults not in ("drop", "keep", "fail"):
        raise ValueError(f"there is no faults '{faults}', only drop, keep, fail")
    program = _condition(expression, form=form, **settings)

    def matching(batches):
        import pyarrow
        import pyarrow.compute

        for batch in batches:
            answers = program.test_arrow(
                batch.column(column), faults="raise" if faults == "fail" else "struct", input=input, frame=frame
            )
            answers = pyarrow.array(answers)
            if faults != "fail":
                answers, codes = answers.flatten()
                if faults == "keep":
                    answers = pyarrow.compute.or_kleene(answers, codes.is_valid())
            yield batch.filter(answers)

    return df.mapInArrow(matching, df.schema)
