"""A child process that ends with its parent, even while it computes and even on kill -9.

Owns `Lifeline`, a pipe nobody writes to: the parent holds one end, the child the other. When the
parent is gone, however it went, the kernel kills the child's process group; Python need not run in
the child for that (a C function may hold it up). Only Linux can; elsewhere the child ends when it
next reads, since its input ends too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

if sys.platform == "linux":
    import fcntl

    def hold_on_to(end: int) -> None:
        """In the child: have the kernel kill its process group when the other end is closed."""
        os.set_inheritable(end, False)
        _arm(end, os.getpgrp())

    def _arm(end: int, group: int) -> None:
        fcntl.fcntl(end, fcntl.F_SETOWN, -group)
        fcntl.fcntl(end, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(end, fcntl.F_GETFL)
        fcntl.fcntl(end, fcntl.F_SETFL, flags | os.O_ASYNC)

else:

    def hold_on_to(end: int) -> None:
        """In the child: only that what it starts does not hold the line in its place."""
        os.set_inheritable(end, False)

    def _arm(end: int, group: int) -> None:
        """No kernel but Linux' kills for a closed pipe."""


class Lifeline:
    """The two ends in the parent: `ends` goes to a child, and is then let go of here."""

    def __init__(self) -> None:
        self._child, self._parent = os.pipe()

    @property
    def ends(self) -> tuple[int, ...]:
        """What a child is to inherit; () where no process can be handed one."""
        return (self._child,) if os.name == "posix" else ()

    def tie(self, group: int) -> None:
        """Have the kernel kill `group`, any program, when this process ends: its first process,
        just started, was handed the end and need not know what it is."""
        # Where the system reaps children by itself, it may be gone already.
        with contextlib.suppress(ProcessLookupError):
            _arm(self._child, group)

    def handed_over(self) -> None:
        """A child has its end."""
        os.close(self._child)

    def cut(self) -> None:
        """The child has ended, or shall."""
        os.close(self._parent)
