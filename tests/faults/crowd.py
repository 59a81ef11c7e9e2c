"""Two processes that produce and two that work, eight threads each, on one file at full load.

Owns that round and its figures. Nothing befalls anyone in it: no error may reach a caller, and
what was told must agree with the file as after any fault.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import open_backend
from tests.faults import history
from tests.faults.actors import Plan
from tests.faults.history import Call
from tests.faults.load import QUEUES, SOON
from tests.faults.rounds import Round, Verdict
from tests.faults.told import Violation

THREADS = 8
BACKLOG = 1_000
"""Jobs a queue holds before its producers wait: they meet full queues too."""
PATIENCE = 60.0
WORKERS_STAY = 2.0
TERMINAL = ("ack", "reject", "cancellease")
WIDTHS = (7, 10, 10, 8, 8, 8, 10, 8, 8)
HEAD = ("seed", "enqueued", "done", "dead", "lost", "errors", "two ends", "jobs/s", "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A round in figures. `errors` reached a caller; `twice` are jobs that ended twice."""

    seed: int
    enqueued: int
    done: int
    dead: int
    lost: int
    errors: int
    twice: int
    seconds: float

    def line(self) -> str:
        """Its line of the table."""
        rate = round(self.done / self.seconds)
        return line(
            (self.seed, self.enqueued, self.done, self.dead, self.lost, self.errors, self.twice,
             rate, f"{self.seconds:.1f}")
        )  # fmt: skip


def line(cells: Sequence[object]) -> str:
    """Cells of the table, each in its column."""
    return "".join(str(cell).rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))


def crowd(folder: Path, seed: int, seconds: float) -> tuple[Verdict, Figures]:
    """The round: `seconds` of load, then the verdict over all of it."""
    act = Round(folder, "crowd", seed)
    _make_queues(act.path)
    began = time.monotonic()
    for process in [act.start(plan) for plan in _plans(act, seconds)]:
        act.finish(process)
    took = time.monotonic() - began
    verdict = act.verdict(patience=PATIENCE)
    twice = ended_twice(history.read(act.told))
    verdict = replace(verdict, violations=(*verdict.violations, *twice))
    return verdict, _figures(act.path, verdict, len(twice), took)


def _plans(act: Round, seconds: float) -> list[Plan]:
    """Workers stay a little longer: a producer may wait for room until they made some."""
    plan = replace(act.plan("", seconds), threads=THREADS, synced=False, nap=0.01)
    longer = seconds + WORKERS_STAY
    return [
        replace(plan, client="producer-1", seed=f"{plan.seed}p1", produces=True),
        replace(plan, client="producer-2", seed=f"{plan.seed}p2", produces=True),
        replace(plan, client="worker-1", seed=f"{plan.seed}w1", serves=True, seconds=longer),
        replace(plan, client="worker-2", seed=f"{plan.seed}w2", serves=True, seconds=longer),
    ]


def _make_queues(path: Path) -> None:
    backend = open_backend(path)
    for name in QUEUES:
        backend.ensure_queue(name, QueueSettings(backoff=SOON, max_depth=BACKLOG, keep_done=500))
    backend.close()


def _figures(path: Path, verdict: Verdict, twice: int, took: float) -> Figures:
    backend = open_backend(path)
    counts = backend.counts()
    backend.close()
    errors = sum(violation.invariant == "error" for violation in verdict.violations)
    return Figures(
        seed=verdict.seed, enqueued=counts.enqueued_total, done=counts.done_total,
        dead=counts.dead_total, lost=counts.lost_total, errors=errors, twice=twice, seconds=took,
    )  # fmt: skip


def ended_twice(calls: Sequence[Call]) -> list[Violation]:
    """Jobs that ended for good more than once, though no operator brought any back."""
    ends = Counter[str]()
    for call in calls:
        if call.op == "settle" and call.ok:
            pairs = zip(call.data["leases"], call.data["accepted"], strict=True)
            ends.update(job for (job, _, kind), yes in pairs if yes and kind in TERMINAL)
    twice = sorted(job for job, number in ends.items() if number > 1)
    return [Violation("I3", f"job {job} has {ends[job]} terminal acks") for job in twice]
