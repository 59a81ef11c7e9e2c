"""Where a handler runs: in a thread of the worker's process, or in a process of its own.

Owns `Isolation`, its checks, and the marking of handlers as `InProcess`. Worker processes are
started afresh (never forked), so a handler is known to them by the place it is imported from.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from pillarbox_engine.bound import Bound
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.routing import ANY, Handler, Handlers, InProcess, place_of

Given = Handler | Bound | None
"""What a worker's table of handlers may hold."""


class Isolation(StrEnum):
    """What a handler shares with the worker: all of its process, or nothing."""

    THREAD = "thread"
    PROCESS = "process"


def isolation_named(value: object) -> Isolation:
    """`value` as an `Isolation`; `InvalidOption`."""
    if isinstance(value, str) and value in tuple(Isolation):
        return Isolation(value)
    raise InvalidOption(
        f"isolation cannot be {shown(value)}", "it says where a handler runs",
        'Use "thread", or "process" for processes of its own',
    )  # fmt: skip


def isolated(handlers: Handlers, isolation: Isolation) -> Handlers:
    """The handlers, so marked that they run as `isolation` says. `InvalidOption`."""
    if isolation is Isolation.THREAD:
        return handlers
    if isinstance(handlers, Mapping):
        return {name: in_process(name, handler) for name, handler in handlers.items()}
    return marked(ANY, handlers)


def in_process(name: str, handler: Given) -> Given:
    """`handler` marked to run in processes; `InvalidOption` where none could import it."""
    if isinstance(handler, Bound):
        return handler if handler.heeds_stop else replace(handler, run=marked(name, handler.run))
    return None if handler is None else marked(name, handler)


def marked(name: str, handler: Handler) -> Handler:
    """The same for a plain handler."""
    if isinstance(handler, InProcess) or not callable(handler):
        return handler
    if inspect.iscoroutinefunction(handler):
        return handler
    place = place_of(handler)
    if place is None:
        raise InvalidOption(
            f"The handler for {name!r} cannot run in a process of its own", _why(handler),
            'Name a function at the top of an importable module, or use isolation="thread"',
        )  # fmt: skip
    return InProcess(place)


def _why(handler: object) -> str:
    if getattr(handler, "__module__", None) == "__main__":
        return f"{shown(handler)} is in __main__, and no module of that program can be imported"
    return f"{shown(handler)} is no function that another process can import by name"
