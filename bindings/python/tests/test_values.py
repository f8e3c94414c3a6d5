"""What each kind of object is to an expression."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import re
import sys
import time
import types
import typing

import probelang
import pytest


class Plain:
    shared = "class attribute"

    def __init__(self):
        self.age = 41
        self.name = "Ada"

    def method(self):
        raise AssertionError

    @property
    def computed(self):
        raise AssertionError

    @functools.cached_property
    def cached(self):
        return "cached"

    @classmethod
    def made(cls):
        raise AssertionError

    @staticmethod
    def static():
        raise AssertionError


class Slots:
    __slots__ = ("__private", "one", "two")

    def __init__(self):
        self.one = 1
        self.__private = 3


class SlotsAndMore(Slots):
    def __init__(self):
        super().__init__()
        self.three = 3


class Overrides(Slots):
    one = property(lambda self: 1 / 0, lambda self, value: None)


class ManyNames:
    def __init__(self):
        for at in range(50):
            setattr(self, f"name_{at}", at)


@dataclasses.dataclass
class Point:
    x: int
    y: int


@dataclasses.dataclass(slots=True, frozen=True)
class SlotPoint:
    x: int
    y: int


class Stored:
    """A descriptor that keeps its value in the instance, as those of object mappers do."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        raise AssertionError

    def __set__(self, instance, value):
        instance.__dict__[self.name] = value


class Mapped:
    column = Stored()
    other = Stored()

    def __init__(self):
        self.column = "kept"


class Dynamic:
    def __init__(self):
        self.real = 1

    def __getattr__(self, name):
        raise AssertionError


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Status(enum.IntEnum):
    OK = 200


class Word(enum.StrEnum):
    YES = "yes"


class Right(enum.Flag):
    READ = 1
    WRITE = 2


class Text(str):
    __slots__ = ()


class TextWithMore(str):
    pass


class Number(int):
    pass


class Rate(float):
    pass


class Row(list):
    pass


class Table(dict):
    pass


class Group(set):
    pass


class Broken(ValueError):
    def __init__(self, code):
        super().__init__("it broke", code)
        self.code = code


class Named(typing.NamedTuple):
    x: int
    y: str


class Meta(type):
    pass


class WithMeta(metaclass=Meta):
    limit = 7


def cyclic():
    a = []
    a.append(a)
    return a


def after_deletion():
    value = {f"k{at}": at for at in range(20)}
    for at in range(0, 20, 2):
        del value[f"k{at}"]
    return value


def without_dictionary_then_with():
    value = Plain()
    value.__dict__["added later"] = 1
    value.extra = 2
    return value


def chained():
    try:
        try:
            raise ValueError("inner")
        except ValueError as inner:
            raise KeyError("outer") from inner
    except KeyError as outer:
        return outer


def queue():
    value = collections.deque(range(200))
    value.rotate(37)
    value.popleft()
    return value


huge = 10**30
UNREADABLE, UNDEFINED = "unreadable", "undefined"


def fault(kind, reason=None):
    return ("fault", kind, reason)


