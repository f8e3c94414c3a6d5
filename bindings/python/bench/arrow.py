"""Times programs over arrays of Arrow, next to other ways to the same answers.

    python bindings/python/bench/arrow.py EVENTS.ndjson [CASE…]

The file has an event per line, with `user.age`, `user.plan`, `items[].price` and `message`. Each case runs in a process of its own, several times; the
least CPU time (user and system, of all threads) counts, since other work on the machine only adds to it. What a case needs beforehand, an array of the
lines or columns, is not counted; where it reads the file itself, that is. All cases of a query must count the same rows.
"""

import json
import resource
import subprocess
import sys
import threading
import time

QUERIES = {
    "A": "user.age > 40 && user.plan == 'gold'",
    "B": "any(items, {@it.price > 95}) && contains(message, 'timeout')",
}
COLUMNS = {
    "user": "STRUCT(age BIGINT, plan VARCHAR)",
    "items": "STRUCT(price DOUBLE)[]",
    "message": "VARCHAR",
}
READ = {"A": ["user"], "B": ["items", "message"]}
SQL = {
    "A": "\"user\".age > 40 AND \"user\".plan = 'gold'",
    "B": "len(list_filter(items, lambda it: it.price > 95)) > 0 AND contains(message, 'timeout')",
}
RUNS = 5


def lines(file):
    import pyarrow.csv

    options = pyarrow.csv.ParseOptions(delimiter="\x01", quote_char=False)
    names = pyarrow.csv.ReadOptions(column_names=["line"], block_size=8 << 20)
    return pyarrow.csv.read_csv(file, names, options)["line"]


def columns(file, query):
    import duckdb

    given = ", ".join(f"{name}: '{COLUMNS[name]}'" for name in READ[query])
    rows = duckdb.sql(f"SELECT * FROM read_json('{file}', format='newline_delimited', columns={{{given}}})")
    return rows.to_arrow_table() if hasattr(rows, "to_arrow_table") else rows.fetch_arrow_table()


def true(answers):
    import pyarrow
    import pyarrow.compute

    return pyarrow.compute.sum(pyarrow.array(answers)).as_py() or 0


def program(query):
    import probelang

    return probelang.condition(QUERIES[query])


def single_calls(file, query):
    test, texts = program(query).test, lines(file).to_pylist()
    return lambda: sum(test(json.loads(text)) for text in texts)


def test_arrow(file, query):
    test, array = program(query).test_arrow, lines(file)
    return lambda: true(test(array, faults="null"))


