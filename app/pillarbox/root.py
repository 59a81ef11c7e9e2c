"""The composition root: from what a person names to an open engine.

Owns the choice of the backend. Nothing else in the application imports one.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from pillarbox_engine import arguments
from pillarbox_engine.clock import SystemClock
from pillarbox_engine.errors import InvalidOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillarbox_engine.backoff import Random
    from pillarbox_engine.clock import Clock
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.protocols import Backend
    from pillarbox_engine.sqlite.salvage import Salvaged

MEMORY = "memory:"
SQLITE = "sqlite:"


def open_engine(
    location: str,
    *,
    kind: str = "program",
    read_only: bool = False,
    accept_copy: bool = False,
    clock: Clock | None = None,
    random_source: Random | None = None,
    watch: Callable[[Backend], Backend] | None = None,
) -> Engine:
    """Open the queue file at `location`: a path, `sqlite:PATH`, or `memory:` for tests.

    `kind` tells other processes what we are: window, worker, cli, program or demo. With
    `accept_copy` a file that is behind its head is taken as it is. `watch` may put something
    between the engine and its backend. Raises `FileUnusable`.
    """
    from pillarbox_engine.engine import Engine

    ticking = clock or SystemClock()
    backend = open_backend(
        location, clock=ticking, kind=kind, read_only=read_only, accept_copy=accept_copy
    )
    return Engine(
        watch(backend) if watch else backend,
        clock=ticking,
        random=random_source or random.random,
        maintain=not read_only,
    )


def open_backend(
    location: str, *, clock: Clock, kind: str, read_only: bool = False, accept_copy: bool = False
) -> Backend:
    """The store at `location`, without an engine around it. Raises `FileUnusable`."""
    if location == MEMORY:
        from pillarbox_engine.memory import MemoryBackend

        return MemoryBackend(clock=clock)
    from pillarbox_engine import sqlite

    return sqlite.open_backend(
        _path(location), clock=clock, kind=kind, read_only=read_only, accept_copy=accept_copy
    )


def salvage(location: str, out: str) -> Salvaged:
    """Write what can be read of the queue file at `location` to `out` and files beside it."""
    from pillarbox_engine.sqlite.salvage import salvage as take_out

    return take_out(_path(location), out)


def location_of(given: object) -> str:
    """What a program names a queue file by, as text; `InvalidOption` where it is no path."""
    path = os.fspath(given) if isinstance(given, os.PathLike) else given
    return arguments.kind("path_or_url", path, str)


def _path(location: str) -> str:
    scheme, colon, rest = location.partition(":")
    if location.startswith(SQLITE):
        return rest
    if colon and len(scheme) > 1 and scheme.isalpha() and rest.startswith("//"):
        raise InvalidOption(
            f"No engine is known for {scheme}: addresses",
            f"{location!r} is neither a path nor sqlite:PATH",
            "Give the path of a queue file",
        )
    return location
