"""What is measured and what it should come to.

Owns the table of goals. A goal names the series it is read from, and the series it is divided by
where it is a ratio; series are measured by the probes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pillarbox.bench.spreads import Spread

SETTLING = "≤ workers + last 20 ms + commit in flight"
NOTHING = "nothing: stored when it returned"
NONE = "–"


class Verdict(StrEnum):
    """How a figure stands to its goal."""

    REACHED = "reached"
    ENOUGH = "at least"
    SHORT = "short"
    UNMEASURED = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One line of the table.

    `series` is what is measured, `per` what it is divided by. `least` must be met and `reach` is
    hoped for; with `ceiling` they are upper bounds. A `promise` is judged by the worst repetition,
    the others by their median. `rerun` says which jobs may run again after a
    crash in the way this is measured. `unit` follows the figure.
    """

    key: str
    title: str
    series: str
    per: str | None = None
    unit: str = "×"
    least: float
    reach: float | None = None
    ceiling: bool = False
    promise: bool = False
    rerun: str = NONE
    full_only: bool = False

    def verdict(self, figure: Spread | None) -> Verdict:
        """How `figure` stands to this goal; None was not measured."""
        if figure is None:
            return Verdict.UNMEASURED
        value = self._judged(figure)
        if not self._meets(value, self.least):
            return Verdict.SHORT
        hoped = self.least if self.reach is None else self.reach
        return Verdict.REACHED if self._meets(value, hoped) else Verdict.ENOUGH

    def _judged(self, figure: Spread) -> float:
        if not self.promise:
            return figure.median
        return figure.high if self.ceiling else figure.low

    def _meets(self, figure: float, bound: float) -> bool:
        return figure <= bound if self.ceiling else figure >= bound


def _drain(workers: int) -> Goal:
    crew = "1 worker" if workers == 1 else f"{workers} workers"
    return Goal(
        key=f"drain-{workers}", title=f"drain no-op jobs, {crew} / raw life cycle",
        series=f"drain-{workers}", per=f"raw-cycle-{workers}",
        least=0.35, reach=0.75, rerun=SETTLING,
    )  # fmt: skip


GOALS: tuple[Goal, ...] = (
    Goal(
        key="enqueue-1", title="enqueue, 1 producer / raw one-insert", series="enqueue-1",
        per="raw-insert-1", least=0.85, reach=0.95, rerun=NOTHING,
    ),
    Goal(
        key="enqueue-8", title="enqueue, 8 producer threads / raw one-insert", series="enqueue-8",
        per="raw-insert-8", least=2.3, reach=3.5, rerun=NOTHING,
    ),
    Goal(
        key="enqueue-many", title="enqueue_many of 1,000 / raw executemany of 1,000",
        series="enqueue-many", per="raw-many", least=0.5, reach=1.0, rerun=NOTHING,
    ),
    _drain(1),
    _drain(4),
    _drain(10),
    Goal(
        key="huey", title="drain, 4 workers / huey (if installed; fsync)", series="drain-4",
        per="huey", least=10, reach=30, rerun=f"{SETTLING}; huey loses what it ran",
    ),
    Goal(
        key="both", title="8 producers, 4 workers at once / raw one-insert", series="both",
        per="raw-insert-both", least=2.0, reach=3.0, rerun=SETTLING,
    ),
    Goal(
        key="wake-own-p50", title="wake, same process, p50", series="wake-own-p50", unit="ms",
        least=0.1, ceiling=True, rerun=SETTLING,
    ),
    Goal(
        key="wake-own-p99", title="wake, same process, p99", series="wake-own-p99", unit="ms",
        least=0.3, ceiling=True, rerun=SETTLING,
    ),
    Goal(
        key="wake-other-p50", title="wake, another process, p50", series="wake-other-p50",
        unit="ms", least=0.25, ceiling=True, rerun=SETTLING,
    ),
    Goal(
        key="wake-other-p99", title="wake, another process, p99", series="wake-other-p99",
        unit="ms", least=0.5, ceiling=True, rerun=SETTLING,
    ),
    Goal(
        key="idle-cpu", title="idle CPU of a waiting worker's process", series="idle-cpu",
        unit="%", least=0.1, ceiling=True,
    ),
    Goal(
        key="backlog", title="drain at a 1 M backlog / at 100 k", series="drain-at-1m",
        per="drain-at-100k", least=0.9, reach=1.0, rerun=SETTLING, full_only=True,
    ),
    Goal(
        key="beside", title="drain at 1 M, 1 M done and 1 M scheduled beside / at 100 k",
        series="drain-at-1m-beside", per="drain-at-100k", least=0.9, reach=1.0, rerun=SETTLING,
        full_only=True,
    ),
    Goal(
        key="busy-rate", title="enqueue while a handler burns CPU", series="busy-rate",
        unit="/s", least=1_000, rerun=NOTHING,
    ),
    Goal(
        key="busy-p99", title="… its p99", series="busy-p99", unit="ms", least=5, ceiling=True,
        rerun=NOTHING,
    ),
    Goal(
        key="busy-kept", title="… the handler's rate / alone", series="busy-handler",
        per="alone-handler", least=0.5, rerun=SETTLING,
    ),
    Goal(
        key="memory", title="engine's memory (PSS), 100 k backlog", series="memory", unit="MB",
        least=60, ceiling=True,
    ),
    Goal(
        key="growth", title="file growth a job beyond its payload", series="growth", unit="B",
        least=200, reach=100, ceiling=True,
    ),
    Goal(
        key="rerun", title="jobs run again after kill -9 / what may", series="rerun",
        per="rerun-allowed", least=1.0, ceiling=True, promise=True, rerun=SETTLING,
    ),
    Goal(
        key="window-lag", title="window: timer lag p99 while the engine drains",
        series="window-lag", unit="ms", least=16, reach=8, ceiling=True, rerun=SETTLING,
        full_only=True,
    ),
    Goal(
        key="window-used-lag", title="window: lag p99, 1 M jobs, all of it used meanwhile",
        series="window-used-lag", unit="ms", least=16, reach=8, ceiling=True, rerun=SETTLING,
        full_only=True,
    ),
    Goal(
        key="window-used-max", title="… its worst", series="window-used-max", unit="ms", least=100,
        ceiling=True, full_only=True,
    ),
    Goal(
        key="window-start", title="window: start to first paint, empty file",
        series="window-start", unit="s", least=1.0, reach=0.6, ceiling=True, full_only=True,
    ),
    Goal(
        key="window-start-1m", title="window: start to first paint, 1 M jobs",
        series="window-start-1m", unit="s", least=1.2, reach=0.6, ceiling=True, full_only=True,
    ),
    Goal(
        key="window-cpu", title="window: idle CPU", series="window-cpu", unit="%", least=1,
        ceiling=True, full_only=True,
    ),
    Goal(
        key="window-memory", title="window: memory (PSS)", series="window-memory", unit="MB",
        least=200, ceiling=True, full_only=True,
    ),
)  # fmt: skip
