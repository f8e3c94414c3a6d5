"""The cases of the language (`conformance/semantics`) as Python objects, with the exact answer of each."""

import collections
import enum
import json

import probelang
from conformance import LeftOut, ROOT, hashed


def read():
    """All cases, file by file."""
    for path in sorted((ROOT / "semantics").glob("*.ndjson")):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def value(given):
    match given:
        case {"$type": kind}:
            return tagged(kind, given)
        case dict():
            return {name: value(part) for name, part in given.items()}
        case list():
            return [value(part) for part in given]
    return given


identities = {}


def tagged(kind, given):
    if "cut" in given or kind in ("cut", "cutText", "redacted", "unreadable", "undefined", "opaque"):
        raise LeftOut("what only a recording has")
    if "class" in given and kind in ("list", "set", "map"):
        raise LeftOut("a collection of another class")
    match kind:
        case "bigint":
            return int(given["digits"])
        case "also":
            return also(given)
        case "list":
            return [value(item) for item in given["items"]]
        case "set":
            return hashed(set, [value(item) for item in given["items"]])
        case "map":
            return hashed(dict, [(value(key), value(part)) for key, part in given["entries"]])
        case "float":
            return float(given["value"])
        case "enum":
            module, _, simple = given.get("class", "Enum").rpartition(".")
            return enum.Enum(simple, {given["name"]: 1}, module=module or "builtins")[given["name"]]
        case "object":
            if "identity" not in given:
                raise LeftOut("an object without identity")
            if given["identity"] in identities:
                return identities[given["identity"]]
            made = classed(given.get("class", "Object"), tuple(given.get("supertypes", [])))()
            identities[given["identity"]] = made
            made.__dict__.update({name: value(part) for name, part in given.get("fields", {}).items()})
            return made
    raise LeftOut(f"a {kind}")


def also(given):
    """A value that is two things: a named tuple, a subclass of list or dict with attributes, bytes."""
    first, [other] = given["value"], given["others"]
    match first.get("$type"), other.get("$type") if isinstance(other, dict) else "list":
        case "object", "list":
            made = collections.namedtuple(first.get("class", "Tuple"), first["fields"], module="builtins")
            return made(*other)
        case "list" | "map", "object":
            base = list if first["$type"] == "list" else dict
            made = type(first["class"], (base,), {"__module__": "builtins"})(value(plain(first)))
            made.__dict__.update({name: value(part) for name, part in other["fields"].items()})
            return made
        case "opaque", "set":
            return bytes(len(other["items"]))
    raise LeftOut("two things that no object is at once")


def plain(given):
    """The same without its class."""
    return {name: part for name, part in given.items() if name != "class"}


def classed(name, supertypes):
    module, _, simple = name.rpartition(".")
    bases = tuple(classed(other, ()) for other in supertypes) or (object,)
    return type(simple, bases, {"__module__": module or "builtins"})


def passes(case):
    """Whether a case gives exactly its answer. Raises `LeftOut`."""
    dialect = case.get("dialect", "portable")
    if not isinstance(dialect, str):
        raise LeftOut("single rows of a dialect")
    if "cost" in case or "steps" in case:
        raise LeftOut("steps that a host decides")
    identities.clear()
    if case["id"] == "reads-enum-has-no-fields":
        raise LeftOut("a constant without fields")
    scope = {name: value(given) for name, given in case.get("vars", {}).items() if name in case["expr"]}
    engine = probelang.Engine(
        dialect=dialect, redact=case.get("redact", []), redact_types=case.get("redact_types", []), deadline=60
    )
    kind = case.get("kind", "value")
    try:
        program = (engine.expression if kind == "value" else getattr(engine, kind))(case["expr"])
    except probelang.CompileError as error:
        return error.code == case.get("refused")
    if "refused" in case:
        return False
    if kind == "template":
        message = program.render(scope)
        faults = [error.fault for error in message.errors if error.fault is not None]
        text = message.text
        for fault in faults:
            text = text.replace(fault.message, fault.code)
        return text == case["text"] and [f"{fault.kind}/{fault.code}" for fault in faults] == case.get("faults", [])
    run = {"condition": "test", "metric": "measure", "value": "eval"}[kind]
    try:
        found = getattr(program, run)(scope)
    except probelang.Fault as fault:
        start, end = fault.span
        at = case.get("span", fault.source[start:end])
        return case.get("fault") == f"{fault.kind}/{fault.code}" and fault.source[start:end] == at
    return "value" in case and same(case["value"], found)


def same(expected, found):
    """JSON equality: 1 and 1.0 are one number, true is none."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(part, found[name]) for name, part in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    return expected == found
