"""The table a person reads: figure, goal, what was measured, verdict.

Owns the columns and how figures are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from pillarbox.bench.goals import NONE, Goal
from pillarbox.bench.report import DURABILITY, Line
from pillarbox.bench.rounds import Measured
from pillarbox.bench.spreads import Spread, spread

RATES = (
    ("raw-insert-1", "raw one-insert"), ("raw-many", "raw executemany"),
    ("raw-cycle-4", "raw life cycle"), ("enqueue-1", "enqueue, 1 producer"),
    ("enqueue-8", "enqueue, 8 producers"), ("enqueue-many", "enqueue_many"),
    ("drain-1", "drain, 1 worker"), ("drain-4", "drain, 4 workers"),
    ("drain-10", "drain, 10 workers"), ("both", "8 producers, 4 workers"),
    ("huey", "huey drained"), ("drain-at-100k", "drain at 100 k"),
    ("drain-at-1m", "drain at 1 M"), ("drain-at-1m-beside", "… 1 M done, 1 M scheduled"),
)  # fmt: skip


def goals_table(lines: Iterable[Line]) -> Table:
    """A row a goal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("figure", no_wrap=True)
    for name in ("at least", "reach for", "measured", "spread"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("durability", no_wrap=True)
    table.add_column("may run again after a crash")
    for line in lines:
        table.add_row(*_cells(line))
    return table


def _cells(line: Line) -> list[str]:
    goal, figure = line.goal, line.figure
    reach = NONE if goal.reach is None else bound(goal, goal.reach)
    shown = NONE if figure is None else f"{number(figure.median)} {goal.unit}"
    return [
        goal.title, bound(goal, goal.least), reach, shown, between(figure), str(line.verdict),
        DURABILITY, goal.rerun,
    ]  # fmt: skip


def rates_table(measured: Measured) -> Table:
    """The rates that the ratios were made of, in jobs a second."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("jobs a second", no_wrap=True)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("spread", justify="right", no_wrap=True)
    for name, title in RATES:
        if series := measured.series(name):
            found = spread(series)
            table.add_row(title, number(found.median), between(found))
    return table


def bound(goal: Goal, value: float) -> str:
    """A goal as it is written: an upper bound says so."""
    return f"{'≤ ' if goal.ceiling else ''}{value:,g} {goal.unit}"


def between(figure: Spread | None) -> str:
    """From the lowest to the highest repetition."""
    return NONE if figure is None else f"{number(figure.low)} – {number(figure.high)}"


def number(value: float) -> str:
    """A figure with about three digits that matter."""
    if value >= 1_000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def headline(document: dict[str, object], fsync: Sequence[float]) -> str:
    """One line about the machine, with the fsync figure."""
    machine = document["machine"]
    assert isinstance(machine, dict)
    disk = f"fsync p50 {number(spread(fsync).median)} ms on {machine['file_system']}"
    return (
        f"{disk} · {machine['cpus']} CPUs · Python {machine['python']} · "
        f"SQLite {machine['sqlite']} · {document['durability']}"
    )