def two_threads(file, query):
    test, array = program(query).test_arrow, lines(file).combine_chunks()
    half = len(array) // 2
    parts = [array.slice(0, half), array.slice(half)]

    def run():
        found = [0, 0]

        def one(at):
            found[at] = true(test(parts[at], faults="null"))

        threads = [threading.Thread(target=one, args=(at,)) for at in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(found)

    return run


def over_columns(file, query):
    test, table = program(query).test_arrow, columns(file, query)
    return lambda: true(test(table, faults="null"))


def duckdb_json(file, query):
    import duckdb

    given = ", ".join(f"{name}: '{COLUMNS[name]}'" for name in READ[query])
    sql = f"SELECT count(*) FROM read_json('{file}', format='newline_delimited', columns={{{given}}}) WHERE {SQL[query]}"
    return lambda: duckdb.sql(sql).fetchall()[0][0]


def duckdb_function(file, query):
    import duckdb
    import pyarrow

    test = program(query).test_arrow
    db = duckdb.connect()
    db.create_function(
        "probe",
        lambda lines: pyarrow.array(test(lines, faults="null")),
        ["VARCHAR"],
        "BOOLEAN",
        type="arrow",
        null_handling="special",
    )
    source = f"read_csv('{file}', header=false, delim='\x01', quote='', escape='', columns={{'line': 'VARCHAR'}})"
    return lambda: db.sql(f"SELECT count(*) FROM {source} WHERE probe(line)").fetchall()[0][0]


def polars_function(file, query):
    import polars

    test = program(query).test_arrow
    frame = polars.scan_lines(file).filter(
        polars.first().map_batches(lambda lines: polars.Series(test(lines, faults="null")), polars.Boolean)
    )
    return lambda: frame.select(polars.len()).collect().item()


CASES = [single_calls, test_arrow, two_threads, over_columns, duckdb_json, duckdb_function, polars_function]


def measure(case, file, query):
    """In a process of its own: the least CPU time, its wall time, the rows, and how much memory the runs added."""
    run = case(file, query)
    run()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = None
    for _ in range(1 if case is single_calls else RUNS):
        start, wall = time.process_time(), time.perf_counter()
        rows = run()
        cpu = time.process_time() - start
        took = (cpu, time.perf_counter() - wall)
        best = min(best or took, took)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([*best, rows, grown // 1024]))


# Spark, two pairs of jobs that move the same: every line goes back, as it came or after it was tested; and of each batch a part goes back, its
# beginning or what the filter keeps, as many lines as that
SPARK = """
import json, os, sys, time
import probelang
import probelang.spark
from pyspark.sql import SparkSession
file, query, share = sys.argv[1:]
program, share = probelang.condition(query), float(share)
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
spark = SparkSession.builder.master("local[2]").config("spark.log.level", "ERROR").getOrCreate()
lines = spark.read.text(file)
def identity(batches):
    yield from batches
def tested(batches):
    for batch in batches:
        program.test_arrow(batch.column(0), faults="null")
        yield batch
def beginning(batches):
    for batch in batches:
        yield batch.slice(0, round(len(batch) * share))
jvm = spark._jvm.java.lang.ProcessHandle.current().pid()
tick = os.sysconf("SC_CLK_TCK")
def cpu():
    # of the virtual machine and of every process below it, ended or not
    total, pids = 0, [jvm]
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append((int(entry), sum(map(int, fields[11:15]))))
        if int(entry) == jvm:
            total += sum(map(int, fields[11:15]))
    while pids:
        for pid, used in children.get(pids.pop(), []):
            total += used
            pids.append(pid)
    return total / tick
def count(given):
    # the texts are looked at, so that none is left out on the way
    return given.selectExpr("count(*)", "sum(length(value))").first()[0]
jobs = {
    "identity": lambda: count(lines.mapInArrow(identity, lines.schema)),
    "tested": lambda: count(lines.mapInArrow(tested, lines.schema)),
    "beginning": lambda: count(lines.mapInArrow(beginning, lines.schema)),
    "filter": lambda: count(probelang.spark.filter(lines, "value", query)),
}
best = {}
for turn in range(6):
    for name, job in jobs.items():
        start, wall = cpu(), time.perf_counter()
        rows = job()
        took = (cpu() - start, time.perf_counter() - wall, rows)
        # the first rounds warm the virtual machine
        if turn > 1:
            best[name] = min(best.get(name, took), took)
print("=", json.dumps(best))
spark.stop()
"""


def spark(file):
    array = lines(file)
    share = true(program("A").test_arrow(array, faults="null")) / len(array)
    command = [sys.executable, "-c", SPARK, file, QUERIES["A"], str(share)]
    ran = subprocess.run(command, capture_output=True, text=True)
    found = [line for line in ran.stdout.splitlines() if line.startswith("= ")]
    if not found:
        print(ran.stderr[-1000:])
        return
    best = json.loads(found[0][2:])
    for name, (cpu, wall, rows) in best.items():
        print(f"A  spark_{name:<14} {cpu:7.3f} s CPU {wall:7.3f} s  {rows:>9,} rows")
    for ours, plain in (("tested", "identity"), ("filter", "beginning")):
        print(f"   {ours} / {plain} {best[ours][0] / best[plain][0]:.2f}")


def main(file, *names):
    if names[:1] == ("--measure",):
        return measure(globals()[names[1]], file, names[2])
    for query in QUERIES:
        for case in CASES:
            if names and case.__name__ not in names:
                continue
            ran = subprocess.run(
                [sys.executable, __file__, file, "--measure", case.__name__, query], capture_output=True, text=True
            )
            if ran.returncode:
                print(ran.stderr[-2000:])
                continue
            cpu, wall, rows, grown = json.loads(ran.stdout)
            print(f"{query}  {case.__name__:<20} {cpu:7.3f} s CPU {wall:7.3f} s  {rows:>9,} rows  {grown:+} MB", flush=True)
    if not names or "spark" in names:
        spark(file)


main(*sys.argv[1:])
