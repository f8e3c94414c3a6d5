"""The examples of docs/engines.md that need little, and README.md's in DuckDB; `archives.py` runs the others."""

import json
import subprocess
import sys

import engines
import probelang
import probelang.spark
import pyarrow
import pytest


@pytest.fixture(autouse=True)
def once(layout):
    if layout == "published":
        pytest.skip("no object of Python is read")


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lake")
    return folder, engines.make(folder, 2_000)


def test_the_example_of_columns_is_what_happens(tmp_path):
    shown = engines.run(tmp_path, *engines.examples()["Columns"], show="[entry['value'] for entry in answers.to_pylist()]")
    assert shown == ["[True, False, None]"]


@pytest.mark.parametrize("engine", ["DuckDB", "Polars", "Dask"])
def test_an_engine_counts_what_the_command_counts(lake, engine):
    folder, expected = lake
    assert expected > 50
    assert engines.run(folder, *engines.examples()[engine]) == [str(expected)]


def test_an_archive_in_parquet_has_every_line(lake):
    folder, expected = lake
    examples = engines.examples()
    rows = "rows = db.sql(\"SELECT count(*), count(ts), count(service) FROM 'archive.parquet'\").fetchall()[0]"
    blocks = [*examples["DuckDB"], *examples["A layout for archives"]]
    assert engines.run(folder, *blocks) == [str(expected)] * 2
    shown = engines.run(folder, "\n".join([*blocks, rows]), show="[count, *rows]")
    assert json.loads(shown[0]) == [expected, 2_000, 1_999, 1_999]


def test_duckdb_counts_as_readme_says(lake):
    folder, expected = lake
    ran = subprocess.run(
        [sys.executable, engines.LAKE / "in_duckdb.py", engines.condition(), "snapshots.ndjson"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"{expected}\n"


def test_xargs_gives_the_lines_that_match(lake):
    folder, expected = lake
    script = engines.examples("sh")["The command in a pipe"][0].replace("probelang", str(engines.command()))
    ran = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    assert len(ran.stdout.splitlines()) == expected


class Frame:
    """What `probelang.spark.filter` needs of a DataFrame."""

    schema = "line string"

    def __init__(self, batches):
        self.batches = batches

    def mapInArrow(self, function, schema):
        assert schema == self.schema
        return list(function(iter(self.batches)))


def test_a_filter_of_spark_drops_or_keeps_what_has_no_answer():
    lines = ['{"n": 1}', '{"n": 3}', "{", None, "{}", '{"n": 2}']
    frame = Frame([pyarrow.record_batch({"line": lines}), pyarrow.record_batch({"line": lines[:1]})])

    def found(**more):
        batches = probelang.spark.filter(frame, "line", "n > 1", **more)
        return [batch.column("line").to_pylist() for batch in batches]

    assert found() == [['{"n": 3}', '{"n": 2}'], []]
    assert found(faults="keep") == [['{"n": 3}', "{", "{}", '{"n": 2}'], []]
    with pytest.raises(probelang.InputError):
        found(faults="fail")
    rows = Frame([pyarrow.record_batch({"row": [{"n": 1}, {"n": 2}, None, {"n": None}]})])
    (kept,) = probelang.spark.filter(rows, "row", "n > 1")
    assert kept.to_pylist() == [{"row": {"n": 2}}]
    with pytest.raises(probelang.CompileError):
        probelang.spark.filter(frame, "line", "n >")
    with pytest.raises(ValueError, match="there is no faults 'null'"):
        probelang.spark.filter(frame, "line", "n > 1", faults="null")
    with pytest.raises(TypeError):
        probelang.spark.filter(frame, "line", "n > 1", no_such_setting=1)
