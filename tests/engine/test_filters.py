"""The syntax tree of queries."""

from __future__ import annotations

from pillarbox_engine.filters import Filter
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import NewJob
from pillarbox_engine.states import State

DEAD, READY = frozenset({State.DEAD}), frozenset({State.READY})


def test_narrowing_keeps_what_both_allow() -> None:
    both = Filter(states=DEAD | READY).narrowed(states=READY)
    assert both.states == READY
    assert Filter().narrowed(states=DEAD).states == DEAD


def test_narrowing_to_nothing_matches_nothing() -> None:
    backend = MemoryBackend()
    backend.enqueue("email", [NewJob(payload_json="{}")])
    nothing = Filter(states=READY).narrowed(states=DEAD)
    assert backend.jobs(nothing).rows == ()
    assert backend.count(nothing) == 0
    backend.close()
