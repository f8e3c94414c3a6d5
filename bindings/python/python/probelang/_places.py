"""Where probes can be: the functions of modules and files, found in their compiled code. No code of theirs runs."""

import fnmatch
import importlib.machinery
import json
import os
import pkgutil
import tokenize

from . import _probelang


def find(pattern):
    """The places of a name, a pattern, or a file."""
    if pattern.endswith(".py") or os.sep in pattern:
        with tokenize.open(pattern) as file:
            code = compile(file.read(), os.path.abspath(pattern), "exec", dont_inherit=True)
        yield from _in(code, _module_of(os.path.abspath(pattern)))
        return
    parts = pattern.split(".")
    names, spec = [], None
    for part in parts:
        found = _spec([*names, part], spec)
        if found is None:
            break
        names, spec = [*names, part], found
    if spec is None:
        return
    whole = len(names) == len(parts)
    for name, spec in _modules(".".join(names), spec, nested=whole or any(map(_is_glob, parts))):
        code = _code(name, spec)
        if code is None:
            continue
        for place in _in(code, name):
            called = _name(place)
            # a module or class means what is in it too
            if fnmatch.fnmatchcase(called, pattern) or called.startswith(pattern + "."):
                yield place


def _in(code, module):
    """The places of the code of a module, in the order of their lines."""
    return sorted(_probelang.code_places(code, module), key=lambda place: place[3])


def _is_glob(part):
    return any(character in part for character in "*?[")


def _spec(names, parent):
    """The module of a name, which is not imported, nor are those around it."""
    if _is_glob(names[-1]) or not names[-1]:
        return None
    path = None if parent is None else parent.submodule_search_locations
    if parent is not None and path is None:
        return None
    return importlib.machinery.PathFinder.find_spec(".".join(names), path)


def _modules(name, spec, nested):
    yield name, spec
    if nested and spec.submodule_search_locations:
        for module in pkgutil.iter_modules(spec.submodule_search_locations):
            within = importlib.machinery.PathFinder.find_spec(
                f"{name}.{module.name}", spec.submodule_search_locations
            )
            if within is not None:
                yield from _modules(f"{name}.{module.name}", within, nested)


def _code(name, spec):
    """The code of a module, if it is written in Python."""
    get = getattr(spec.loader, "get_code", None)
    try:
        return get and get(name)
    except (ImportError, SyntaxError):
        return None


def _module_of(path):
    """The name under which a file is imported."""
    folder, name = os.path.split(path)
    names = [] if name == "__init__.py" else [name.removesuffix(".py")]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        names.insert(0, name)
    return ".".join(names)


def _name(place):
    """The name that a probe uses; of the body of a module or class, which only lines are for, that of the module or class."""
    return f"{place[0]}.{place[1]}" if place[1] else place[0]


def line(place):
    """A place for people."""
    _, _, file, first, lines = place
    return f"{_name(place)}  {file}:{first}  lines {_ranges(lines)}"


def json_line(place):
    """A place as JSON."""
    type_name, method, file, first, lines = place
    return json.dumps({"typeName": type_name, "methodName": method, "sourceFile": file, "line": first, "lines": lines})


def _ranges(lines):
    """Lines for people: 3-5 7."""
    spans = []
    for line in sorted(set(lines)):
        if spans and spans[-1][1] == line - 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return " ".join(str(one) if one == last else f"{one}-{last}" for one, last in spans) or "-"
