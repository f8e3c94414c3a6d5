"""The cases of the conformance suite as Python objects, and their judgement (`conformance/corpus/README.md`)."""

import enum
import json
import math
import pathlib
import re
import types

import probelang

ROOT = pathlib.Path(__file__).parents[3] / "conformance"

PRESETS = {
    "docs": "portable",
    "system-tests": "portable",
    "libdatadog": "php",
    "dd-trace-dotnet": "dotnet",
    "dd-trace-go": "go",
    "dd-trace-java": "java",
    "dd-trace-js": "node",
    "dd-trace-py": "python",
    "dd-trace-rb": "ruby",
}


class LeftOut(Exception):
    """No Python object is what the case needs; the reason."""


def hashed(collection, parts):
    """A set or dict of all these parts."""
    try:
        made = collection(parts)
    except TypeError:
        raise LeftOut("a key that has no hash") from None
    if len(made) != len(parts):
        raise LeftOut("keys that are equal in Python")
    return made


def read(name):
    """The cases of a file."""
    with open(ROOT / name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ledger():
    """Why cases fail natively too, by their ids."""
    return {case["id"]: case["why"] for case in read("ledger.jsonl")}


class Builder:
    """Makes the values of a case."""

    def __init__(self, source):
        self.source = source
        self.known = {}
        self.classes = {}

    def scope(self, names):
        return {name: value for name, given in names.items() if (value := self.variable(name, given)) is not Absent}

    def variable(self, name, given):
        if name == "@duration" and isinstance(given, dict) and given.get("$type") == "duration":
            if "text" in given or self.source == "dd-trace-dotnet":
                raise LeftOut("the text of a duration of another runtime")
            return given["ms"] if "ms" in given else given["seconds"] * 1e3 if "seconds" in given else 12.5
        return self.value(given)

    def value(self, given):
        match given:
            case {"$type": kind}:
                value = self.tagged(kind, given)
                if "$id" in given:
                    self.known[given["$id"]] = value
                return value
            case dict() if self.source == "dd-trace-js":
                return self.instance("Object", [], {name: self.value(part) for name, part in given.items()})
            case dict():
                return {name: self.value(part) for name, part in given.items()}
            case list():
                return [self.value(part) for part in given]
        return given

    def make(self, name, supertypes, base=object, members=None):
        """A class of this full name, under classes of the other names."""
        bases = tuple(self.make(other, []) for other in supertypes)
        module, _, simple = name.rpartition(".")
        if not supertypes and not members and (name, base) in self.classes:
            return self.classes[name, base]
        space = {"__module__": module or "builtins", **(members or {})}
        made = type(simple, bases if bases and base is object else (base, *bases), space)
        self.classes[name, base] = made
        return made

    def instance(self, name, supertypes, fields, members=None):
        value = self.make(name, supertypes, members=members)()
        value.__dict__.update(fields)
        return value

    def of_class(self, given, value):
        """The value as one of the class that it has in its runtime."""
        name = given.get("class") or given.get("host")
        if name is None or name in ("list", "tuple", "set", "frozenset", "dict", "map"):
            return value
        if self.source == "dd-trace-java" and (not name.startswith("java.") or "$Synchronized" in name):
            raise LeftOut("a collection of a class that runs code")
        supertypes = [*given.get("supertypes", [])]
        if self.source == "dd-trace-dotnet" and name.endswith("[]"):
            supertypes.append("System.Array")
        return self.make(name, supertypes, type(value))(value)

    def tagged(self, kind, given):
        if any(name in ("get size", "get length") for name in given.get("traps", [])):
            raise LeftOut("a size that is a getter")
        match kind:
            case "ref":
                if given["id"] not in self.known:
                    raise LeftOut("a value that refers to itself")
                return self.known[given["id"]]
            case "safe-proxy":
                return self.value(given["target"])
            case "object" | "exception":
                return self.object(kind, given)
            case "list":
                return self.of_class(given, [self.value(item) for item in given["items"]])
            case "tuple":
                return tuple(self.value(item) for item in given["items"])
            case "set" | "frozenset":
                return self.of_class(given, hashed(set, [self.value(item) for item in given["items"]]))
            case "map":
                pairs = [(self.value(key), self.value(value)) for key, value in given["entries"]]
                return self.of_class(given, hashed(dict, pairs))
            case "weakset" | "weakmap":
                raise LeftOut("a collection that hides its size")
            case "sequence":
                first, prefix = given.get("start", 0), given.get("prefix")
                numbers = range(first, first + given["count"])
                items = [f"{prefix}{at}" if prefix is not None else at for at in numbers]
                return {"list": list, "set": set, "map": lambda items: {item: item for item in items}}[given["of"]](items)
            case "repeat":
                return given["text"] * given["count"] + given.get("then", "")
            case "float":
                return float(given["value"])
            case "decimal" | "bigint":
                text = str(given["value"])
                return int(text) if text.lstrip("-").isdigit() else float(text)
            case "char":
                return given["value"]
            case "boxed":
                value = self.value(given["value"])
                name = given.get("class") or given.get("host")
                if name is None or value is None:
                    return value
                if isinstance(value, bool):
                    raise LeftOut("a Boolean of another class")
                return self.make(name, given.get("supertypes", []), type(value))(value)
            case "enum":
                name = given.get("class", "Enum")
                module, _, simple = name.rpartition(".")
                constants = enum.Enum(simple, {given["value"]: 1}, module=module or "builtins")
                return constants[given["value"]]
            case "class" | "function" | "regex" | "generator" | "symbol" | "bytes" | "uuid" | "uri" | "datetime" | "duration":
                if "fields" in given:
                    return self.object(kind, given)
                raise LeftOut(f"a {kind} of another runtime")
            case "undefined":
                raise LeftOut("a bound undefined value")
            case "uninitialized":
                return Absent
            case "trap":
                raise LeftOut("a value that must not be looked at")
            case "proxy":
                raise LeftOut("an object of which nothing can be read")
        raise LeftOut(f"an unknown {kind}")

    def object(self, kind, given):
        fields = given.get("fields", {})
        # a value may refer to the object that it is in
        traps = {trap.removeprefix("get ") for trap in given.get("traps", []) if trap.startswith("get ")}
        if given.get("statics") or given.get("static_getters"):
            raise LeftOut("a static member")
        unreadable = {name: property(lambda self: 1 / 0) for name in [*given.get("getters", {}), *traps]}
        value = self.instance(given.get("class", kind), given.get("supertypes", []), {}, unreadable)
        if "$id" in given:
            self.known[given["$id"]] = value
        for name, part in fields.items():
            if (made := self.value(part)) is not Absent and name not in traps:
                value.__dict__[name] = made
        if kind == "exception" and "message" in given:
            value.__dict__.setdefault("message", self.value(given["message"]))
        return value


class Absent:
    """A name that is not bound."""


class Judge:
    """Compares what a run gave with what a case expects."""

    def __init__(self, builder):
        self.builder = builder

    def value(self, expected, found):
        match expected:
            case {"$type": kind}:
                return self.tagged(kind, expected, found)
            case dict():
                if not isinstance(found, dict) or len(found) != len(expected):
                    return False
                return all(name in found and self.value(part, found[name]) for name, part in expected.items())
            case list():
                return isinstance(found, list) and len(found) == len(expected) and all(map(self.value, expected, found))
            case str() if found == {"$redacted": True}:
                return expected == "{REDACTED}"
            case bool():
                return expected is found
            case int() | float():
                return isinstance(found, (int, float)) and not isinstance(found, bool) and expected == found
        return type(expected) is type(found) and expected == found

    def tagged(self, kind, expected, found):
        match kind:
            case "ref":
                return isinstance(found, dict)
            case "undefined":
                return found == {"$undefined": True}
            case "float":
                number = float(expected["value"])
                if isinstance(found, dict):
                    found = float(found.get("$float", "0"))
                return number == found or (math.isnan(number) and isinstance(found, float) and math.isnan(found))
            case "decimal" | "bigint":
                return found == float(expected["value"])
            case "char" | "uuid" | "uri" | "bytes":
                return found == expected["value"]
            case "boxed":
                return self.value(expected.get("value"), found)
            case "duration":
                return isinstance(found, (int, float)) and expected.get("ms", found) == found
            case "list" | "tuple":
                return self.value(expected["items"], found)
            case "set" | "frozenset":
                return self.any_order(expected["items"], found)
            case "map":
                pairs = [list(pair) for pair in found.items()] if isinstance(found, dict) else found
                return isinstance(pairs, list) and self.any_order(expected["entries"], pairs)
            case "enum":
                return found == expected["value"]
            case "object" | "exception":
                fields = {**expected.get("fields", {})}
                if kind == "exception" and "message" in expected:
                    fields["message"] = expected["message"]
                return isinstance(found, dict) and all(
                    name in found and self.value(part, found[name]) for name, part in fields.items()
                )
            case "collection":
                return self.collection(expected, found)
        raise LeftOut(f"an expected {kind}")

    def any_order(self, expected, found):
        left = list(found)
        for item in expected:
            at = next((at for at, other in enumerate(left) if self.value(item, other)), None)
            if at is None:
                return False
            del left[at]
        return not left

    def collection(self, expected, found):
        if "truncated" in expected:
            raise LeftOut("an expression that is captured, not evaluated")
        items = expected.get("items")
        if expected["of"] == "map":
            if items is not None or not isinstance(found, (dict, list)):
                return False
        elif not isinstance(found, list):
            return False
        elif items is not None and not (self.value(items, found) if expected["of"] == "list" else self.any_order(items, found)):
            return False
        return expected.get("count", len(found)) == len(found)


def text_is(expected, text):
    if isinstance(expected, str):
        return text == expected
    if "regex" in expected and not re.search(expected["regex"], text):
        return False
    return all(part in text for part in expected.get("contains", [])) and not any(
        part in text for part in expected.get("not_contains", [])
    )


def compares_text(case):
    expect = case["expect"]
    value = expect.get("value")
    by_tag = isinstance(value, dict) and value.get("$type") == "text"
    return "error" not in expect and (expect.get("as") == "string" or by_tag)


def failed_as(fault):
    return "undefined" if fault.kind == "undefined" and fault.code not in NULL_CODES else "evaluation"


# a member or index of null counts as `evaluation`
NULL_CODES = ("PL1006", "PL1007")


CLASSES_OF_SCALARS = re.compile(
    r'"instanceof": \[[^]]*, "(java\.lang\.(String|Float|Integer|Long|Double)|System\.(String|Int32)(, [A-Za-z.]+)?|ValueType|number|bigint|string, mscorlib)"\]'
)


UNKNOWN_TYPE = "PL1317"


def forms(case, as_template):
    source = case["json_text"] if "json_text" in case else json.dumps(case["json"])
    wrap = as_template and case["kind"] != "template"
    yield (f'[{{"json": {source}}}]' if wrap else source), "json"
    is_text = case.get("dsl_matches_json") and case.get("dsl") is not None and case["expect"].get("error") != "parse"
    if is_text and case["id"] not in ("java-0203", "java-0331"):
        yield (f"{{{case['dsl']}}}" if wrap else case["dsl"]), "text"


def passes(case):
    """Whether all forms of a case give what it expects. Raises `LeftOut`."""
    config = case.get("config") or {}
    if case["source"] != "dd-trace-py" and CLASSES_OF_SCALARS.search(json.dumps(case["json"])):
        raise LeftOut("the class of a scalar in another runtime")
    if case["id"] == "dotnet-0110":
        raise LeftOut("the short name of a class of another runtime")
    if "timeout_ms" in config:
        raise LeftOut("a clock of the test's own")
    if "max_collection_size" in config:
        raise LeftOut("an expression that is captured, not evaluated")
    engine = probelang.Engine(
        dialect=PRESETS.get(case["source"], "portable"),
        redact_exclude=config.get("redaction_excluded_identifiers", []),
        redact_types=config.get("redacted_types", []),
        deadline=60,
    )
    builder = Builder(case["source"])
    scope = builder.scope(case.get("vars", {}))
    as_template = compares_text(case)
    kind = "template" if as_template else case["kind"]
    return all(passes_as(case, engine, builder, scope, kind, *form) for form in forms(case, as_template))


def passes_as(case, engine, builder, scope, kind, source, form):
    expect = case["expect"]
    wanted = expect.get("error")
    try:
        program = (engine.expression if kind == "value" else getattr(engine, kind))(source, form=form)
    except probelang.CompileError:
        return wanted in ("parse", "evaluation")
    if kind == "template":
        message = program.render(scope)
        if wanted is not None:
            faults = [error.fault for error in message.errors]
            return bool(faults) and failed_as(faults[0]) == wanted
        reported = expect.get("errors")
        if reported is not None:
            fits = len(reported) == len(message.errors)
        else:
            fits = case["kind"] == "template" or not message.errors
        return fits and text_is(expect["value"], message.text)
    try:
        found = program.test(scope) if kind == "condition" else program.eval(scope)
    except probelang.Fault as fault:
        if fault.code == UNKNOWN_TYPE and wanted is None:
            raise LeftOut("a class that is not loaded") from None
        return failed_as(fault) == wanted
    return wanted is None and Judge(builder).value(expect["value"], found)
