"""No code of the objects runs: every hook is a trap, every operator meets every object."""

import collections
import contextlib
import datetime
import enum
import fractions
import types
import warnings

import probelang
import pytest

sprung = []
armed = False


class Sprung(BaseException):
    """Code ran."""


def trap(name, usual=None):
    def hook(*args, **kwargs):
        if armed:
            sprung.append(name)
            raise Sprung(name)
        return usual(*args, **kwargs) if usual else NotImplemented

    return hook


@contextlib.contextmanager
def arming():
    global armed
    sprung.clear()
    armed = True
    try:
        yield
    finally:
        armed = False
    assert sprung == []


HOOKS = """
__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __len__ __length_hint__ __iter__ __next__ __reversed__
__contains__ __getitem__ __missing__ __getattr__ __getattribute__ __repr__ __str__ __format__ __bytes__ __int__ __float__
__index__ __complex__ __round__ __call__ __dir__ __sizeof__ __reduce__ __reduce_ex__ __instancecheck__ __subclasscheck__
__get__ __set__ __delete__ __enter__ __exit__ __buffer__ __fspath__ __del__ __copy__ __deepcopy__ __add__ __and__ __sub__
""".split()


def hooks(base=object):
    """Traps for all hooks, that act as usual while they are not armed."""
    usual = {name: getattr(base, name, None) for name in HOOKS}
    found = {name: trap(f"{base.__name__}.{name}", usual[name]) for name in HOOKS if name != "__get__"}
    if base is object:
        found["__getattr__"] = trap("__getattr__", lambda self, name: object.__getattribute__(self, name))
    for name in ("__get__", "__set__", "__delete__", "__buffer__", "__del__", "__missing__", "__fspath__"):
        found.pop(name, None)
    found["x"] = property(trap("property"))
    found["name"] = property(trap("property"))
    return found


class Meta(type):
    """A metaclass whose hooks are traps, those behind which a class hides its name among them."""

    for _name in ("__eq__", "__hash__", "__repr__", "__getattribute__", "__call__", "__iter__", "__len__", "__bool__"):
        locals()[_name] = trap(f"metaclass {_name}", getattr(type, _name, None))
    __instancecheck__ = trap("__instancecheck__", type.__instancecheck__)
    __subclasscheck__ = trap("__subclasscheck__", type.__subclasscheck__)
    __mro__ = property(trap("__mro__", lambda cls: type.__dict__["__mro__"].__get__(cls)))
    __dict__ = property(trap("__dict__", lambda cls: type.__dict__["__dict__"].__get__(cls)))
    __name__ = property(trap("__name__", lambda cls: "hidden"))
    __module__ = property(trap("__module__", lambda cls: "hidden"))


class ClassHook:
    """A descriptor in a class, which every way to read an attribute in Python would ask."""

    __get__ = trap("descriptor __get__", lambda self, instance, owner: self)
    __set__ = trap("descriptor __set__")


class NonData:
    __get__ = trap("non-data descriptor __get__", lambda self, instance, owner: self)


class Key:
    """A key that has the hash of a name, so that finding that name in a table would compare it."""

    def __init__(self, name):
        self.hash = hash(name)

    def __hash__(self):
        if armed:
            trap("key __hash__")()
        return self.hash

    def __eq__(self, other):
        if armed:
            trap("key __eq__")()
        return self is other


class TextKey(str):
    def __new__(cls, text, name):
        self = super().__new__(cls, text)
        self.hash = hash(name)
        return self

    def __hash__(self):
        if armed:
            trap("text key __hash__")()
        return self.hash

    def __eq__(self, other):
        if armed:
            trap("text key __eq__")()
        return self is other


def made(base, *args, meta=type):
    return types.new_class(f"Armed{base.__name__}", (base,), {"metaclass": meta}, lambda space: space.update(hooks(base)))(*args)


def instance(**more):
    value = made(object)
    object.__getattribute__(value, "__dict__").update(a=1, b="text", c=[1, 2], **more)
    return value


