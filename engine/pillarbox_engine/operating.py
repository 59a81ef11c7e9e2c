"""How an operation goes on: chunk by chunk, at its rate, after its canary, until it stops itself.

Owns the rules both backends obey. A backend keeps the `Run` and the frozen items and gives a
`Desk` to work at; each `advance` is one of its transactions, so a kill between two of them leaves
nothing half done, and several processes may advance the same operation.

A replayed job has failed when it is a dead letter again; one that failed an attempt and is due
again is *failing*. Both count against `stop_above`, among the jobs of which that much is known
(done, dead again, gone, or failing) and among `FEW` of them at least: one early failure of a
thousand jobs says little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.errors import QueueFull
from pillarbox_engine.operation import AT_WORK, PLAIN, OperationOptions, OperationState
from pillarbox_engine.states import Verb

CHUNK = 250
"""Jobs one transaction takes in hand, so that others are not kept waiting."""
WATCHED = 100
"""A replay with `stop_above` has at most so many jobs on their way at once."""
FEW = 10
RUNWAY_US = seconds_to_us(1.0)
"""A paced replay puts back ahead of time what is due within a second."""
POLL_US = seconds_to_us(0.25)
"""How often the end of watched jobs is looked for."""
RETRY_US = seconds_to_us(1.0)
"""How often a full queue is asked again for room."""

CHANGED = "changed"
"""The outcome of an item the verb was done to; any other word says why it was left alone."""


@dataclass(slots=True, kw_only=True)
class Run:
    """An operation at work. `done`: items worked through, of `total`; `ended` and `failed`: of
    the watched jobs. `next_us`: when the next job of a paced replay may run. `rest_us`: not
    before then is a full queue asked again."""

    id: str
    verb: Verb
    state: OperationState
    options: OperationOptions = PLAIN
    total: int = 0
    done: int = 0
    changed: int = 0
    ended: int = 0
    failed: int = 0
    skips: Counter[str] = field(default_factory=Counter)
    next_us: int = 0
    rest_us: int = 0
    said: str = ""

    @property
    def at_work(self) -> bool:
        """Whether there is something left to do."""
        return self.state in AT_WORK

    @property
    def watches(self) -> bool:
        """Whether the end of the replayed jobs matters now."""
        return self.state is OperationState.CANARY or self.options.stop_above is not None

    @property
    def skipped(self) -> int:
        """How many jobs were left alone."""
        return self.skips.total()


@dataclass(frozen=True, slots=True)
class Watched:
    """The replayed jobs nobody has told the end of yet: `live` have none (of them `failing`
    failed an attempt), `ended` have, of them `failed` as dead letters."""

    live: int = 0
    failing: int = 0
    ended: int = 0
    failed: int = 0


class Lookout(Protocol):
    """Who can look at the watched jobs of an operation."""

    def watched(self, run: Run) -> Watched:
        """Look at the watched jobs, changing nothing."""


class Desk(Lookout, Protocol):
    """What a backend does for an operation, all in the transaction of one `advance`."""

    def hear(self, run: Run) -> None:
        """Note which of the watched jobs have ended, so that they are not watched any more."""

    def items(self, run: Run, limit: int) -> Sequence[str]:
        """The ids of the next items, from place `run.done` on."""

    def act(self, run: Run, job_id: str, due_us: int | None) -> str | None:
        """Do the verb to one job; a word where it was left alone. `QueueFull` changes nothing."""

    def note(self, run: Run, outcomes: Sequence[str]) -> None:
        """Keep what became of the items from place `run.done` on."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What may be done now: so many items, or a change of state."""

    items: int = 0
    state: OperationState | None = None
    said: str = ""


def first_state(options: OperationOptions) -> OperationState:
    """The state an operation begins in."""
    return OperationState.RUNNING if options.canary is None else OperationState.CANARY


def advance(run: Run, desk: Desk, now: int) -> None:
    """Do what may be done now, a chunk at most; change `run` accordingly."""
    if not run.at_work:
        return
    _follow(run, desk)
    if run.at_work and not _resting(run, now):
        step = _step(run, _watch(run, desk))
        if step.items:
            _work(run, desk, now, min(step.items, CHUNK))
            _follow(run, desk)


