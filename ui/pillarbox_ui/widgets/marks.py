"""What an operator did, as a mark on a graph: when, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pillarbox_engine.model import Operation
from pillarbox_ui.widgets import words


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened `at`, in seconds since 1970 UTC; `words` say what."""

    at: float
    words: str


def marks(operations: Sequence[Operation]) -> tuple[Mark, ...]:
    """The operations that changed something, oldest first."""
    told = [Mark(one.at.timestamp(), _words(one)) for one in operations if one.changed]
    return tuple(sorted(told, key=lambda mark: mark.at))


def nearest(among: Sequence[Mark], at: float, within: float) -> tuple[Mark, ...]:
    """The marks no further than `within` seconds from `at`, oldest first."""
    return tuple(mark for mark in among if abs(mark.at - at) <= within)


def _words(one: Operation) -> str:
    verb = words.tr(one.verb).capitalize()
    jobs = words.counted(one.changed, words.tr("job"), words.tr("jobs"))
    return f"{verb}: {jobs} ({one.what})" if one.what else f"{verb}: {jobs}"