CASES = [
    # scalars
    (None, "v", None),
    (True, "v", True),
    (False, "v == false", True),
    (True, "v == 1", False),
    (7, "v", 7),
    (-(2**63), "v", -(2**63)),
    (2**64 - 1, "v", 2**64 - 1),
    (2**64, "v", 2**64),
    (-huge, "v", -huge),
    (huge, "v > 18446744073709551615", True),
    (-huge, "v < -9223372036854775808", True),
    (10**5000, "v > 1", fault(UNREADABLE)),
    (1.5, "v", 1.5),
    (float("nan"), "v", {"$float": "NaN"}),
    (float("inf"), "v > 1", True),
    ("text", "v", "text"),
    ("grün", "len(v)", 4),
    ("日本" * 5000, "len(v)", 10000),
    ("é" * 5000, 'startsWith(v, "éé")', True),
    ("a" * 100_000, "len(v)", 100_000),
    ("é" * 5_000_000, "len(v)", fault(UNREADABLE, "too long")),
    ("\ud800", "v", fault(UNREADABLE, "surrogates")),
    ("\ud800" * 5000, "v", fault(UNREADABLE, "surrogates")),
    ("", "isEmpty(v)", True),
    # what is one of them by its class
    (Text("abc"), 'v == "abc"', True),
    (TextWithMore("abc"), "len(v)", 3),
    (Number(5), "v > 4", True),
    (Number(huge), "v", huge),
    (Rate(0.5), "v", 0.5),
    (Status.OK, "v == 200", True),
    (Status.OK, "v.name", "OK"),
    (Status.OK, "v.value", 200),
    (Word.YES, 'v == "yes"', True),
    (Number(5), 'v instanceof "int"', True),
    (Status.OK, 'v instanceof "test_values.Status"', True),
    (Status.OK, 'v instanceof "Color"', False),
    # collections
    ([1, 2, 3], "v[1]", 2),
    ([1, 2, 3], "v[3]", fault(UNDEFINED)),
    ((1, 2), "len(v)", 2),
    (list(range(1000)), "any(v, {@it == 999})", True),
    (Row([1, 2]), "v", [1, 2]),
    ({1, 2}, "len(v)", 2),
    (frozenset([5]), "v", [5]),
    (Group(range(300)), "all(v, {@it < 300})", True),
    (set(range(1000)) - set(range(500)), "any(v, {@it < 500})", False),
    ({}, "isEmpty(v)", True),
    ({"a": 1}, "v.a", 1),
    ({"a": 1}, 'v["b"]', fault(UNDEFINED)),
    (after_deletion(), "v.k1", 1),
    (after_deletion(), "v.k2", fault(UNDEFINED)),
    (after_deletion(), "len(v)", 10),
    ({f"k{at}": at for at in range(1000)}, "v.k777", 777),
    ({at: at for at in range(1000)}, "v[777]", 777),
    ({at: at for at in range(100_000)}, "v[77777]", 77777),
    ({at: at for at in range(1000)}, "v[1000]", fault(UNDEFINED)),
    ({1.0: "one"}, "v[1]", "one"),
    ({1: "one"}, "v[1.0]", "one"),
    ({huge: 1}, "v[1]", fault(UNDEFINED)),
    ({None: 1, True: 2}, "v[null]", 1),
    ({None: 1, True: 2}, "v[true]", 2),
    ({True: 2}, "v[1]", fault(UNDEFINED)),
    ({Status.OK: "fine"}, "v[200]", "fine"),
    ({Text("a"): 1}, 'v["a"]', 1),
    ({Color.RED: 1}, 'v["RED"]', 1),
    ({(1, 2): "pair", "x": 1}, "v.x", 1),
    ({b"x": 1}, 'v["x"]', fault(UNDEFINED)),
    (collections.OrderedDict(a=1), "v.a", 1),
    (collections.defaultdict(list, a=1), "v.b", fault(UNDEFINED)),
    (collections.Counter("aab"), "v.a", 2),
    (Table(a=1), "v.a", 1),
    (collections.deque(), "len(v)", 0),
    (queue(), "len(v)", 199),
    (queue(), "v[0]", 164),
    (queue(), "v[27]", 191),
    (queue(), "v[28]", 192),
    (queue(), "v[35]", 199),
    (queue(), "v[36]", 0),
    (queue(), "v[100]", 64),
    (queue(), "v[198]", 162),
    (queue(), "v[199]", fault(UNDEFINED)),
    (queue(), "any(v, {@it == 36})", True),
    (collections.deque([1], maxlen=1), "v", [1]),
    (cyclic(), "len(v)", 1),
    # objects
    (Plain(), "v", {"age": 41, "name": "Ada"}),
    (Plain(), "v.age", 41),
    (Plain(), "v.shared", "class attribute"),
    (Plain(), "v.method", fault(UNREADABLE, "method")),
    (Plain(), "v.made", fault(UNREADABLE, "method")),
    (Plain(), "v.static", fault(UNREADABLE, "method")),
    (Plain(), "v.computed", fault(UNREADABLE, "property")),
    (Plain(), "v.cached", fault(UNREADABLE, "method")),
    (Plain(), "v.nothing", fault(UNDEFINED)),
    (Plain(), "isDefined(v.nothing)", False),
    (Plain(), 'v instanceof "test_values.Plain"', True),
    (Plain(), 'v instanceof "object"', True),
    (Plain(), 'v instanceof "Plain"', False),
    (True, 'v instanceof "int"', False),
    (SlotsAndMore(), 'v instanceof "test_values.Slots"', True),
    (without_dictionary_then_with(), "v.extra", 2),
    (ManyNames(), "v.name_49", 49),
    (Slots(), "v", {"_Slots__private": 3, "one": 1}),
    (Slots(), "v.two", fault(UNDEFINED)),
    (SlotsAndMore(), "v", {"three": 3, "_Slots__private": 3, "one": 1}),
    (Overrides(), "v.one", fault(UNREADABLE, "property")),
    (Overrides(), "v", {"_Slots__private": 3}),
    (Point(1, 2), "v", {"x": 1, "y": 2}),
    (SlotPoint(1, 2), "v.y", 2),
    (Mapped(), "v.column", "kept"),
    (Mapped(), "v.other", fault(UNREADABLE, "descriptor")),
    (Dynamic(), "v.real", 1),
    (Dynamic(), "v.other", fault(UNREADABLE, "__getattr__")),
    (types.SimpleNamespace(a=1), "v.a", 1),
    (object(), "v", {}),
    # constants of enumerations
    (Color.RED, "v", "RED"),
    (Color.RED, 'v == "RED"', True),
    (Color.RED, 'v == "BLUE"', False),
    (Color.RED, "v.value", 1),
    (Color.RED, "v.name", "RED"),
    (Right.READ | Right.WRITE, "v", "READ|WRITE"),
    # named tuples
    (Named(1, "b"), "v", {"x": 1, "y": "b"}),
    (Named(1, "b"), "v.y", "b"),
    (Named(1, "b"), "v[1]", "b"),
    (Named(1, "b"), "len(v)", 2),
    (Named(1, "b"), 'any(v, {@it == "b"})', True),
    (Named(1, "b"), "v.z", fault(UNDEFINED)),
    (time.gmtime(0), "v.tm_year", 1970),
    (time.gmtime(0), "v[0]", 1970),
    # exceptions
    (ValueError("boom", 3), "v.args[1]", 3),
    (Broken(5), "v", {"args": ["it broke", 5], "code": 5}),
    (FileNotFoundError(2, "no", "f.txt"), "v.errno", 2),
    (FileNotFoundError(2, "no", "f.txt"), "v.filename", "f.txt"),
    (KeyError("k"), 'v instanceof "LookupError"', True),
    (chained(), "v.__cause__.args[0]", "inner"),
    (ValueError(), "v.__cause__", None),
    # bytes
    (b"abc", "len(v)", 3),
    (bytearray(b"abc"), "len(v)", 3),
    (b"a'\n\xff", "v", 'b"a\'\\n\\xff"'),
    (b"abc", 'v == "abc"', False),
    # what the language has no kind for
    (decimal.Decimal("1.50"), "v", "1.50"),
    (decimal.Decimal("1"), "v == 1", fault(UNREADABLE, "opaque")),
    (datetime.date(2024, 2, 29), "v", "2024-02-29"),
    (datetime.datetime(2024, 2, 29, 12, 0, 1), "v", "2024-02-29 12:00:01"),
    (datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC), "v", "2024-02-29 00:00:00+00:00"),
    (datetime.timedelta(seconds=90), "v", "0:01:30"),
    (1 + 2j, "v", "(1+2j)"),
    (re.compile("a+"), "v.pattern", "a+"),
    (range(3), "v.stop", 3),
    (Plain, "v", "test_values.Plain"),
    (Plain, "v.shared", "class attribute"),
    (Plain, "v.method", fault(UNREADABLE, "method")),
    (Plain, "v.nothing", fault(UNDEFINED)),
    (WithMeta, "v.limit", 7),
    (WithMeta, "v.nothing", fault(UNREADABLE, "__getattr__")),
    (sys, "v.maxsize", sys.maxsize),
    (fractions, "v.nothing", fault(UNDEFINED)),
    (fractions.Fraction(1, 2), "v._denominator", 2),
]


