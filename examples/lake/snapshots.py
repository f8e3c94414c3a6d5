"""Prints snapshots of orders, one per line, as a probe at the end of a function would have captured them.

    python examples/lake/snapshots.py COUNT > snapshots.ndjson

Every tenth order is that of a guest, who has no plan. The last line is cut off, as in a file whose writer was stopped.
"""

import json
import random
import sys

import probelang


class Thing:
    def __init__(self, **fields):
        self.__dict__.update(fields)


def orders(count):
    chance = random.Random(7)
    for number in range(count):
        customer = Thing(name=f"customer {number % 997}", plan=chance.choice(["free", "silver", "gold"]), token="t0p")
        yield Thing(
            number=number,
            customer=customer if number % 10 else None,
            items=[
                Thing(name=chance.choice(["lamp", "desk", "chair"]), price=round(chance.uniform(1, 100), 2))
                for _ in range(chance.randint(1, 6))
            ],
        )


def main(count):
    for number, order in enumerate(orders(count)):
        event = {
            "service": ("shop", "stock")[number % 2],
            "timestamp": 1_700_000_000_000 + number * 1_000,
            "debugger": {"snapshot": json.loads(probelang.capture({"order": order}))},
        }
        line = json.dumps(event, separators=(",", ":"))
        print(line if number < count - 1 else line[: len(line) // 2])


main(int(sys.argv[1]))
