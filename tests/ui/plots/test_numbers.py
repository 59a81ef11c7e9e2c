"""Series, thinning and marks: the arithmetic under the graphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillarbox_engine.lengths import measured
from pillarbox_engine.model import HistoryPoint
from pillarbox_ui.plots.series import EMPTY, Series, quantiles, rates, stack
from pillarbox_ui.plots.thinning import peaks, spaced
from pillarbox_ui.plots.ticks import (
    duration_step,
    short_duration,
    time_label,
    time_step,
    time_ticks,
    top_of,
    value_step,
)
from pillarbox_ui.widgets.gallery_data import history

NOW = datetime(2026, 3, 4, 11, 39, 42, tzinfo=UTC)


def levels(points: Sequence[HistoryPoint], name: str) -> Series:
    """One figure of the points, as a stack of one."""
    (drawn,) = stack(points, [[float(getattr(point, name))] for point in points], 1)
    return drawn


def test_levels_keep_the_peaks_and_the_last() -> None:
    points = history(NOW, seconds=3_600)
    drawn = levels(points, "ready")
    assert len(drawn.times) <= 242
    assert drawn.high() == max(point.ready for point in points)
    assert drawn.value_at(float("inf")) == points[-1].ready


def test_what_is_stacked_is_told_at_the_same_times_where_the_sum_is_highest() -> None:
    points = history(NOW, seconds=3_600)
    figures = [[float(p.ready), float(p.dead)] for p in points]
    ready, dead = stack(points, figures, 2)
    assert list(ready.times) == list(dead.times)
    assert (ready.values + dead.values).max() == max(map(sum, figures))
    assert [len(part.times) for part in stack((), (), 2)] == [0, 0]


def test_quantiles_are_levels_as_wide_as_their_step() -> None:
    points = [
        replace(point, runs=measured([2_000_000] * 9 + [8_000_000]))
        for point in history(NOW, seconds=30)
        if point.at.second < 20 or point.at.second > 35
    ]
    median = quantiles(points, lambda point: point.runs, 0.5, 5.0)
    worst = quantiles(points, lambda point: point.runs, 0.99, 5.0)
    known = median.values[~np.isnan(median.values)]
    assert known == pytest.approx([2.0] * len(known), rel=0.1)
    assert worst.high() == pytest.approx(8.0, rel=0.1)
    assert np.isnan(median.values).sum() == 1
    assert median.times[1] - median.times[0] == 5.0
    assert len(quantiles(history(NOW, 9), lambda point: point.runs, 0.5, 5.0).times) == 0


def test_rates_add_up_to_what_happened() -> None:
    points = history(NOW, seconds=600)
    drawn = rates(points, lambda point: point.enqueued_total)
    steps = np.diff(np.concatenate(([points[0].at.timestamp()], drawn.times)))
    total = points[-1].enqueued_total - points[0].enqueued_total
    assert float((drawn.values * steps).sum()) == pytest.approx(total, rel=0.02)


def test_a_gap_in_the_history_breaks_the_line() -> None:
    points = [point for point in history(NOW, seconds=60) if not 20 < point.at.second < 40]
    assert np.isnan(levels(points, "leased").values).any()


def test_few_points_are_enough() -> None:
    assert EMPTY.value_at(0.0) is None
    assert EMPTY.high() == 0.0
    one = history(NOW, seconds=0)
    assert levels(one, "ready").value_at(0.0) == one[0].ready
    assert len(rates(one, lambda point: point.done_total).times) == 0
    assert len(rates((one[0], one[0]), lambda point: point.done_total).times) == 0


@given(st.lists(st.integers(0, 1_000), max_size=900))
def test_thinning_keeps_order_peak_and_end(values: list[int]) -> None:
    kept = peaks(values, 50)
    assert kept == sorted(set(kept))
    assert len(kept) <= 51
    assert max((values[place] for place in kept), default=0) == max(values, default=0)
    if values:
        assert kept[-1] == len(values) - 1


def test_spaced_points_are_far_enough_apart_and_end_at_the_end() -> None:
    times = [0.0, 1.0, 2.0, 3.0, 10.0, 10.5, 11.0]
    assert spaced(times, 2.0) == [1, 3, 6]
    assert spaced(times, 0.0) == list(range(7))
    assert spaced((), 2.0) == []


def test_rates_over_longer_steps_are_calmer() -> None:
    points = history(NOW, seconds=300)
    rough, calm = (rates(points, lambda p: p.done_total, step) for step in (0.0, 4.0))
    calmest = rates(points, lambda p: p.done_total, 4.0, over=3)
    assert calmest.values.std() < calm.values.std() < rough.values.std()
    assert len(calm.times) == len(calmest.times) == 75


def test_a_rate_once_told_stays_as_time_goes_on() -> None:
    points = history(NOW, seconds=300)
    before, after = (rates(some, lambda p: p.done_total, 5.0, 3) for some in (points[:-1], points))
    assert list(before.values[3:-1]) == list(after.values[3 : 3 + len(before.values[3:-1])])


@pytest.mark.parametrize(
    ("span", "room", "step"),
    [(300, 700, 60), (120, 900, 15), (600, 700, 60), (86_400, 700, 10_800)],
)
def test_time_marks_do_not_crowd(span: float, room: float, step: int) -> None:
    assert time_step(span, room) == step


def test_time_marks_are_on_the_zones_own_hours() -> None:
    half = 5.5 * 3_600
    marks = time_ticks(0, 86_400, 3_600, half)
    assert all((mark + half) % 3_600 == 0 for mark in marks)
    assert time_label(marks[0], 3_600, UTC) == "00:30"
    assert time_label(0, 5, UTC) == "00:00:00"
    assert time_label(0, 86_400, UTC) == "1 Jan"
    assert time_step(0, 700) == 1
    assert time_step(1e12, 700) == 604_800


def test_value_marks_are_round() -> None:
    assert value_step(1_900, 4) == 500
    assert value_step(3, 3) == 1
    assert value_step(0, 3) == 1
    assert 4 < top_of(0, whole=True) < 5
    assert top_of(100, whole=True) > 100


@pytest.mark.parametrize(
    ("high", "step"), [(0.05, 0.02), (40, 10), (100, 30), (400, 120), (9_000, 3_600), (9e6, 5e6)]
)
def test_long_lengths_of_time_are_marked_on_whole_minutes_and_hours(
    high: float, step: float
) -> None:
    assert duration_step(high, 4) == step


def test_lengths_of_time_where_room_is_short() -> None:
    told = [short_duration(value) for value in (0, 0.05, 1.5, 20, 300, 7_200, 259_200)]
    assert told == ["0", "50 ms", "1.5 s", "20 s", "5m", "2h", "3d"]


def test_a_late_point_is_found_at_its_time() -> None:
    points = history(NOW, seconds=100)
    at = (NOW - timedelta(seconds=40)).timestamp()
    assert levels(points, "leased").value_at(at) == points[60].leased
