"""Starts the probes of a program that `python -m probelang run` has started; then does what the next `sitecustomize` does.

Every Python that finds this folder on its path imports it, even one that cannot load the package: that one runs without probes.
So it is written for Python 2.7 and everything newer.
"""

import os
import sys


def _start(folder):
    # another tool may have this module imported again
    if getattr(sys, "_probelang_run", False) or "PROBELANG_RUN" not in os.environ:
        return
    sys._probelang_run = True
    try:
        package = sys.modules.get("probelang")
        if package is None:
            from importlib import util

            # the package that `run` belongs to, wherever this Python looks for packages
            path = os.path.join(os.path.dirname(folder), "__init__.py")
            spec = util.spec_from_file_location("probelang", path)
            package = sys.modules["probelang"] = util.module_from_spec(spec)
            try:
                spec.loader.exec_module(package)
            except BaseException:
                sys.modules.pop("probelang", None)
                raise
        from probelang import _launch

        _launch.start_as_told(folder)
    except Exception as error:
        # who started the program hears of it once
        if os.environ["PROBELANG_RUN"].startswith("%d " % os.getpid()):
            sys.stderr.write("probelang: there are no probes in this program: %s\n" % error)


def _go_on(folder):
    entries = [os.path.abspath(entry) for entry in sys.path]
    after = sys.path[:]
    if folder in entries:
        at = entries.index(folder)
        after = sys.path[at + 1 :]
        # the program is to see nothing of it
        del sys.path[at]
    try:
        from importlib.machinery import PathFinder
        from importlib.util import module_from_spec
    except ImportError:
        imp = __import__("imp")
        try:
            found = imp.find_module("sitecustomize", after)
        except ImportError:
            return
        imp.load_module("sitecustomize", *found)
        return
    spec = PathFinder.find_spec("sitecustomize", after)
    if spec is not None and spec.loader is not None:
        module = sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(module)


if __name__ == "sitecustomize":
    _folder = os.path.dirname(os.path.abspath(__file__))
    _start(_folder)
    _go_on(_folder)
