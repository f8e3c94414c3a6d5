"""Where probes are placed, and what their statuses say."""

import importlib
import sys
import threading
import time

import probelang._probelang as native
import pytest

CART = """
def pay(total):
    # the price with tax
    due = total * 2

    return due


def other(total):
    return total
"""


def test_a_line_without_code_is_an_error_that_names_the_next_one(live, probe):
    module = live.load(CART)
    name = module.__name__
    live.start(probe("comment", f"{name}.py:2"), probe("end", f"{name}.py:99"), probe("range", f"{name}.py:4-5"))
    assert live.status("comment") == (
        "ERROR", f"no loaded code is on line 2 of {module.__file__}; the next line with code is 3",
    )
    assert live.status("end") == ("ERROR", f"no loaded code is on line 99 of {module.__file__}, nor after it")
    assert live.status("range")[0] == "INSTALLED"
    module.pay(1)
    assert live.messages() == ["range"]


def test_what_is_not_loaded_is_received(live, probe):
    live.start(probe("file", "never_loaded_anywhere.py:3"), probe("name", "never.Loaded.run"))
    assert live.status("file") == live.status("name") == ("RECEIVED", None)


def test_what_cannot_be_told_apart_is_an_error_that_names_both(live, probe):
    one, other = (live.load(CART, f"{name}.cart") for name in ("first_shop", "second_shop"))
    live.start(
        probe("file", "cart.py:3"),
        probe("name", "cart.pay"),
        probe("right file", "first_shop/cart.py:3"),
        probe("right name", "second_shop.cart.pay"),
    )
    status, cause = live.status("file")
    assert status == "ERROR" and one.__file__ in cause and other.__file__ in cause
    status, cause = live.status("name")
    assert status == "ERROR" and "`first_shop.cart.pay`" in cause and "`second_shop.cart.pay`" in cause
    one.pay(1)
    other.pay(2)
    assert live.messages() == ["right file", "right name"]


def test_a_file_that_fits_better_takes_the_probe_over(live, probe):
    live.start(probe("p", "src/best/cart.py:3", template="{total}"))
    worse = live.load(CART, "cart")
    assert live.status("p")[0] == "INSTALLED"
    worse.pay(1)
    best = live.load(CART, "best.cart")
    worse.pay(2)
    best.pay(3)
    assert live.messages() == ["1", "3"]


def test_the_same_name_of_a_file_is_not_enough(live, probe):
    module = live.load(CART, "library.models")
    live.start(probe("p", "shop/models.py:3"), probe("below", "somewhere/library/models.py:3"))
    assert live.status("p") == ("RECEIVED", None)
    assert live.status("below")[0] == "INSTALLED"
    module.pay(1)
    assert live.messages() == ["below"]


def test_functions_in_c_are_refused(live, probe):
    names = ["time.sleep", "str.upper", "datetime.datetime.now", "isinstance", "collections.deque.maxlen"]
    live.start(*[probe(name, name) for name in names], probe("class", "builtins.int"))
    for name in names:
        cause = f"`{name}` is written in C: it has no code that a probe can be placed in"
        assert live.status(name) == ("ERROR", cause)
    assert live.status("class")[0] == "RECEIVED"


def test_a_function_is_found_under_the_names_that_pass_it_on(live, probe):
    real = live.load(
        """
        class Base:
            def pay(self, n): return n
            @classmethod
            def of(cls, n): return n
        class Derived(Base): pass
        """
    )
    name = real.__name__
    front = live.load(f"from {name} import Derived as Cart\n")
    live.start(*[probe(f"{front.__name__}.Cart.{method}", f"{front.__name__}.Cart.{method}") for method in ("pay", "of")])
    assert live.status(f"{front.__name__}.Cart.pay") == ("INSTALLED", f"installed at `{name}.Base.pay`")
    front.Cart().pay(1)
    front.Cart.of(1)
    assert live.messages() == [f"{front.__name__}.Cart.pay", f"{front.__name__}.Cart.of"]


