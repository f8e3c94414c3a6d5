"""Programs with probes, in the process of the test."""

import gc
import importlib
import itertools
import json
import os
import sys
import textwrap
import time

import probelang._probelang as native
import pytest

numbers = itertools.count()


class Live:
    """A probe file, modules to import, and what comes of them."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "probes.json"
        self.out = folder / "events.ndjson"
        self.modules = []
        # the status socket is where only this test looks
        os.environ["XDG_RUNTIME_DIR"] = str(folder)

    def write(self, probes):
        new = self.folder / "probes.new"
        new.write_text(json.dumps({"probes": probes}))
        new.chmod(0o600)
        new.rename(self.file)

    def start(self, *probes):
        self.write(probes)
        native.live_start(probes=str(self.file), sinks=[f"jsonl:{self.out}"])
        return self

    def update(self, *probes):
        """Replaces the probe file, and waits until it is obeyed."""
        self.write(probes)
        want = sorted((probe["id"], probe.get("version", 0)) for probe in probes)
        self.until(lambda: sorted((one["id"], one["version"]) for one in self.status()["probes"]) == want)
        return self

    def until(self, is_so):
        end = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < end, self.status()
            time.sleep(0.002)

    def status(self, probe=None):
        """The status of the process, or that of a probe and its cause."""
        status = json.loads(native.live_status())
        if probe is None:
            return status
        [one] = [one for one in status["probes"] if one["id"] == probe]
        return one["status"], one.get("cause")

    def counts(self, probe):
        [one] = [one for one in self.status()["probes"] if one["id"] == probe]
        return one["hits"], {cause: count for cause, count in one["causes"].items() if count}

    def events(self):
        """Stops, and gives the events in order, but for statuses."""
        native.live_stop()
        lines = map(json.loads, self.out.read_text().splitlines()) if self.out.exists() else []
        return [line for line in lines if line["kind"] != "status"]

    def messages(self):
        return [event["event"]["message"] for event in self.events()]

    def source(self, source, name=None):
        """Writes a module, and gives its name; `L1:` and the like mark lines."""
        name = name or f"live_module_{next(numbers)}"
        path = self.folder.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source).lstrip("\n"))
        importlib.invalidate_caches()
        self.modules.append(name)
        return name

    def load(self, source, name=None):
        return importlib.import_module(self.source(source, name))


@pytest.fixture
def live(tmp_path):
    # what other tests have loaded is not to be found
    gc.collect()
    tmp_path.chmod(0o700)
    sys.path.insert(0, str(tmp_path))
    kept = dict(os.environ)
    live = Live(tmp_path)
    try:
        yield live
    finally:
        native.live_stop()
        os.environ.clear()
        os.environ.update(kept)
        sys.path.remove(str(tmp_path))
        for name in live.modules:
            # the package around it keeps it too
            while name:
                sys.modules.pop(name, None)
                name = name.rpartition(".")[0]


def probe(id, where, **own):
    """A log probe at `file:line` or `module.function`."""
    if ":" in where:
        file, line = where.split(":")
        place = {"sourceFile": file, "lines": [line]}
    else:
        type_name, _, method = where.rpartition(".")
        place = {"typeName": type_name, "methodName": method}
    given = {"id": id, "type": "LOG_PROBE", "where": place, **own}
    if given["type"] == "LOG_PROBE":
        given = {"template": id, "sampling": {"snapshotsPerSecond": 100000}, **given}
    if isinstance(given.get("when"), str):
        given["when"] = {"dsl": given["when"]}
    return given


@pytest.fixture(name="probe")
def probe_fixture():
    return probe
