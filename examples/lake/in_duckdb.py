"""Counts the lines of a file for which a condition holds, with DuckDB.

python examples/lake/in_duckdb.py CONDITION FILE
"""

import sys

import duckdb
import probelang
import pyarrow as pa

condition, file = sys.argv[1:]
program = probelang.condition(condition)


def probe(lines):
    return pa.array(program.test_arrow(lines, faults="null"))


db = duckdb.connect()
db.create_function("probe", probe, ["VARCHAR"], "BOOLEAN", type="arrow", null_handling="special")
lines = "read_csv(?, header=false, delim='\x01', quote='', escape='', columns={'line': 'VARCHAR'})"
print(db.execute(f"SELECT count(*) FROM {lines} WHERE probe(line)", [file]).fetchone()[0])
