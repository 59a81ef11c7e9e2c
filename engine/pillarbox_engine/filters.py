"""Which jobs an operator means: the syntax tree of the query language.

Owns `Filter`. All its parts must hold together (AND), each of several `text` and `payload` parts
too; ids, states, queues and types hold alternatives (OR); what is empty or None does not
restrict. The text form is parsed by `query`; a backend turns a filter into indexed look-ups
where it can and a scan where not. `check` is for filters that programs make by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pillarbox_engine import arguments
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.model import JsonValue
from pillarbox_engine.payload import encode
from pillarbox_engine.states import State

T = TypeVar("T")

_NO_JOB = ("",)
"""Ids that no job has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A set of jobs, by their properties.

    `error` and `text` are case-insensitive substrings: of the last error's type or message, and
    of id, type or payload. `unique` is a unique key, whole. `payload` pairs a dotted path with the
    value it must equal. `older_than` and `younger_than` compare the age since enqueue, in seconds.
    """

    ids: tuple[str, ...] = ()
    states: frozenset[State] = frozenset()
    retrying: bool = False
    queues: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    fingerprint: str | None = None
    error: str | None = None
    text: tuple[str, ...] = ()
    payload: tuple[tuple[str, JsonValue], ...] = ()
    older_than: float | None = None
    younger_than: float | None = None
    operation: str | None = None
    unique: str | None = None

    def narrowed(self, *, states: frozenset[State]) -> Filter:
        """This filter held to `states` as well; where none is left, it matches nothing."""
        both = self.states & states if self.states else states
        return replace(self, states=both) if both else replace(self, ids=_NO_JOB)

    @property
    def is_everything(self) -> bool:
        """Whether it restricts nothing at all."""
        return self == Filter()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a listing, and the opaque cursor of what follows (None: that was all)."""

    rows: tuple[T, ...]
    cursor: str | None = None


_LISTS = ("ids", "queues", "types", "text")
_WORDS = ("fingerprint", "error", "operation", "unique")
_AGES = ("older_than", "younger_than")
_LONGEST_WORD = 10_000


def check(where: object) -> Filter:
    """`where`, if it is a filter all of whose parts are of the right kind; `InvalidOption`."""
    wanted = arguments.kind("where", where, Filter)
    for name in _LISTS:
        for one in arguments.kind(f"where.{name}", getattr(wanted, name), tuple):
            arguments.text(f"where.{name}", one, _LONGEST_WORD)
    for name in _WORDS:
        if getattr(wanted, name) is not None:
            arguments.text(f"where.{name}", getattr(wanted, name), _LONGEST_WORD)
    for name in _AGES:
        if getattr(wanted, name) is not None:
            arguments.seconds(f"where.{name}", getattr(wanted, name), arguments.LONGEST_DELAY)
    arguments.flag("where.retrying", wanted.retrying)
    _check_states(wanted)
    _check_payload(wanted)
    return wanted


def _check_states(wanted: Filter) -> None:
    for one in arguments.kind("where.states", wanted.states, frozenset):
        arguments.state(one)


def _check_payload(wanted: Filter) -> None:
    for pair in arguments.kind("where.payload", wanted.payload, tuple):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise InvalidOption(
                "where.payload must be pairs", f"got {shown(pair)}", "Pass (path, value) tuples"
            )
        arguments.text("where.payload", pair[0], _LONGEST_WORD, least=1)
        encode(pair[1])
