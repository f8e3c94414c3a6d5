"""Temporary probes: created over the status socket of this process, fetched and cancelled."""

import gc
import json
import os
import socket
import sys

import probelang
import probelang._probelang as native
import pytest

SHOP = """
def pay(total, user):
    tax = total * 2
    return tax
"""


class Refused(Exception):
    """Why the process does not do what it is asked to."""


class Control:
    """The status socket of a process."""

    def __init__(self, live, pid=None):
        self.path = live.folder / "probelang" / f"{pid or os.getpid()}.sock"

    def ask(self, do, **members):
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(60)
            stream.connect(str(self.path))
            stream.sendall(json.dumps({"do": do, **members}).encode() + b"\n")
            with stream.makefile("rb") as reply:
                answer = json.loads(reply.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        assert answer["protocol"] == 1
        return answer

    def create(self, probe, **limits):
        return self.ask("create", probe=probe, **limits)

    def samples(self, id, **members):
        return self.ask("samples", id=id, **members)

    def messages(self, id):
        return [one["event"]["event"]["message"] for one in self.samples(id)["samples"]]

    def cancel(self, id):
        return self.ask("cancel", id=id)["probe"]


@pytest.fixture
def writable(live):
    """A program without a probe file that takes temporary probes."""
    native.live_start(sinks=[f"jsonl:{live.out}"], control="write")
    return live


def is_armed():
    """Whether the interpreter gives events to a tool of ours."""
    return any(sys.monitoring.get_tool(tool) == "probelang" for tool in range(6))


def test_a_function_is_probed_and_left_as_it_was(writable, probe):
    module, control = writable.load(SHOP), Control(writable)
    assert control.ask("process")["access"] == "write" and not is_armed()
    made = control.create(probe("t", f"{module.__name__}.pay", template="{user} {total} {@return}"), hits=5, expires=60)
    assert (made["id"], made["status"], made["hits"], made["redaction"]) == ("t", "INSTALLED", 5, "strict")
    assert is_armed()
    module.pay(1, "hunter2")
    module.pay(2, "hunter2")
    assert control.messages("t") == ["{redacted} 1 2", "{redacted} 2 4"]
    assert "hunter2" not in json.dumps(control.samples("t"))
    [known] = writable.status()["probes"]
    assert (known["temporary"]["uid"], known["temporary"]["pid"]) == (os.geteuid(), os.getpid())
    gone = control.cancel("t")
    assert (gone["status"], gone["hits"]) == ("EMITTING", 2)
    # nothing is left, neither here nor where the sinks write
    assert not is_armed() and writable.status()["probes"] == []
    module.pay(3, "hunter2")
    with pytest.raises(Refused, match="there is no temporary probe `t`"):
        control.samples("t")
    native.live_stop()
    assert not writable.out.exists() or "t" not in [json.loads(line) for line in writable.out.read_text().splitlines()]


def test_a_line_is_captured_without_texts(writable, probe):
    module, control = writable.load(SHOP), Control(writable)
    file = f"{module.__name__}.py"
    control.create(probe("t", f"{file}:3", captureSnapshot=True, when="total > 1"))
    module.pay(1, "hunter2")
    module.pay(7, "hunter2")
    [sample] = control.samples("t")["samples"]
    frame = sample["event"]["event"]["debugger"]["snapshot"]["captures"]["lines"]["3"]
    assert frame["locals"]["tax"]["value"] == "14" or frame["arguments"]["total"]["value"] == "7"
    assert "hunter2" not in json.dumps(sample)
    # who asks for it sees what does not look like a secret
    control.cancel("t")
    control.create(probe("t", f"{file}:3", template="{user} {total}"), redaction="targeted")
    module.pay(1, "eve 4111 1111 1111 1111")
    assert control.messages("t") == ["eve {redacted} 1"]


def test_the_hit_limit_ends_it_and_its_events_stay(writable, probe):
    module, control = writable.load(SHOP), Control(writable)
    control.create(probe("t", f"{module.__name__}.pay", template="{total}"), hits=2)
    for total in range(5):
        module.pay(total, "eve")
    samples = control.samples("t", after=1)
    assert (samples["status"], samples["ended"], samples["next"]) == ("DONE", "hit limit reached", 2)
    assert [one["number"] for one in samples["samples"]] == [2]
    assert not is_armed() and len(control.messages("t")) == 2
    with pytest.raises(Refused, match="has ended, and its events are still kept"):
        control.create(probe("t", f"{module.__name__}.pay"))


def test_its_time_ends_it_though_nobody_asks(writable, probe):
    module, control = writable.load(SHOP), Control(writable)
    control.create(probe("t", f"{module.__name__}.pay"), expires=1)
    writable.until(lambda: not is_armed())
    module.pay(1, "eve")
    samples = control.samples("t")
    assert (samples["status"], samples["ended"], samples["samples"]) == ("EXPIRED", "expired", [])


def test_what_cannot_be_placed_is_refused_and_what_is_not_imported_yet_waits(writable, probe):
    module, control = writable.load(SHOP), Control(writable)
    name = module.__name__
    with pytest.raises(Refused, match="no loaded code is on line 99 of"):
        control.create(probe("t", f"{name}.py:99"))
    with pytest.raises(Refused, match="`time.sleep` is written in C"):
        control.create(probe("t", "time.sleep"))
    with pytest.raises(Refused, match="PL"):
        control.create(probe("t", f"{name}.pay", when="total >"))
    assert not is_armed() and writable.status()["probes"] == []
    later = writable.source(SHOP)
    assert control.create(probe("t", f"{later}.pay", template="{total}"))["status"] == "RECEIVED"
    __import__(later)
    sys.modules[later].pay(4, "eve")
    assert control.messages("t") == ["4"]


def test_the_file_and_the_kill_switch(live, probe):
    module = live.load(SHOP)
    name = module.__name__
    live.write([probe("f", f"{name}.pay", template="file {total}")])
    native.live_start(probes=str(live.file), sinks=[f"jsonl:{live.out}"], control="write")
    control = Control(live)
    with pytest.raises(Refused, match="another probe before it has the id `f`"):
        control.create(probe("f", f"{name}.pay"))
    control.create(probe("t", f"{name}.pay", template="{total}"))
    live.write([probe("g", f"{name}.pay", template="other {total}")])
    live.until(lambda: sorted(one["id"] for one in live.status()["probes"]) == ["g", "t"])
    module.pay(1, "eve")
    native.live_switch(True)
    module.pay(2, "eve")
    native.live_switch(False)
    module.pay(3, "eve")
    assert control.messages("t") == ["1", "3"]
    assert live.messages() == ["other 1", "other 3"]


def test_a_program_takes_none_unless_it_is_told_to(live, probe):
    module = live.load(SHOP)
    live.start(probe("f", f"{module.__name__}.pay"))
    with pytest.raises(Refused, match="PROBELANG_CONTROL=write"):
        Control(live).create(probe("t", f"{module.__name__}.pay"))
    native.live_stop()
    # the variable forbids what the code allows; without a file there is nothing to start then
    os.environ["PROBELANG_CONTROL"] = "read"
    native.live_start(control="write")
    assert not native.live_running()
    os.environ["PROBELANG_CONTROL"] = "write"
    native.live_start()
    assert native.live_running()
    native.live_stop()
    with pytest.raises(ValueError, match="there is no access 'all', only read, write"):
        probelang.start(control="all")


def test_a_child_of_a_fork_has_none_and_can_have_its_own(writable, probe):
    module, control = writable.load(SHOP), Control(writable)
    name = module.__name__
    control.create(probe("t", f"{name}.pay", template="{total}"))
    native.live_before_fork()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            native.live_after_fork_in_child(True)
            own = Control(writable)
            module.pay(1, "child")
            is_free = own.ask("status")["probes"] == [] and not is_armed()
            own.create(probe("t", f"{name}.pay", template="{total}"))
            module.pay(2, "child")
            status = 0 if is_free and own.messages("t") == ["2"] else 2
            native.live_stop()
        finally:
            os._exit(status)
    native.live_after_fork_in_parent()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    module.pay(3, "parent")
    assert control.messages("t") == ["3"]


def test_objects_are_let_go_of_when_it_ends(writable, probe):
    module, control = writable.load(SHOP), Control(writable)
    before = sys.getrefcount(module.pay.__code__)
    for number in range(20):
        control.create(probe(f"t{number}", f"{module.__name__}.pay"))
    for number in range(20):
        control.cancel(f"t{number}")
    gc.collect()
    after = sys.getrefcount(module.pay.__code__)
    assert after == before
    assert not is_armed()
