"""The conformance suite over Python objects: as the native runner counts, but for what no Python object is."""

import collections

import conformance
import pytest
import semantics

# file: cases that pass, that fail natively too (`ledger.jsonl` says why), that are left out
COUNTS = {
    "corpus/docs.ndjson": (11, 0, 0),
    "corpus/dotnet.ndjson": (41, 28, 43),
    "corpus/java.ndjson": (174, 0, 53),
    "corpus/libdatadog.ndjson": (47, 2, 0),
    "corpus/node.ndjson": (120, 11, 23),
    "corpus/python.ndjson": (84, 0, 5),
    "corpus/ruby.ndjson": (61, 0, 0),
    "corpus/system-tests.ndjson": (140, 7, 10),
    "own/dialects.ndjson": (194, 0, 6),
}

LEFT_OUT = {
    "a bound undefined value": 17,
    "a bytes of another runtime": 2,
    "a class of another runtime": 1,
    "a class that is not loaded": 4,
    "a clock of the test's own": 7,
    "a collection of a class that runs code": 22,
    "a collection that hides its size": 11,
    "a datetime of another runtime": 1,
    "a function of another runtime": 3,
    "a generator of another runtime": 2,
    "a regex of another runtime": 2,
    "a size that is a getter": 2,
    "a static member": 19,
    "a symbol of another runtime": 1,
    "a uri of another runtime": 2,
    "a uuid of another runtime": 8,
    "a value that must not be looked at": 1,
    "an expression that is captured, not evaluated": 6,
    "an object of which nothing can be read": 2,
    "the class of a scalar in another runtime": 24,
    "the short name of a class of another runtime": 1,
    "the text of a duration of another runtime": 2,
}


def test_a_known_wrong_answer_fails():
    case = {"id": "x", "source": "docs", "kind": "value", "json": {"len": {"ref": "v"}}, "vars": {"v": "abc"}}
    assert conformance.passes({**case, "expect": {"value": 3}})
    assert not conformance.passes({**case, "expect": {"value": 4}})
    assert not conformance.passes({**case, "expect": {"error": "undefined"}})
    assert not conformance.passes({**case, "vars": {}, "expect": {"value": 3}})
    assert conformance.passes({**case, "vars": {}, "expect": {"error": "undefined"}})


@pytest.fixture(scope="module")
def known():
    return conformance.ledger()


def test_every_case_gives_what_it_gives_natively(known):
    counts, left_out, failed = {}, collections.Counter(), []
    for name in COUNTS:
        passed = in_ledger = left = 0
        for case in conformance.read(name):
            try:
                right = conformance.passes(case)
            except conformance.LeftOut as why:
                left_out[str(why)] += 1
                left += 1
                continue
            # a case that fails natively fails here too, unless Python's values have what it needs
            if case["id"] in known:
                in_ledger += 1
            elif right:
                passed += 1
            else:
                failed.append(case["id"])
        counts[name] = (passed, in_ledger, left)
    assert failed == []
    assert counts == COUNTS
    assert dict(left_out) == LEFT_OUT


# cases of `conformance/semantics` with exactly the answer that they have there, and those left out
EXACT = 430
EXACT_LEFT_OUT = {
    "a constant without fields": 1,
    "a key that has no hash": 1,
    "an object without identity": 4,
    "keys that are equal in Python": 1,
    "single rows of a dialect": 34,
    "two things that no object is at once": 2,
    "what only a recording has": 108,
}


def test_every_case_of_the_language_gives_exactly_its_answer():
    exact, left_out, failed = 0, collections.Counter(), []
    for case in semantics.read():
        try:
            right = semantics.passes(case)
        except conformance.LeftOut as why:
            left_out[str(why)] += 1
            continue
        exact += right
        if not right:
            failed.append(case["id"])
    assert failed == []
    assert (exact, dict(left_out)) == (EXACT, EXACT_LEFT_OUT)
