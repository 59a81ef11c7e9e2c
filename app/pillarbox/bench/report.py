"""What a run says: every goal with its figure and verdict, as one JSON object.

Owns the keys of the JSON form; the table is made from it.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from pillarbox import __version__
from pillarbox.bench.disk import file_system
from pillarbox.bench.goals import GOALS, Goal, Verdict
from pillarbox.bench.rounds import Measured
from pillarbox.bench.spreads import Spread, spread

DURABILITY = "FULL"


@dataclass(frozen=True, slots=True)
class Line:
    """One goal, what was measured for it (None: nothing), and the verdict."""

    goal: Goal
    figure: Spread | None
    verdict: Verdict


def lines(measured: Measured, *, full: bool) -> list[Line]:
    """A line a goal; the goals of the full run only where that was asked for."""
    return [_line(goal, measured) for goal in GOALS if full or not goal.full_only]


def _line(goal: Goal, measured: Measured) -> Line:
    figures = measured.figures(goal)
    figure = spread(figures) if figures else None
    return Line(goal, figure, goal.verdict(figure))


def document(measured: Measured, folder: Path, *, full: bool) -> dict[str, Any]:
    """The whole run as a JSON object."""
    return {
        "pillarbox": __version__,
        "at": datetime.now(UTC),
        "full": full,
        "machine": _machine(folder),
        "durability": f"WAL, synchronous={DURABILITY}: each commit is fsynced before it is told",
        "repetitions": len(measured.rounds),
        "figures": [_as_json(line) for line in lines(measured, full=full)],
        "series": {name: measured.series(name) for name in _names(measured)},
    }


def _machine(folder: Path) -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": apsw.sqlite_lib_version(),
        "file_system": file_system(folder),
    }


def _names(measured: Measured) -> list[str]:
    return sorted({name for values in measured.rounds for name in values})


def _as_json(line: Line) -> dict[str, Any]:
    goal, figure = line.goal, line.figure
    return {
        "key": goal.key,
        "figure": goal.title,
        "unit": goal.unit,
        "bound": "at most" if goal.ceiling else "at least",
        "least": goal.least,
        "reach": goal.reach,
        "median": None if figure is None else figure.median,
        "low": None if figure is None else figure.low,
        "high": None if figure is None else figure.high,
        "verdict": line.verdict,
        "durability": DURABILITY,
        "may_run_again": goal.rerun,
    }