@pytest.mark.parametrize(("value", "text", "expected"), CASES, ids=[f"{at}" for at in range(len(CASES))])
def test_a_value_is_what_its_layout_says(value, text, expected):
    program = probelang.expression(text)
    if isinstance(expected, tuple) and expected[0] == "fault":
        with pytest.raises(probelang.Fault) as raised:
            program.eval(v=value)
        _, kind, reason = expected
        assert raised.value.kind == kind, raised.value
        assert reason is None or raised.value.reason == reason, raised.value
    else:
        found = program.eval(v=value)
        assert found == expected
        assert type(found) is type(expected) or isinstance(expected, (enum.Enum, Text))


def test_a_cached_property_is_read_once_python_has_computed_it():
    value = Plain()
    assert value.cached == "cached"
    assert probelang.expression("v.cached").eval(v=value) == "cached"


def test_a_descriptor_of_another_class_is_not_read():
    class Stranger:
        one = Slots.__dict__["one"]

    with pytest.raises(probelang.Fault) as raised:
        probelang.expression("v.one").eval(v=Stranger())
    assert raised.value.reason == "descriptor"


def test_no_dictionary_is_made_for_an_instance_that_has_none(layout):
    if layout == "published":
        pytest.skip("Python's published way makes one")
    value = Plain()
    size = sys.getsizeof(value)
    for text in ["v.age", "v", "v.nothing == 1", "isDefined(v.shared)"]:
        try:
            probelang.expression(text).eval(v=value)
        except probelang.Fault:
            pass
    import gc

    assert not any(isinstance(found, dict) for found in gc.get_referents(value))
    assert sys.getsizeof(value) == size


def test_long_text_is_not_kept_twice_by_python():
    value = "é" * 10_000
    before = sys.getsizeof(value)
    assert probelang.expression("len(v)").eval(v=value) == 10_000
    assert sys.getsizeof(value) == before


def test_equal_keys_of_other_classes_are_found_by_looking_at_each():
    class Odd(int):
        def __hash__(self):
            return 12345

    assert probelang.expression("v[7]").eval(v={Odd(7): "found", "x": 1}) == "found"


def test_the_class_of_a_value_is_its_full_name():
    import json

    class Local:
        pass

    captured = json.loads(probelang.capture({"a": Local(), "b": Named(1, "x"), "c": Status.OK, "d": None}))
    names = captured["captures"]["return"]["locals"]
    here = "test_values.test_the_class_of_a_value_is_its_full_name.<locals>.Local"
    assert names["a"]["type"] == here
    assert names["b"] == {
        "type": "test_values.Named",
        "fields": {"x": {"type": "int", "value": "1"}, "y": {"type": "str", "value": "x"}},
        "also": ["list"],
    }
    assert names["c"]["type"] == "test_values.Status"
    assert names["d"] == {"type": "NoneType", "isNull": True}
