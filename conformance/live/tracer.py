"""Runs programs through ddtrace: one line of JSON for each on standard input, one outcome for each on standard output.

Usage: python tracer.py < programs.ndjson > outcomes.ndjson     (CPython 3.12 at most; pip install ddtrace)
"""

import json
import logging
import struct
import sys

from ddtrace.debugging._redaction import DDRedactedExpression
from ddtrace.debugging._signal.utils import serialize

logging.disable(logging.CRITICAL)


class World:
    """The values of one program."""

    def __init__(self):
        self.classes = {}
        self.objects = {}

    def class_of(self, name, supertypes):
        """A class of that full name: `pkg.Name` is the class `Name` of the module `pkg`."""
        if name not in self.classes:
            bases = tuple(self.class_of(base, []) for base in supertypes) or (object,)
            module, _, last = (name or "app.Anonymous").rpartition(".")
            self.classes[name] = type(last, bases, {"__module__": module, "__qualname__": last})
        return self.classes[name]

    def value(self, json_value):
        if isinstance(json_value, list):
            return [self.value(item) for item in json_value]
        if not isinstance(json_value, dict):
            return json_value
        tag = json_value.get("$type")
        if tag is None:
            return {key: self.value(value) for key, value in json_value.items()}
        if tag == "set":
            return {self.value(item) for item in json_value["items"]}
        if tag == "map":
            return {self.value(key): self.value(value) for key, value in json_value["entries"]}
        if tag == "float":
            return float(json_value["value"].replace("Infinity", "inf"))
        if tag == "bigint":
            return int(json_value["digits"])
        if tag == "object":
            made = self.class_of(json_value.get("class"), json_value.get("supertypes", []))()
            self.objects[id(made)] = made
            for name, value in json_value["fields"].items():
                object.__setattr__(made, name, self.value(value))
            return made
        raise ValueError(tag)

    def outcome(self, value):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return {"int": str(value)}
        if isinstance(value, float):
            return {"float": "nan" if value != value else struct.pack(">d", value).hex()}
        if isinstance(value, (list, tuple)):
            return {"list": [self.outcome(item) for item in value]}
        if isinstance(value, (set, frozenset)):
            return {"set": [self.outcome(item) for item in value]}
        if isinstance(value, dict):
            return {"map": [[self.outcome(key), self.outcome(item)] for key, item in value.items()]}
        if id(value) in self.objects:
            return {"object": [[name, self.outcome(item)] for name, item in vars(value).items()]}
        return {"other": type(value).__name__}


def run(program):
    world = World()
    names = {name: world.value(value) for name, value in program["vars"].items()}
    # the compiler of redacted expressions is a bound method of one compiler
    compiler = type(DDRedactedExpression.__compiler__.__self__)()
    is_template = program["kind"] == "template"
    parts = program["json"] if is_template else [{"json": program["json"]}]
    try:
        compiled = [part["str"] if "str" in part else compiler.compile(part["json"]) for part in parts]
    except Exception as error:
        return {"error": "compile", "message": f"{type(error).__name__}: {error}"}
    try:
        if is_template:
            # as the message of a log probe is made
            texts = [part if isinstance(part, str) else serialize(part(names)) for part in compiled]
            return {"value": "".join(texts)}
        value = compiled[0](names)
        if program["kind"] == "condition":
            value = bool(value)
        return {"value": world.outcome(value)}
    except Exception as error:
        return {"error": "run", "message": f"{type(error).__name__}: {error}"[:300]}


def main():
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


main()
