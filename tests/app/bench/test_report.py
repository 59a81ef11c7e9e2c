"""Goals, verdicts, and both forms of the report."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from pillarbox.bench import report, table
from pillarbox.bench.goals import GOALS, Goal, Verdict
from pillarbox.bench.room import Room
from pillarbox.bench.rounds import Measured, Probe, run
from pillarbox.bench.spreads import Spread, percentile, spread
from pillarbox.bench.turns import in_turns

FAST = Goal(key="fast", title="fast", series="ours", per="raw", least=0.5, reach=1.0)
SOON = Goal(key="soon", title="soon", series="wait", unit="ms", least=5, ceiling=True)


@pytest.mark.parametrize(
    ("goal", "figure", "verdict"),
    [
        (FAST, 1.0, Verdict.REACHED),
        (FAST, 0.5, Verdict.ENOUGH),
        (FAST, 0.49, Verdict.SHORT),
        (FAST, None, Verdict.UNMEASURED),
        (SOON, 5.0, Verdict.REACHED),
        (SOON, 5.1, Verdict.SHORT),
    ],
)
def test_a_verdict(goal: Goal, figure: float | None, verdict: Verdict) -> None:
    shown = None if figure is None else Spread(figure, figure - 1, figure + 1)

    assert goal.verdict(shown) is verdict


def test_a_promise_is_judged_by_the_worst_repetition() -> None:
    promise = replace(SOON, promise=True)

    assert SOON.verdict(Spread(4, 3, 6)) is Verdict.REACHED
    assert promise.verdict(Spread(4, 3, 6)) is Verdict.SHORT
    assert promise.verdict(Spread(4, 3, 5)) is Verdict.REACHED


def test_a_ratio_is_taken_within_each_round() -> None:
    measured = Measured((
        {"ours": 10, "raw": 10}, {"ours": 30, "raw": 60}, {"ours": 2}, {"wait": 7},
    ))  # fmt: skip

    assert measured.figures(FAST) == [1.0, 0.5]
    assert measured.figures(SOON) == [7]


def test_the_spread_and_percentiles() -> None:
    assert spread([3, 1, 2]) == Spread(2, 1, 3)
    assert [percentile(range(1, 101), p) for p in (50, 99, 100)] == [50, 99, 100]
    assert percentile([4.0], 99) == 4.0


def test_sides_take_turns_and_neither_always_goes_first() -> None:
    order: list[str] = []

    def side(name: str, seconds: float) -> tuple[int, float]:
        order.append(name)
        return 10, seconds

    rates = in_turns(2, lambda: side("raw", 1.0), lambda: side("ours", 2.0))

    assert order == ["raw", "ours", "ours", "raw"]
    assert rates == [10, 5]


def test_a_series_measured_twice_in_a_round_counts_with_its_mean(
    room: Room, told: list[str]
) -> None:
    figures = iter([1.0, 3.0, 5.0, 7.0, 9.0])
    often = Probe("often", lambda _room: {"wait": next(figures)})
    once = Probe("once", lambda _room: {"size": next(figures)}, once=True)

    measured = run([often, often, once], room)

    assert measured.rounds == ({"wait": 2.0, "size": 5.0}, {"wait": 8.0})
    assert told[-1] == "round 2 of 2: often"


EVERYTHING = {name: 2.0 for goal in GOALS for name in (goal.series, goal.per) if name}


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("rounds", [({"fsync-p50": 1.0},), (EVERYTHING, EVERYTHING)])
def test_the_json_form_has_a_line_for_each_goal(
    rounds: tuple[dict[str, float], ...], full: bool, tmp_path: Path
) -> None:
    document = report.document(Measured(rounds), tmp_path, full=full)
    plain = json.loads(msgspec.json.encode(document))

    wanted = [goal.key for goal in GOALS if full or not goal.full_only]
    assert [line["key"] for line in plain["figures"]] == wanted
    assert {line["durability"] for line in plain["figures"]} == {"FULL"}
    assert all(line["may_run_again"] for line in plain["figures"])
    assert {line["verdict"] for line in plain["figures"]} <= set(Verdict)
    assert plain["machine"]["file_system"]


def test_the_table_has_a_row_for_each_goal_with_its_verdict() -> None:
    lines = report.lines(Measured((EVERYTHING,)), full=True)
    stream = io.StringIO()
    Console(file=stream, width=250).print(table.goals_table(lines))

    rows = stream.getvalue().splitlines()[1:]
    assert len(rows) == len(GOALS)
    for goal, row in zip(GOALS, rows, strict=True):
        assert row.startswith(goal.title)
        assert any(verdict in row for verdict in Verdict)
        assert "FULL" in row


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.2169, "0.217"), (1.163, "1.16"), (79.44, "79.4"), (304.4, "304"), (45_663.0, "45,663")],
)
def test_figures_have_three_digits_that_matter(value: float, written: str) -> None:
    assert table.number(value) == written