def objects():
    armed_class = types.new_class("Armed", (), {"metaclass": Meta}, lambda space: space.update(hooks()))
    with_meta = armed_class()
    described = type("Described", (), {"x": ClassHook(), "y": NonData(), "a": ClassHook()})()
    described.__dict__["a"] = instance()
    # Python warns of such a class
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        keyed = type("Keyed", (), {Key("x"): 1, Key("a"): 2, "__module__": Key("m")})()
    keyed.__dict__.update({"a": 1})
    hostile = instance()
    object.__getattribute__(hostile, "__dict__").update({Key("x"): 1, TextKey("y", "x"): 2, "a": instance()})
    slots = type("Slotted", (), {"__slots__": ("a", "b"), **{n: h for n, h in hooks().items() if n not in "ab"}})()
    type(slots).a.__set__(slots, instance())
    cell = [instance()]
    error = made(ValueError, "boom", instance())
    failing = type("Failing", (Exception,), hooks(Exception))(instance())
    constant = enum.Enum("Constant", "A B")
    named = collections.namedtuple("Named", "a x")
    zone = type("Zone", (datetime.tzinfo,), {n: trap(n) for n in ("utcoffset", "tzname", "dst")})()
    return {
        "instance": instance(),
        "instance of an armed class": with_meta,
        "armed class": armed_class,
        "descriptors": described,
        "hostile keys in a class": keyed,
        "hostile keys in an instance": hostile,
        "slots": slots,
        "list": made(list, [instance(), 1, "x"]),
        "plain list": cell,
        "tuple": made(tuple, (instance(), 1)),
        "dict": made(dict, {"a": instance(), "x": 1}),
        "plain dict": {"a": instance(), Key("x"): 1, TextKey("b", "a"): 2, 1: instance()},
        "dict of hostile keys": {Key(1): 1, Key("a"): 2, Key(None): 3, Key(1.5): 4, TextKey("x", 1): 5, instance(): 6},
        "set": made(set, [1, "x"]),
        "set of hostile elements": {Key("a"), TextKey("x", 1), instance()},
        "frozenset": made(frozenset, [1]),
        "str": made(str, "text"),
        "int": made(int, 5),
        "big int": made(int, 10**40),
        "float": made(float, 1.5),
        "complex": made(complex, 1j),
        "bytes": made(bytes, b"abc"),
        "bytearray": made(bytearray, b"abc"),
        "deque": made(collections.deque, [instance(), 1]),
        "OrderedDict": made(collections.OrderedDict, {"a": instance()}),
        "defaultdict": collections.defaultdict(trap("default factory"), a=instance()),
        "Counter": made(collections.Counter, "aab"),
        "exception": error,
        "failing": failing,
        "OSError": made(OSError, 2, "no", "file"),
        "enumeration": constant.A,
        "enumeration class": constant,
        "named tuple": made(named, instance(), 1),
        "Fraction": fractions.Fraction(1, 2),
        "date": made(datetime.date, 2024, 1, 1),
        "time in a hostile zone": datetime.datetime(2024, 1, 1, tzinfo=zone),
        "namespace": types.SimpleNamespace(a=instance(), **{"x": Key("x")}),
        "module": types.ModuleType("armed"),
        "module that makes names": made(types.ModuleType, "armed"),
        "generator": (trap("generator")() for _ in [1]),
        "function": trap("function"),
        "method": instance.__call__,
        "property": property(trap("property")),
        "mapping proxy": types.MappingProxyType(made(dict, {"a": 1})),
        "view": made(dict, {"a": 1}).keys(),
        "memoryview": memoryview(b"abc"),
        "range": range(3),
        "weak reference proxy": __import__("weakref").proxy(with_meta),
        "class of a hostile name": type("Named", (), {"__module__": TextKey("m", "m"), "__qualname__": "Q"})(),
        "nothing": None,
    }