def is_due(run: Run, desk: Lookout, now: int) -> bool:
    """Whether `advance` would do something; changes nothing."""
    if not run.at_work:
        return False
    watched = _watch(run, desk)
    step = _step(run, watched)
    return bool(watched.ended or step.state or (step.items and not _resting(run, now)))


def wakes_us(run: Run, desk: Lookout, now: int) -> int | None:
    """When to look again; None: there is something to do now, or nothing ever."""
    if not run.at_work or is_due(run, desk, now):
        return None
    step = _step(run, _watch(run, desk))
    return max(run.rest_us, _runway_us(run)) if step.items else now + POLL_US


def _resting(run: Run, now: int) -> bool:
    return now < run.rest_us or now < _runway_us(run)


def _runway_us(run: Run) -> int:
    """When a paced replay puts back more: as half of what it is ahead has passed."""
    return 0 if run.options.rate is None else run.next_us - RUNWAY_US // 2


def _watch(run: Run, desk: Lookout) -> Watched:
    return desk.watched(run) if run.watches else Watched()


def _follow(run: Run, desk: Desk) -> None:
    """Hear of the jobs' ends and change state as often as that asks for."""
    watched = _watch(run, desk)
    if watched.ended:
        desk.hear(run)
        run.ended, run.failed = run.ended + watched.ended, run.failed + watched.failed
        watched = Watched(watched.live, watched.failing)
    while run.at_work:
        step = _step(run, watched)
        if step.state is None:
            run.said = step.said or ("" if step.items and not run.rest_us else run.said)
            return
        run.state, run.said = step.state, step.said
        watched = _watch(run, desk)


def _step(run: Run, watched: Watched) -> _Step:
    ended, failed = run.ended + watched.ended, run.failed + watched.failed
    if run.state is OperationState.CANARY:
        return _canary_step(run, watched.live, failed)
    limit, left = run.options.stop_above, run.total - run.done
    if limit is None:
        return _Step(items=left) if left else _Step(state=OperationState.DONE)
    known, bad = ended + watched.failing, failed + watched.failing
    if left and bad > limit * max(known, min(FEW, run.total)):
        return _Step(state=OperationState.STOPPED, said=_stopped(run, bad, known, limit))
    if not left:
        return _Step(state=OperationState.DONE)
    room = max(0, WATCHED - watched.live)
    return _Step(items=min(left, room), said="" if room else f"{WATCHED} jobs are on their way")


def _canary_step(run: Run, live: int, failed: int) -> _Step:
    limit, left = run.options.stop_above or 0.0, run.total - run.done
    missing = (run.options.canary or 0) - run.changed
    if left and missing > 0:
        return _Step(items=min(left, missing))
    if live:
        return _Step(said=f"{live} of {run.changed} canaries have not ended yet")
    if failed > limit * run.changed:
        return _Step(state=OperationState.STOPPED, said=_stopped(run, failed, run.changed, limit))
    return _Step(state=OperationState.RUNNING)


def _stopped(run: Run, bad: int, known: int, limit: float) -> str:
    which = "canaries" if run.state is OperationState.CANARY else "replayed jobs"
    left = run.total - run.done
    return (
        f"{bad} of {known} {which} failed, more than the {limit * 100:g} % that may: "
        f"the other {left:,} were left as they are"
    )


def _work(run: Run, desk: Desk, now: int, limit: int) -> None:
    """Do the verb to the next items, as far as rate and bound let it."""
    outcomes: list[str] = []
    gap = 0 if run.options.rate is None else seconds_to_us(1.0 / run.options.rate)
    due = max(run.next_us, now)
    run.rest_us, run.said = 0, ""
    for job_id in desk.items(run, limit):
        if due > now + RUNWAY_US:
            break
        try:
            outcome = desk.act(run, job_id, due if gap else None)
        except QueueFull as full:
            run.rest_us, run.said = now + RETRY_US, f"{full.title}: it waits for room"
            break
        due += 0 if outcome else gap
        outcomes.append(outcome or CHANGED)
    desk.note(run, outcomes)
    _count(run, outcomes)
    run.next_us = due


def _count(run: Run, outcomes: Sequence[str]) -> None:
    done = Counter(outcomes)
    run.done += len(outcomes)
    run.changed += done.pop(CHANGED, 0)
    run.skips.update(done)
