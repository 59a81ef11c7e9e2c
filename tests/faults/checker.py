"""Judges a run: do the history and what is in the file in the end agree?

Owns which rule judges which invariant:

- I1: an enqueue that was acknowledged is there whole, or pruned by a logged rule.
- I2: nothing is there that nobody enqueued, nothing twice; no schedule fires twice for one time.
- I3: one valid lease a job at a time, fences grow, nothing is settled under a stale fence.
- I4: only a run that ended is acked, and an acked completion never runs again unless requeued.
- I5: runs <= attempts + lost + snoozes + releases + requeues + replays, each known to the file.
- I6: counters = rows = fold of the chain (the file's own check, and a recount).
- I7: claim order: a group's jobs one by one, oldest first; a queue's by priority, first in first.
- I8: rates, concurrency and bounds hold in every window.
- I9: it drains: worked on for long enough, nothing is left to run.
- I10: a call that raised, or was cut short, is whole or absent.

A call whose outcome was not told may have happened or not; everything else is held to its word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tests.faults.final import Final
from tests.faults.history import Call
from tests.faults.rules import leases, limits, order, presence, runs
from tests.faults.told import Told, Violation

Rule = Callable[[Told, Final], Iterator[Violation]]


def check(calls: Sequence[Call], final: Final) -> list[Violation]:
    """Every broken invariant; empty: the run is as promised."""
    told = Told(calls)
    return [violation for rule in RULES for violation in rule(told, final)]


def _itself(told: Told, final: Final) -> Iterator[Violation]:
    """I6: what the file finds wrong with itself, and what does not add up in it."""
    return (Violation("I6", problem) for problem in final.problems)


def _drained(told: Told, final: Final) -> Iterator[Violation]:
    """I9: nothing is left that waits, is scheduled, ready or leased, after a drain."""
    if final.left:
        first = next(iter(final.left))
        lines = tuple(told.stored[first].call.lines) if first in told.stored else ()
        yield Violation("I9", f"{len(final.left)} jobs are left to run, job {first} first", lines)


def _fired_once(told: Told, final: Final) -> Iterator[Violation]:
    """I2: one firing for each time of a schedule."""
    for (schedule, at), number in final.fired.items():
        if number > 1:
            yield Violation("I2", f"schedule {schedule} fired {number} times for {at}")


RULES: tuple[Rule, ...] = (
    presence.kept, presence.handed_out, presence.repeats, presence.nothing_else, presence.unique,
    _fired_once, presence.whole, presence.together, presence.raised, presence.batches,
    leases.one_at_a_time, leases.fenced, leases.completed, runs.bounded, _itself,
    order.in_turn, order.by_priority, limits.rates, limits.in_flight, limits.depth, _drained,
)  # fmt: skip
