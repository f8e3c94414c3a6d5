"""Counts the lines of a file for which a condition holds, with two executors of Spark, which get the package as an archive.

python examples/lake/on_spark.py CONDITION FILE PROBELANG.zip
"""

import os
import sys

import probelang.spark
from pyspark.sql import SparkSession

condition, file, package = sys.argv[1:]
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
spark = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .config("spark.archives", f"{package}#probelang")
    .config("spark.executorEnv.PYTHONPATH", "probelang")
    .config("spark.log.level", "ERROR")
    .getOrCreate()
)
lines = spark.read.text(file)
print(probelang.spark.filter(lines, "value", condition).count())
spark.stop()
