"""Runs everything many times and looks whether memory or reference counts grow.

    python bindings/python/tests/leaks.py [RUNS]        # 1,000,000 runs if nothing is said
"""

import collections
import contextlib
import datetime
import decimal
import enum
import gc
import json
import sys
import tracemalloc

import probelang


class Color(enum.Enum):
    RED = 1


class User:
    def __init__(self):
        self.age = 41
        self.name = "Ada"
        self.tags = ["a", "b"]
        self.password = "secret"

    @property
    def computed(self):
        raise AssertionError


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = 1


def variables():
    return {
        "user": User(),
        "slots": Slots(),
        "numbers": list(range(20)),
        "table": {"a": 1, 2: "b", None: 3, 1.5: 4, 10**30: 5},
        "big": 10**30,
        "key": "not ASCII: é",
        "long": "é" * 5000,
        "broken": "\ud800",
        "error": FileNotFoundError(2, "no", "file"),
        "color": Color.RED,
        "named": collections.namedtuple("Named", "x y")(1, 2),
        "price": decimal.Decimal("1.5"),
        "day": datetime.date(2024, 1, 1),
        "queue": collections.deque([1, 2]),
        "group": {1, "x"},
        "data": b"abc",
        "cls": User,
        "mod": json,
    }


EXPRESSIONS = """
user.age > 40
user
user.computed
user.nothing
slots
slots.b
any(numbers, {@it > 18})
filter(numbers, {@it > 18})
table[2]
table[1.5]
table[big]
table["none"]
table[key]
big == 5
big
len(long) > 1
broken
error
error.filename
color == "RED"
named[1]
named
price
day
queue
group
data
cls
cls.nothing
mod.nothing
user instanceof "leaks.User"
matches(user.name, "A.*")
user.password
undefined_name
""".strip().splitlines()


def work(programs, templates, engine, given):
    """Everything once; how many runs that were."""
    for program in programs:
        with contextlib.suppress(probelang.Fault):
            program.eval(given)
    for template in templates:
        template.render(given)
    engine.capture(given)
    return len(programs) + len(templates) + 1


def compile_all(engine):
    programs = [engine.expression(text) for text in EXPRESSIONS]
    templates = [engine.template(f"{{{text}}}") for text in EXPRESSIONS]
    return programs, templates


def references(given):
    """The reference counts of everything that is looked at."""
    seen = {}
    pending = list(given.values())
    while pending:
        value = pending.pop()
        if id(value) in seen or isinstance(value, (type, type(sys))):
            continue
        seen[id(value)] = value
        pending.extend(gc.get_referents(value))
    values = list(seen.values())
    seen.clear()
    return [sys.getrefcount(value) for value in values]


def grown(runs):
    """Blocks and bytes that are there after `runs` more runs, and how many reference counts have changed."""
    engine, given = probelang.Engine(), variables()
    programs, templates = compile_all(engine)
    # what is made at the first run stays: names in UTF-8, classes of exceptions
    for _ in range(20):
        work(programs, templates, engine, given)
    tracemalloc.start()
    gc.collect()
    counts = references(given)
    blocks, before = sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0]
    done = 0
    while done < runs:
        done += work(programs, templates, engine, given)
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    more_blocks = sys.getallocatedblocks() - blocks
    changed = sum(one != other for one, other in zip(counts, references(given), strict=True))
    tracemalloc.stop()
    return more_blocks, after - before, changed


def grown_by_compiling(times):
    """Blocks that are there after everything was compiled, pickled and thrown away so often."""
    import pickle

    engine = probelang.Engine()
    # tables of interned names and the like grow at first
    for _ in range(40):
        pickle.loads(pickle.dumps(compile_all(engine)))
    gc.collect()
    blocks = sys.getallocatedblocks()
    for _ in range(times):
        pickle.loads(pickle.dumps(compile_all(engine)))
        for text in ("a >", "1 +"):
            with contextlib.suppress(probelang.CompileError):
                engine.condition(text)
    gc.collect()
    return sys.getallocatedblocks() - blocks


if __name__ == "__main__":
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    blocks, bytes, changed = grown(runs)
    print(f"{runs} runs: {blocks} blocks and {bytes} bytes more, {changed} reference counts changed")
    compiled = grown_by_compiling(runs // 1000)
    print(f"{runs // 1000} times compiled: {compiled} blocks more")
    sys.exit(blocks > 50 or bytes > 20_000 or changed > 0 or compiled > 50)