def test_a_name_that_is_passed_on_later_is_found_when_it_is(live, probe):
    real_name = live.source(
        """
        class Base:
            def pay(self, n): return n
            def steps(self):
                yield 1
                yield 2
        def tax(n): return n
        """
    )
    inner = live.source(f"from {real_name} import Base\nclass Cart(Base): pass\n")
    front = live.source(f"before = 1\nfrom {inner} import Cart\nfrom {real_name} import tax as duty\n")
    names = [f"{front}.Cart.pay", f"{front}.Cart.steps", f"{inner}.Cart.pay", f"{front}.duty", f"{front}.nothing"]
    # a probe of the module itself is not forgotten while its end is awaited
    line = probe("line", f"{front}.py:3", template="line")
    live.start(*[probe(name, name, evaluateAt="ENTRY") for name in names], line)
    real = importlib.import_module(real_name)
    assert {live.status(name) for name in names} == {("RECEIVED", None)}
    suspended = real.Base().steps()
    next(suspended)
    module = importlib.import_module(front)
    paid = ("INSTALLED", f"installed at `{real_name}.Base.pay`")
    assert live.status(f"{inner}.Cart.pay") == live.status(f"{front}.Cart.pay") == paid
    assert live.status(f"{front}.duty") == ("INSTALLED", f"installed at `{real_name}.tax`")
    steps = f"installed at `{real_name}.Base.steps`, 1 frame already running"
    assert live.status(f"{front}.Cart.steps") == ("INSTALLED", steps)
    assert live.status(f"{front}.nothing") == ("RECEIVED", None)
    importlib.reload(module)
    assert module.Cart().pay(1) == module.duty(1) == 1
    assert sorted(live.messages()) == sorted(["line", "line", f"{inner}.Cart.pay", f"{front}.Cart.pay", f"{front}.duty"])
    assert sys.monitoring.get_tool(4) is None


def test_a_class_may_be_named_without_its_module(live, probe):
    module = live.load(
        """
        class VeryOwnCart:
            def pay(self): return 1
        """
    )
    live.start(probe("p", "VeryOwnCart.pay"))
    module.VeryOwnCart().pay()
    assert live.messages() == ["p"]


@pytest.mark.parametrize("when_loaded", ["before", "after"])
def test_a_line_is_placed_only_where_its_text_is(live, probe, when_loaded):
    name = live.source(
        """
        def pay(total):
            due = total * 2
            tax = due / 5
            return due

        def again(total):
            print(total)
            print(total)
            return total
        """
    )
    if when_loaded == "after":
        importlib.import_module(name)

    def at(line, text):
        where = probe(text, f"{name}.py:{line}")
        where["where"]["lineText"] = text
        return where

    live.start(
        at(2, "  due = total * 2"), at(2, "tax = due / 5"), at(2, "print(total)"), at(2, "tax = due / 50"), at(2, "x"),
    )
    module = importlib.import_module(name)
    assert live.status("  due = total * 2") == ("INSTALLED", None)
    moved = "installed at line 3, which has the text that line 2 had"
    assert live.status("tax = due / 5") == ("INSTALLED", moved)
    assert live.status("print(total)") == (
        "DRIFTED", "line 2 has another text now, and the one it had is on several lines: 7, 8",
    )
    assert live.status("tax = due / 50") == (
        "DRIFTED", "line 2 has another text now, and no line has the one it had; line 3 is most like it",
    )
    assert live.status("x") == ("DRIFTED", "line 2 has another text now, and no line has the one it had")
    module.pay(1)
    module.again(1)
    assert live.messages() == ["  due = total * 2", "tax = due / 5"]


