"""Roll-ups in the file: whole after a restart, at every resolution, from a bounded look at jobs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.lengths import together
from pillarbox_engine.sqlite import SqliteBackend, samples
from tests.contract.workshop import QUEUE, Workshop


@pytest.fixture
def shop(backend: SqliteBackend, clock: ManualClock) -> Workshop:
    """A queue file and its clock."""
    return Workshop(backend, clock)


def _finish(shop: Workshop, seconds: float) -> None:
    shop.add()
    claimed = shop.take()
    shop.clock.advance(seconds)
    shop.ack(claimed)
    shop.pass_time(1)


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(days=1), timedelta(days=7)])
def test_they_are_whole_after_a_restart_at_every_resolution(
    shop: Workshop, reopen: Callable[..., SqliteBackend], back: timedelta
) -> None:
    for _ in range(20):
        _finish(shop, 2.0)
    shop.backend.close()
    points = reopen().history(QUEUE, shop.now - back)
    runs = together(point.runs for point in points)
    assert runs.number == 20
    assert runs.quantile(0.95) == pytest.approx(2.0, rel=0.1)
    assert points[-1].done_total == 20


def test_a_busy_second_costs_a_bounded_look(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "MEASURED_MOST", 5)
    for _ in range(12):
        shop.done()
    shop.pass_time(1)
    points = shop.backend.history(QUEUE, shop.now - timedelta(minutes=1))
    assert sum(point.runs.number for point in points) == 5


def test_a_clock_put_back_stops_no_measuring(shop: Workshop) -> None:
    _finish(shop, 1.0)
    start = shop.now - timedelta(hours=2)
    shop.clock.step(-3_600.0)
    for _ in range(3):
        _finish(shop, 1.0)
    points = shop.backend.history(QUEUE, start)
    measured = [point.runs.number for point in points if point.at <= shop.now]
    assert sum(measured) == 3
