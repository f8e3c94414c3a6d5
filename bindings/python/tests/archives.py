"""Runs README.md's "From one snapshot to a lake" as it is written, and every example of docs/engines.md.

    archives.py PACKAGE.zip

Two executors of Spark are processes of their own, whose Python does not have the package: they get it as an archive.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import engines

SECTION = "From one snapshot to a lake"

# what the executors are: their process, and where the package is from
EXECUTORS = '''
import os
import sys

import probelang
import probelang.spark
import pyarrow as pa
from pyspark.sql import SparkSession

package, file, condition = sys.argv[1:]
spark = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .config("spark.archives", f"{package}#probelang")
    .config("spark.executorEnv.PYTHONPATH", "probelang")
    .config("spark.log.level", "ERROR")
    .getOrCreate()
)


def who(batches):
    import probelang

    for batch in batches:
        yield pa.record_batch({"pid": [os.getppid()], "file": [probelang.__file__], "rows": [batch.num_rows]})


lines = spark.read.text(file)
where = lines.mapInArrow(who, "pid long, file string, rows long").collect()
rows = {row.value for row in probelang.spark.filter(lines, "value", condition).collect()}
kept = probelang.spark.filter(lines, "value", condition, faults="keep").count()
try:
    probelang.spark.filter(lines, "value", condition, faults="fail").count()
    failed = ""
except Exception as error:
    failed = str(error)
print("=", __import__("json").dumps([[row.asDict() for row in where], sorted(rows), kept, failed]))
spark.stop()
'''


def say(what):
    print(what, flush=True)


def shell(command, folder, environment):
    ran = subprocess.run(["bash", "-euc", command], cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, f"$ {command}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def readme(folder, package, environment):
    """Does what the section says, and looks for the number that it says."""
    text = (engines.ROOT / "README.md").read_text().split(f"\n## {SECTION}\n", 1)[1].split("\n## ", 1)[0]
    counts = []
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S):
        for line in block.splitlines():
            if line.startswith(("pip ", "cp wheel")):
                # done before
                continue
            printed = shell(line, folder, environment)
            if printed.strip().isdigit():
                counts.append(int(printed))
    said = re.findall(r"\*\*([\d,]+)\*\*", text)
    assert len(counts) == 3 and len(set(counts)) == 1, counts
    assert [int(number.replace(",", "")) for number in said] == counts[:1], (said, counts)
    say(f"README.md: {counts[0]} in a file, in DuckDB and on two executors of Spark")


def executors(folder, package, environment):
    program = folder / "executors.py"
    program.write_text(EXECUTORS)
    command = [sys.executable, program, package, folder / "snapshots.ndjson", engines.condition()]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    where, found, kept, failed = json.loads(re.search(r"^= (.*)$", ran.stdout, re.M).group(1))
    filtered = [engines.command(), "filter", "-f", "condition.txt", "-i", "snapshots.ndjson", "--faults"]
    expected, all_of_them = (
        subprocess.run([*filtered, faults], cwd=folder, capture_output=True, text=True).stdout.splitlines()
        for faults in ("drop", "keep")
    )
    assert found == sorted(expected)
    assert kept == len(all_of_them) and kept > len(expected)
    # Python starts anew for each job, the executors do not
    assert len({row["pid"] for row in where}) == 2, where
    assert all("/app-" in row["file"] and row["file"].endswith("/probelang/probelang/__init__.py") for row in where), where
    assert "probelang.Fault" in failed or "probelang.InputError" in failed, failed[-2000:]
    say(f"Spark: two executors with the package from the archive, {len(found)} lines as the command's, {kept} with faults")


def clickhouse(folder, count, environment):
    import chdb

    functions = folder / "functions"
    functions.mkdir()
    script, config, query = (engines.examples(language)["ClickHouse"][0] for language in ("sh", "xml", "sql"))
    (functions / "probe.sh").write_text(script.replace("/etc/probelang", str(folder)))
    (functions / "probe.sh").chmod(0o755)
    (functions / "probe_function.xml").write_text(config)
    os.environ["PATH"] = environment["PATH"]
    query = query.replace("snapshots.ndjson", str(folder / "snapshots.ndjson"))
    found = int(str(chdb.query(query, "CSV", udf_path=str(functions))))
    assert found == count, (found, count)
    say(f"ClickHouse: {found}")


def main(package):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        folder.chmod(0o755)
        path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), str(engines.command().parent), os.environ["PATH"]])
        environment = {**os.environ, "PATH": path, "PYSPARK_PYTHON": sys.executable, "RAY_USAGE_STATS_ENABLED": "0"}
        here = folder / "readme"
        here.mkdir()
        (here / "examples").symlink_to(engines.ROOT / "examples")
        (here / "probelang.zip").symlink_to(package)
        readme(here, package, environment)

        count = engines.make(folder)
        executors(folder, package, environment)
        examples = engines.examples()
        pipe = examples["The command in a pipe"][0]
        pipe = pipe.replace("/usr/local/bin/probelang", str(engines.command())).replace("/etc/probelang", str(folder))
        spark = [*examples["Spark"], pipe]
        for name, blocks in {"Spark": spark, **{name: examples[name] for name in ("DuckDB", "Polars", "Dask", "Ray")}}.items():
            found = engines.run(folder, *blocks, environment=environment)
            assert found == [str(count)] * len(blocks), (name, found, count)
            say(f"{name}: {', '.join(found)}")
        clickhouse(folder, count, environment)


main(pathlib.Path(sys.argv[1]).resolve())