def test_frames_that_run_already_are_counted(live, probe):
    module = live.load(
        """
        import threading
        go_on = threading.Event()
        def wait(n):
            started.release()
            go_on.wait()
            return n
        def numbers():
            yield 1
            yield 2
        started = threading.Semaphore(0)
        """
    )
    threads = [threading.Thread(target=module.wait, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
        module.started.acquire()
    suspended, fresh = module.numbers(), module.numbers()
    next(suspended)
    name = module.__name__
    live.start(
        probe("wait", f"{name}.wait"), probe("line", f"{name}.py:6", template="{n}"), probe("numbers", f"{name}.numbers"),
    )
    assert live.status("wait") == ("INSTALLED", "installed, 2 frames already running")
    assert live.status("line") == ("INSTALLED", "installed, 2 frames already running")
    assert live.status("numbers") == ("INSTALLED", "installed, 1 frame already running")
    module.go_on.set()
    for thread in threads:
        thread.join()
    assert list(suspended) == [2] and list(fresh) == [1, 2]
    # calls that had begun are no hits; their lines are
    assert sorted(live.messages()) == ["0", "1", "numbers"]


def test_a_probe_that_is_set_while_a_loop_runs_takes_effect(live, probe):
    module = live.load(
        """
        def loop():
            rounds = 0
            while not stop:
                rounds += 1
            return rounds
        stop = False
        """
    )
    thread = threading.Thread(target=module.loop)
    thread.start()
    try:
        live.start(probe("p", f"{module.__name__}.py:4", when="rounds >= 0"))
        live.until(lambda: live.counts("p")[0] > 100)
        live.update()
    finally:
        module.stop = True
        thread.join()


def test_a_module_that_is_reloaded_keeps_its_probes(live, probe):
    name = live.source(CART)
    live.start(probe("line", f"{name}.py:3", template="line {total}"), probe("call", f"{name}.pay", template="call {total}"))
    module = importlib.import_module(name)
    old = module.pay
    for total in (1, 2):
        module.pay(total)
        importlib.reload(module)
    module.pay(3)
    old(4)
    assert live.messages() == [f"{what} {total}" for total in (1, 2, 3, 4) for what in ("line", "call")]


def test_code_of_reloaded_modules_is_let_go(live, probe):
    import weakref

    module = live.load(CART)
    live.start(probe("p", f"{module.__name__}.py:3"))
    code = weakref.ref(module.pay.__code__)
    importlib.reload(module)
    live.update(probe("p", f"{module.__name__}.py:3", version=1))
    assert code() is None
    module.pay(1)
    assert live.messages() == ["p"]


def test_code_that_is_executed_as_text_is_found(live, probe):
    live.start(probe("call", "made_up.run"), probe("line", "made/up.py:2"))
    names = {"__name__": "made_up"}
    exec(compile("def run():\n    return 1\nrun()\n", "/nowhere/made/up.py", "exec"), names)
    names["run"]()
    assert live.messages() == ["line", "call"] * 2


def test_other_tools_keep_their_events(live, probe):
    module = live.load(CART)
    monitoring, lines = sys.monitoring, []
    monitoring.use_tool_id(2, "other")
    try:
        def line(code, number):
            lines.append(number)
            return monitoring.DISABLE

        monitoring.register_callback(2, monitoring.events.LINE, line)
        for function in (module.pay, module.other):
            monitoring.set_local_events(2, function.__code__, monitoring.events.LINE)
            function(1)
        live.start(probe("p", f"{module.__name__}.py:3"))
        for total in (1, 2):
            module.pay(total)
            module.other(total)
        native.live_stop()
        module.pay(1)
        module.other(1)
        # Python restarts what others have disabled, where the events of a code object change, and nowhere else
        assert set(lines) == {3, 5, 9} and lines.count(9) == 1
        assert monitoring.get_local_events(2, module.pay.__code__) == monitoring.events.LINE
    finally:
        for function in (module.pay, module.other):
            monitoring.set_local_events(2, function.__code__, 0)
        monitoring.register_callback(2, monitoring.events.LINE, None)
        monitoring.free_tool_id(2)


def test_the_places_of_code_are_those_that_probes_find(live, probe):
    name = live.source(
        '''
        """Text."""
        class Cart:
            kind = 1
            def pay(self):
                def inner():
                    return 1
                return inner()
        def one(): return 1
        '''
    )
    path = str(live.folder / f"{name}.py")
    with open(path) as source:
        code = compile(source.read(), path, "exec")
    assert native.code_places(code, name) == [
        (name, "", path, 1, [1, 2, 8]),
        (f"{name}.Cart", "", path, 2, [2, 3, 4]),
        (name, "one", path, 8, [8]),
        (f"{name}.Cart", "pay", path, 4, [5, 7]),
        (f"{name}.Cart.pay", "inner", path, 5, [6]),
    ]
    with pytest.raises(TypeError):
        native.code_places(test_the_places_of_code_are_those_that_probes_find, name)
