"""The geometry of the retry timeline: no Qt, only numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pillarbox_engine.model import Event, JobSummary
from pillarbox_engine.states import EventKind, State
from pillarbox_ui.plots.lane_words import bar_words, coming_words, lane_words
from pillarbox_ui.plots.lanes import Bar, Wait, bins, lane, lane_at, summary
from pillarbox_ui.widgets.zone import Zone
from tests.ui.kit import NOW
from tests.ui.kit import summary as job

AT = NOW.timestamp()


def attempt(start: float, length: float, kind: EventKind = EventKind.FAILED, n: int = 1) -> Event:
    """An attempt that began `start` seconds from now."""
    began = NOW + timedelta(seconds=start)
    ended = began + timedelta(seconds=length)
    return Event(at=ended, kind=kind, attempt=n, started_at=began)


def retrying(due: float, enqueued: float = -300) -> JobSummary:
    """A job whose next attempt is `due` seconds from now, enqueued `enqueued` seconds from now."""
    at, since = NOW + timedelta(seconds=due), NOW + timedelta(seconds=enqueued)
    return job(state=State.SCHEDULED, attempt=2, run_at=at, enqueued_at=since)


def test_a_retrying_job_is_bars_waits_and_a_ghost() -> None:
    drawn = lane(
        retrying(20, enqueued=-60),
        (attempt(-50, 4), attempt(-30, 2, EventKind.TIMED_OUT, 2)),
        NOW,
    )
    assert drawn.bars == (
        Bar(AT - 50, AT - 46, "failed", 1),
        Bar(AT - 30, AT - 28, "timed_out", 2),
    )
    assert drawn.waits == (
        Wait(AT - 60, AT - 50),
        Wait(AT - 46, AT - 30),
        Wait(AT - 28, AT),
        Wait(AT, AT + 20, ahead=True),
    )
    assert drawn.ghost == Bar(AT + 20, AT + 23, "next", 3)
    assert drawn.span() == (AT - 60, AT + 23)


def test_an_overdue_attempt_is_a_ghost_at_now() -> None:
    drawn = lane(retrying(-5), (attempt(-50, 4),), NOW)
    assert drawn.ghost is not None
    assert drawn.ghost.start == AT
    assert not any(wait.ahead for wait in drawn.waits)


def test_a_running_attempt_grows_up_to_now() -> None:
    leased = job(state=State.LEASED, attempt=2, started_at=NOW - timedelta(seconds=6))
    drawn = lane(leased, (attempt(-50, 4),), NOW)
    assert drawn.bars[-1] == Bar(AT - 6, AT, "running", 2)
    assert drawn.ghost is None


def test_a_lost_lease_is_marked() -> None:
    drawn = lane(retrying(3), (attempt(-50, 4, EventKind.LOST),), NOW)
    assert drawn.bars[0].lost


@pytest.mark.parametrize("state", [State.DEAD, State.DONE, State.CANCELLED, State.TRASHED])
def test_what_is_over_has_no_ghost(state: State) -> None:
    assert lane(job(state=state), (attempt(-50, 4),), NOW).ghost is None


def test_what_an_operator_did_is_no_attempt() -> None:
    events = (Event(at=NOW, kind=EventKind.REPLAYED, attempt=0), attempt(-9, 1))
    assert len(lane(retrying(3), events, NOW).bars) == 1


def test_a_job_that_never_ran_is_a_wait_and_a_ghost() -> None:
    drawn = lane(job(state=State.READY, run_at=NOW), (), NOW)
    assert drawn.bars == ()
    assert drawn.ghost is not None
    assert drawn.waits == (Wait(AT - 300, AT),)


def test_bins_have_a_round_width_and_count_all_in_view() -> None:
    due = [NOW + timedelta(seconds=seconds) for seconds in (0, 1.9, 2.1, 70, 70.5, 999)]
    steps = bins(due, AT, AT + 120, most=60)
    assert steps.width == 2.0
    assert sum(steps.counts) == 5
    assert steps.peak == 2
    assert steps.start <= AT


def test_bins_of_nothing() -> None:
    assert bins((), AT, AT).peak == 0
    assert bins((), AT, AT + 7 * 86_400).width <= 86_400


def test_a_height_is_a_lane() -> None:
    assert lane_at(0.0, 3) == 0
    assert lane_at(2.99, 3) == 2
    assert lane_at(3.0, 3) is None
    assert lane_at(-0.1, 3) is None


def test_the_sentence_says_what_is_to_come() -> None:
    due = [NOW + timedelta(seconds=seconds) for seconds in (12, 12.5, 80)]
    steps = bins(due, AT, AT + 120)
    text = lane_words(*summary(due, NOW), steps)
    assert text == "3 retries to come, the next in 12s, at most 2 within 1s"
    assert coming_words(*summary(due, NOW)) == "3 to come, next in 12s"
    assert lane_words(*summary((), NOW), steps) == "No retry is due"
    assert coming_words(*summary((), NOW)) == "No retry is due"


def test_one_retry_to_come_is_one_retry() -> None:
    due = [datetime(2026, 1, 2, 12, 4, 40, tzinfo=UTC)]
    assert lane_words(*summary(due, NOW), bins(due, AT, AT + 60)).startswith("1 retry to come")


def test_a_bar_in_words(qtbot: object) -> None:
    drawn = lane(retrying(20), (attempt(-50, 4),), NOW)
    zone = Zone(utc=True)
    told = bar_words(drawn, AT - 48, 0.5, zone)
    assert "Attempt 1: failed after 4.0 s" in told
    assert "UTC" in told
    assert "Attempt 3 is due" in bar_words(drawn, AT + 21, 0.5, zone)
    assert bar_words(drawn, AT - 1_000, 0.5, zone) == drawn.name
