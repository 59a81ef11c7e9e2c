"""Depths and totals over time, and the rates of a queue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pillarbox_engine.lengths import together
from pillarbox_engine.model import HistoryPoint
from tests.contract.workshop import QUEUE, Workshop


def test_it_ends_with_how_things_are(shop: Workshop) -> None:
    shop.add_many(3)
    shop.dead()
    shop.nack(shop.take(), delay=500.0)
    point = shop.backend.history(QUEUE, shop.now)[-1]
    assert point == HistoryPoint(
        at=shop.now, ready=2, scheduled=1, retrying=1, leased=0, dead=1, enqueued_total=4,
        done_total=0, failed_total=2, dead_total=1,
    )  # fmt: skip


def test_it_holds_how_things_were_oldest_first(shop: Workshop) -> None:
    start = shop.now
    for depth in range(1, 6):
        shop.add()
        shop.pass_time(1)
        assert shop.counts().ready == depth
    points = shop.backend.history(QUEUE, start)
    assert [point.ready for point in points] == sorted(point.ready for point in points)
    assert {point.ready for point in points} >= {1, 2, 3, 4, 5}
    assert [point.at for point in points] == sorted(point.at for point in points)
    assert points[-1].at == shop.now


def test_it_is_sampled_at_most_once_a_second(shop: Workshop) -> None:
    start = shop.now
    for _ in range(40):
        shop.add()
        shop.pass_time(0.1)
    assert len(shop.backend.history(QUEUE, start)) <= 6


def test_nothing_is_sampled_while_nothing_changes(shop: Workshop) -> None:
    shop.add()
    shop.pass_time(2)
    shop.pass_time(2)
    before = len(shop.backend.history(QUEUE, shop.now - timedelta(hours=1)))
    for _ in range(20):
        shop.pass_time(2)
    assert len(shop.backend.history(QUEUE, shop.now - timedelta(hours=1))) <= before + 1


def test_it_begins_no_earlier_than_asked(shop: Workshop) -> None:
    for _ in range(10):
        shop.add()
        shop.pass_time(1)
    since = shop.now - timedelta(seconds=4)
    assert all(point.at >= since for point in shop.backend.history(QUEUE, since))


def test_it_has_about_as_many_points_as_asked(shop: Workshop) -> None:
    start = shop.now
    for _ in range(50):
        shop.add()
        shop.pass_time(1)
    assert 5 <= len(shop.backend.history(QUEUE, start, points=10)) <= 20
    assert len(shop.backend.history(QUEUE, start, points=600)) >= 40


def test_all_queues_together(shop: Workshop) -> None:
    start = shop.now
    shop.add_many(2, queue="a")
    shop.add_many(3, queue="b")
    shop.pass_time(1)
    shop.add(queue="a")
    shop.pass_time(1)
    points = shop.backend.history(None, start)
    assert points[-1].ready == 6
    assert 5 in {point.ready for point in points}
    assert max(point.enqueued_total for point in points) == 6


def test_totals_never_fall(shop: Workshop) -> None:
    start = shop.now
    for turn in range(10):
        shop.add()
        claimed = shop.take()
        if turn % 2:
            shop.ack(claimed)
        else:
            shop.reject(claimed)
        shop.pass_time(1)
    points = shop.backend.history(QUEUE, start)
    for name in ("enqueued_total", "done_total", "failed_total", "dead_total"):
        figures = [getattr(point, name) for point in points]
        assert figures == sorted(figures), name
    assert (points[-1].done_total, points[-1].dead_total) == (5, 5)


def test_rates_are_those_of_the_last_ten_seconds(shop: Workshop) -> None:
    shop.configure()
    shop.pass_time(1)
    for _ in range(20):
        shop.add()
        shop.add()
        shop.ack(shop.take())
        shop.pass_time(1)
    queue = shop.queue()
    assert queue.in_rate == pytest.approx(2.0, rel=0.25)
    assert queue.out_rate == pytest.approx(1.0, rel=0.25)
    for _ in range(3):
        shop.pass_time(10)
    assert (shop.queue().in_rate, shop.queue().out_rate) == (0.0, 0.0)


def test_the_trend_ends_with_the_depth(shop: Workshop) -> None:
    for _ in range(5):
        shop.add()
        shop.pass_time(1)
    assert shop.queue().depth_trend[-1] == 5
    assert list(shop.queue().depth_trend) == sorted(shop.queue().depth_trend)


def test_how_long_jobs_run(shop: Workshop) -> None:
    shop.configure()
    assert shop.queue().run_p95 is None
    for _ in range(20):
        shop.add()
        claimed = shop.take()
        shop.clock.advance(4)
        shop.ack(claimed)
    shop.backend.maintain()
    assert shop.queue().run_p95 == pytest.approx(4.0, rel=0.3)


def _finish(shop: Workshop, *, waited: float, ran: float) -> None:
    shop.add()
    shop.clock.advance(waited)
    claimed = shop.take()
    shop.clock.advance(ran)
    shop.ack(claimed)


def test_it_tells_how_long_jobs_waited_and_ran(shop: Workshop) -> None:
    start = shop.now
    for _ in range(3):
        _finish(shop, waited=2.0, ran=0.5)
    shop.pass_time(1)
    for _ in range(4):
        _finish(shop, waited=0.1, ran=8.0)
    shop.pass_time(1)
    points = shop.backend.history(QUEUE, start)
    assert sum(point.waits.number for point in points) == 7
    waits, runs = together(p.waits for p in points), together(p.runs for p in points)
    assert waits.quantile(0.3) == pytest.approx(0.1, rel=0.1)
    assert waits.quantile(0.95) == pytest.approx(2.0, rel=0.1)
    assert runs.quantile(0.3) == pytest.approx(0.5, rel=0.1)
    assert runs.quantile(0.95) == pytest.approx(8.0, rel=0.1)
    early = next(point for point in points if point.waits)
    assert early.runs.quantile(0.95) == pytest.approx(0.5, rel=0.1)


def test_thinning_loses_no_measured_job(shop: Workshop) -> None:
    start = shop.now
    for _ in range(30):
        _finish(shop, waited=0.2, ran=0.3)
        shop.pass_time(1)
    points = shop.backend.history(QUEUE, start, points=5)
    assert len(points) <= 12
    assert sum(point.runs.number for point in points) == 30
    assert sum(point.runs.number for point in shop.backend.history(QUEUE, start)) == 30


def test_all_queues_are_measured_together(shop: Workshop) -> None:
    start = shop.now
    for queue in ("a", "b"):
        shop.done(queue=queue)
    shop.pass_time(1)
    assert sum(point.runs.number for point in shop.backend.history(None, start)) == 2
    assert sum(point.runs.number for point in shop.backend.history("a", start)) == 1


def test_what_retention_takes_at_once_was_measured(shop: Workshop) -> None:
    start = shop.now
    shop.configure(keep_done=0)
    shop.done()
    shop.pass_time(1)
    assert shop.counts().done == 0
    assert sum(point.runs.number for point in shop.backend.history(QUEUE, start)) == 1


def test_jobs_that_failed_are_not_measured(shop: Workshop) -> None:
    start = shop.now
    shop.dead()
    shop.pass_time(1)
    assert not any(point.runs for point in shop.backend.history(QUEUE, start))
