"""Which handler runs a job.

Owns the table from job types to handlers, what is left to other workers, the test whether a
handler can be imported by name in another process, and `InProcess`, the mark on one that always
runs in one.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from pillarbox_engine.bound import Bound, Handler
from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.model import JsonValue
from pillarbox_engine.names import check_type

__all__ = [
    "ANY", "Handler", "Handlers", "InProcess", "Place", "Routes", "found_in", "imported",
    "place_of",
]  # fmt: skip

Handlers = Handler | Mapping[str, Handler | Bound | None]
"""One handler for every type, or {type: handler}; "*" stands for any other type.

A `Bound` says how its handler runs; None leaves jobs of that type to other workers.
"""

ANY = "*"


class Routes:
    """The handlers of a worker. Raises `InvalidOption` for what cannot be one."""

    def __init__(self, handlers: Handlers) -> None:
        table = dict(handlers) if isinstance(handlers, Mapping) else {ANY: handlers}
        given = {name: _bound(name, one) for name, one in table.items()}
        self._table = {name: bound for name, bound in given.items() if bound is not None}
        if not self._table:
            raise InvalidOption(
                "A worker needs a handler", "the table of handlers is empty", "Give a function"
            )
        self._left = frozenset(table) - set(self._table)

    @property
    def types(self) -> frozenset[str] | None:
        """The types served; None: all."""
        return None if ANY in self._table else frozenset(self._table)

    @property
    def without(self) -> frozenset[str]:
        """Where all types are served, those that are left to others all the same."""
        return self._left if ANY in self._table else frozenset()

    def bound(self, type: str) -> Bound | None:
        """The handler for `type` and how it runs, or None."""
        found = self._table.get(type)
        return found if found is not None or type in self._left else self._table.get(ANY)

    def handler(self, type: str) -> Handler | None:
        """The handler for `type`, or None."""
        bound = self.bound(type)
        return None if bound is None else bound.run


def _bound(name: str, given: Handler | Bound | None) -> Bound | None:
    if given is None:
        check_type(name)
        return None
    bound = given if isinstance(given, Bound) else None
    _check(name, given if bound is None else bound.run)
    return bound or Bound(run=given)  # type: ignore[arg-type]


def _check(name: str, handler: object) -> None:
    if name != ANY:
        check_type(name)
    if not callable(handler):
        raise InvalidOption(
            f"The handler for {name!r} cannot be called", f"it is {shown(handler)}",
            "Give a function that takes the job",
        )  # fmt: skip
    if inspect.iscoroutinefunction(handler):
        raise InvalidOption(
            f"The handler for {name!r} is asynchronous",
            "workers run handlers in threads",
            "Make it a plain function, which may call asyncio.run",
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a handler is found by import: `module` and the dotted name in it."""

    module: str
    qualname: str


@dataclass(frozen=True, slots=True)
class InProcess:
    """The handler at `place`, to be run in worker processes of its own. Not imported here."""

    place: Place

    def __call__(self, job: JobContext) -> JsonValue:
        """Run it right here after all: imports it."""
        return imported(self.place)(job)


def imported(place: Place) -> Handler:
    """The handler at `place`, its module imported. Whatever that raises; `ImportError`."""
    handler = found_in(importlib.import_module(place.module), place.qualname)
    if not callable(handler):
        raise ImportError(f"{place.qualname} is not in the module")
    return handler


def place_of(handler: object) -> Place | None:
    """Where another process can import `handler`, or None if it cannot.

    Functions made inside others, lambdas and bound methods have no such place.
    """
    if isinstance(handler, InProcess):
        return handler.place
    module_name = getattr(handler, "__module__", None)
    qualname = getattr(handler, "__qualname__", None)
    if not isinstance(module_name, str) or not isinstance(qualname, str) or "<" in qualname:
        return None
    module = sys.modules.get(module_name)
    if module is None or found_in(module, qualname) is not handler:
        return None
    name = _main_name(module) if module_name == "__main__" else module_name
    return None if name is None else Place(name, qualname)


def found_in(module: ModuleType, qualname: str) -> object | None:
    """What the dotted `qualname` means in `module`, or None."""
    target: object | None = module
    for part in qualname.split("."):
        target = getattr(target, part, None)
    return target


def _main_name(module: ModuleType) -> str | None:
    """The name under which the program's main module can be imported, if it has one."""
    spec = getattr(module, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    file = getattr(module, "__file__", None)
    if file is None:
        return None
    name = Path(file).stem
    return name if _origin(name) == Path(file).resolve() else None


def _origin(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return None if spec is None or spec.origin is None else Path(spec.origin).resolve()
