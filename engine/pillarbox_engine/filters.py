"""Which jobs an operator means: the syntax tree of the query language.

Owns `Filter`. All its parts must hold together (AND), each of several `text`, `payload` and
`bounds` parts too; ids, states, queues, types, groups, schedules, parents and workers hold
alternatives (OR); what is empty or None does not restrict. The text form is parsed by `query`; a
backend turns a filter into indexed look-ups where it can and a scan where not. `check` is for
filters that programs make by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Generic, TypeVar

from pillarbox_engine import arguments, comparing
from pillarbox_engine.comparing import Bound
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

    `error`, `text` and `workers` are substrings, whatever the case of ASCII letters: of the last
    error's type or message, of id, type or payload, of who ran it last. `unique` is a unique key,
    whole. `payload` pairs a dotted path with the value it must equal. `older_than` and
    `younger_than` compare the age since enqueue, in seconds. `bounds` are other comparisons.

    Of the filters in `without` none may match; of each group in `either` one must. Such a filter
    says one thing (`Filter(error="disk")`), those of a group the same: `error:disk,network`.
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
    groups: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    without: tuple[Filter, ...] = ()
    either: tuple[tuple[Filter, ...], ...] = ()

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
    """Some of a listing, and the opaque cursor of what follows (None: that was all).

    `partial`: the look was stopped before it had found what belongs here.
    """

    rows: tuple[T, ...]
    cursor: str | None = None
    partial: bool = False


def folded(text: str) -> str:
    """`text` with its ASCII letters small, as substrings are looked for."""
    return text.translate(_SMALL)


_SMALL = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def said(where: Filter) -> dict[str, object]:
    """The parts of `where` that restrict, by their names."""
    parts = {entry.name: getattr(where, entry.name) for entry in fields(Filter)}
    return {name: part for name, part in parts.items() if part != getattr(_NOTHING_SAID, name)}


def thing(where: Filter) -> tuple[str, str] | None:
    """What a filter of `without` or `either` is about: its part, and of that the key or path.

    None where it says nothing, several things, or is put together itself.
    """
    parts = said(where)
    if len(parts) != 1 or not _PUT_TOGETHER.isdisjoint(parts):
        return None
    ((name, part),) = parts.items()
    if name in _ALL_HOLD and isinstance(part, tuple):
        return (name, _whose(part[0])) if len(part) == 1 else None
    return name, ""


def _whose(part: object) -> str:
    if isinstance(part, Bound):
        return f"{part.key}{part.op}"
    return str(part[0]) if isinstance(part, tuple) and part else ""


_NOTHING_SAID = Filter()
_PUT_TOGETHER = frozenset({"without", "either"})
_ALL_HOLD = ("text", "payload", "bounds")
_ALTERNATIVES = ("error", "fingerprint", "operation", "unique", "payload", "bounds")
"""What a group of `either` can be about."""

_LISTS = ("ids", "queues", "types", "text", "groups", "schedules", "parents", "workers")
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
    for bound in arguments.kind("where.bounds", wanted.bounds, tuple):
        comparing.check(bound)
    _check_parts(wanted)
    return wanted


def _check_parts(wanted: Filter) -> None:
    for one in arguments.kind("where.without", wanted.without, tuple):
        _check_alone("where.without", one)
    for group in arguments.kind("where.either", wanted.either, tuple):
        things = {_check_alone("where.either", one)
                  for one in arguments.kind("where.either", group, tuple)}  # fmt: skip
        if len(things) != 1 or len(set(map(repr, group))) < 2 or not _alike(things):
            raise InvalidOption(
                "where.either must hold alternatives of one kind", f"got {shown(group)}",
                'Pass groups such as (Filter(error="disk"), Filter(error="network"))',
            )  # fmt: skip


def _alike(things: set[tuple[str, str]]) -> bool:
    """Whether a comma can stand between such: no comparison but for equality."""
    ((name, which),) = things
    return name in _ALTERNATIVES and (name != "bounds" or which.endswith("="))


def _check_alone(name: str, one: object) -> tuple[str, str]:
    about = thing(arguments.kind(name, one, Filter))
    if about is None:
        raise InvalidOption(
            f"{name} holds filters that say one thing", f"got {shown(one)}",
            'Pass such as Filter(error="disk")',
        )  # fmt: skip
    check(one)
    return about


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
