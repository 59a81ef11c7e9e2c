"""A child process that ends with its parent, even while it computes and even on kill -9.

Owns `Lifeline`, a pipe nobody writes to: the parent holds one end, the child the other. When the
parent is gone, however it went, the kernel kills the child's process group; Python need not run in
the child for that (a C function may hold it up). Only Linux can; elsewhere the child ends when it
next reads, since its input ends too.
"""

from __future__ import annotations

import os
import signal
import sys

if sys.platform == "linux":
    import fcntl

    def hold_on_to(end: int) -> None:
        """In the child: have the kernel kill its process group when the other end is closed."""
        os.set_inheritable(end, False)
        fcntl.fcntl(end, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(end, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(end, fcntl.F_GETFL)
        fcntl.fcntl(end, fcntl.F_SETFL, flags | os.O_ASYNC)

else:

    def hold_on_to(end: int) -> None:
        """In the child: only that what it starts does not hold the line in its place."""
        os.set_inheritable(end, False)


class Lifeline:
    """The two ends in the parent: `ends` goes to a child, and is then let go of here."""

    def __init__(self) -> None:
        self._child, self._parent = os.pipe()

    @property
    def ends(self) -> tuple[int, ...]:
        """What a child is to inherit; () where no process can be handed one."""
        return (self._child,) if os.name == "posix" else ()

    def handed_over(self) -> None:
        """A child has its end."""
        os.close(self._child)

    def cut(self) -> None:
        """The child has ended, or shall."""
        os.close(self._parent)
