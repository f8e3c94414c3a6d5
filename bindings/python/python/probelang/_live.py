"""Probes in this program, as far as Python has a part in it."""

import atexit
import os
import sys

from . import _probelang

_children = True
_hooked = False
_told = False


def start(probes=None, *, sinks=None, children=True, redaction=None, control=None):
    global _children
    file = None if probes is None else os.fspath(probes)
    _probelang.live_start(probes=file, sinks=sinks, redaction=redaction, control=control)
    _children = children
    _hook()


def _hook():
    """Follows forks and the end of the program. Both hooks stay; without probes they do nothing."""
    global _hooked
    if _hooked:
        return
    _hooked = True
    os.register_at_fork(
        before=_probelang.live_before_fork,
        after_in_parent=_probelang.live_after_fork_in_parent,
        after_in_child=_in_child,
    )
    atexit.register(_probelang.live_stop)


def _in_child():
    global _told
    _probelang.live_after_fork_in_child(_children)
    # a child of `multiprocessing` ends without what was registered above
    processes = sys.modules.get("multiprocessing.util")
    if processes is not None and not _told:
        _told = True
        processes.register_after_fork(_in_child, _at_its_end)


def _at_its_end(_):
    from multiprocessing import util

    util.Finalize(None, _probelang.live_stop, exitpriority=-100)