EXPRESSIONS = """
v
v == v
v == w
v != w
v == 1
v == "text"
v == null
v < w
v <= 1
v > 1.5
v >= "a"
v && true
v || false
!v
not v
v.a
v.a.a
v.a.x
v.x
v.y
v.b
v.name
v.value
v.args
v.args[1]
v.__class__
v.__dict__
v.__len__
v.errno
v[0]
v[1]
v[-1]
v[1.5]
v[true]
v[null]
v["a"]
v["x"]
v[w]
v[v]
d[v]
d[w]
d[v.b]
len(v)
len(v.a)
isEmpty(v)
isDefined(v)
isDefined(v.x)
isUndefined(v.nothing)
contains(v, 1)
contains(v, "x")
contains(v, w)
contains(d, v)
contains(l, v)
contains("text", v)
startsWith(v, "t")
endsWith("text", v)
startsWith(v, w)
matches(v, "t.*")
matches("text", v)
substring(v, 0, 1)
substring("text", v, 2)
any(v, {@it == 1})
any(v, {@it == w})
any(v, {@it.a == 1})
any(v, {@key == "x"})
any(v, {@value == w})
all(v, {@it != null})
all(v, {isDefined(@it)})
filter(v, {@it == 1})
len(filter(v, {@it != 1}))
filter(v, {@it == 1})[0]
any(l, {@it == v})
any(d, {@key == v})
any(d, {@value == v})
v instanceof "int"
v instanceof "str"
v instanceof "object"
v instanceof "armed.Nothing"
v.a instanceof "object"
len(v) > 1 && v.a == 1
""".strip().splitlines()


def every_function():
    return [candidate["label"] for candidate in probelang.complete("", 0) if candidate["kind"] == "function"]


def test_every_function_meets_the_armed_objects():
    functions = every_function()
    assert len(functions) >= 12
    for name in functions:
        assert any(f"{name}(" in text for text in EXPRESSIONS), name


@pytest.mark.parametrize("dialect", ["portable", "python", "node"])
def test_no_code_of_an_object_runs(dialect):
    engine = probelang.Engine(dialect=dialect, redact=["b"], redact_types=["*.Secret"])
    programs, templates, traced = [], [], []
    for text in EXPRESSIONS:
        with contextlib.suppress(probelang.CompileError):
            programs.append(engine.expression(text))
            templates.append(engine.template(f"{{{text}}}"))
        with contextlib.suppress(probelang.CompileError):
            programs.append(engine.condition(text))
        with contextlib.suppress(probelang.CompileError):
            programs.append(engine.metric(text))
    everything = objects()
    other = instance()
    table = {"a": other, 1: 2, Key("b"): 3}
    ran = failed = 0
    for name, value in everything.items():
        variables = {"v": value, "w": other, "d": table, "l": [other, value], Key("v"): 1, TextKey("w", "w"): 2}
        with arming():
            for program in programs:
                run = getattr(program, "test", None) or getattr(program, "measure", None) or program.eval
                try:
                    run(variables)
                except probelang.Fault as fault:
                    str(fault)
                    failed += 1
                ran += 1
                if run.__name__ != "eval":
                    continue
                with contextlib.suppress(probelang.Fault):
                    trace = engine.trace(program, variables)
                    repr(trace)
                    _ = trace.tree
                    _ = trace.answer
            for template in templates:
                str(template.render(variables))
            for depth in (1, 4):
                engine.capture(variables, max_depth=depth, max_fields=100, max_items=1000)
            engine.capture(variables, expressions={"e": "v.a", "f": "filter(v, {@it != 1})"})
    # most operators cannot take most objects, but all of them can take some
    assert ran > 3000 and failed < ran


def test_reading_what_it_reads_springs_a_trap_in_plain_python():
    """The traps work: Python itself springs them."""
    for read in (len, bool, hash, repr, str, lambda v: v == 1, lambda v: v.x, lambda v: v[0], iter, lambda v: v.other):
        with pytest.raises(Sprung):
            with arming():
                read(everything)
        sprung.clear()
    with pytest.raises(Sprung), arming():
        {Key("a"): 1}["a"]
    sprung.clear()


everything = instance()
