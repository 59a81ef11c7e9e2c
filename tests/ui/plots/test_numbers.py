"""Series, thinning and marks: the arithmetic under the graphs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillarbox_ui.plots.series import EMPTY, levels, rates
from pillarbox_ui.plots.thinning import peaks, spaced
from pillarbox_ui.plots.ticks import time_label, time_step, time_ticks, top_of, value_step
from pillarbox_ui.widgets.gallery_data import history

NOW = datetime(2026, 3, 4, 11, 39, 42, tzinfo=UTC)


def test_levels_keep_the_peaks_and_the_last() -> None:
    points = history(NOW, seconds=3_600)
    drawn = levels(points, lambda point: float(point.ready))
    assert len(drawn.times) <= 242
    assert drawn.high() == max(point.ready for point in points)
    assert drawn.value_at(float("inf")) == points[-1].ready


def test_rates_add_up_to_what_happened() -> None:
    points = history(NOW, seconds=600)
    drawn = rates(points, lambda point: point.enqueued_total)
    steps = np.diff(np.concatenate(([points[0].at.timestamp()], drawn.times)))
    total = points[-1].enqueued_total - points[0].enqueued_total
    assert float((drawn.values * steps).sum()) == pytest.approx(total, rel=0.02)


def test_a_gap_in_the_history_breaks_the_line() -> None:
    points = [point for point in history(NOW, seconds=60) if not 20 < point.at.second < 40]
    assert np.isnan(levels(points, lambda point: 1.0).values).any()


def test_few_points_are_enough() -> None:
    assert EMPTY.value_at(0.0) is None
    assert EMPTY.high() == 0.0
    one = history(NOW, seconds=0)
    assert levels(one, lambda point: 3.0).value_at(0.0) == 3.0
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


def test_a_late_point_is_found_at_its_time() -> None:
    points = history(NOW, seconds=100)
    at = (NOW - timedelta(seconds=40)).timestamp()
    assert levels(points, lambda point: float(point.leased)).value_at(at) == points[60].leased
