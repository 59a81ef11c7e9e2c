"""Counts agree with the jobs that are there, totals only grow, and the ledger balances."""

from __future__ import annotations

from dataclasses import asdict

from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Counts
from pillarbox_engine.states import OnFull, State
from tests.contract.workshop import LEASE, QUEUE, Workshop


def balanced(counts: Counts) -> bool:
    ledger = counts.ledger()
    return ledger.pop("enqueued") == sum(ledger.values())


def one_of_each(shop: Workshop) -> None:
    """A queue with a job in every state there can be."""
    shop.done()
    shop.dead()
    shop.backend.cancel([shop.add()])
    shop.backend.purge([shop.dead(), shop.done(), shop.add()])
    shop.add(priority=0)
    shop.nack(shop.take(), delay=500.0)
    shop.add(priority=0)
    shop.take()
    shop.add(delay=500.0)
    shop.add()


def test_counts_agree_with_the_jobs(shop: Workshop) -> None:
    one_of_each(shop)
    counts = shop.counts()
    for state in State:
        found = shop.backend.count(Filter(states=frozenset({state})))
        assert getattr(counts, state) == found, state
        assert found == {State.WAITING: 0, State.SCHEDULED: 2, State.TRASHED: 3}.get(state, 1)
    assert counts.retrying == shop.backend.count(Filter(retrying=True)) == 1
    assert (counts.trashed_done, counts.trashed_dead) == (1, 1)
    assert balanced(counts)


def test_the_ledger_says_where_everything_is(shop: Workshop) -> None:
    one_of_each(shop)
    assert shop.counts().ledger() == {
        "enqueued": 10, "done": 2, "dead": 2, "cancelled": 2, "waiting": 4,
    }  # fmt: skip


def test_every_total(shop: Workshop) -> None:
    first, second, third = shop.add_many(3)
    shop.nack(shop.take(), delay=500.0)
    shop.reject(shop.take())
    shop.release(shop.take())
    shop.lose(shop.take())
    shop.ack(shop.take())
    shop.backend.requeue([first])
    shop.backend.replay([second])
    shop.backend.cancel([third, first])
    counts = shop.counts()
    assert (counts.enqueued_total, counts.claimed_total) == (3, 5)
    assert (counts.done_total, counts.failed_total, counts.dead_total) == (1, 2, 1)
    assert (counts.released_total, counts.lost_total) == (1, 1)
    assert (counts.requeued_total, counts.replayed_total, counts.cancelled_total) == (1, 1, 1)


def test_the_trash_is_counted_as_what_the_jobs_were(shop: Workshop) -> None:
    ids = [shop.done(), shop.dead(), shop.add()]
    before = shop.counts().ledger()
    assert (before["done"], before["dead"], before["waiting"]) == (1, 1, 1)
    shop.backend.purge(ids)
    trashed = shop.counts().ledger()
    assert trashed == {**before, "waiting": 0, "cancelled": 1}
    shop.backend.erase(ids)
    assert shop.counts().ledger() == trashed
    counts = shop.counts()
    assert (counts.removed_done, counts.removed_dead, counts.removed_other) == (1, 1, 1)
    assert (counts.trashed, counts.trashed_done, counts.trashed_dead) == (0, 0, 0)


def test_bytes_are_those_of_live_jobs(shop: Workshop) -> None:
    job_id = shop.add("1234567")
    assert shop.counts().bytes == 9
    claimed = shop.take()
    assert shop.counts().bytes == 9
    shop.nack(claimed)
    assert shop.counts().bytes == 9
    shop.backend.purge([job_id])
    assert shop.counts().bytes == 0
    shop.backend.restore([job_id])
    assert shop.counts().bytes == 9
    shop.backend.cancel([job_id])
    assert shop.counts().bytes == 0


def test_queues_are_counted_apart_and_together(shop: Workshop) -> None:
    shop.add_many(2, queue="a")
    shop.add(queue="b")
    shop.dead(queue="b")
    assert (shop.counts("a").ready, shop.counts("b").ready) == (2, 1)
    total = shop.backend.counts()
    assert (total.ready, total.dead, total.enqueued_total) == (3, 1, 4)
    sums = {name: asdict(shop.counts("a"))[name] + asdict(shop.counts("b"))[name]
            for name in asdict(total)}  # fmt: skip
    assert asdict(total) == sums


def test_a_job_replayed_elsewhere_leaves_both_ledgers_whole(shop: Workshop) -> None:
    shop.configure("repair")
    shop.backend.replay([shop.dead()], to="repair")
    assert (shop.counts().ledger()["enqueued"], shop.counts("repair").ledger()["enqueued"]) == (
        0,
        1,
    )
    for queue in (QUEUE, "repair", None):
        assert balanced(shop.backend.counts(queue))


def test_it_balances_through_a_long_story(shop: Workshop) -> None:
    shop.configure(max_depth=8, on_full=OnFull.DROP_OLDEST, max_attempts=2, max_lost=2)
    for turn in range(40):
        shop.add(turn, delay=float(turn % 3))
        for place, claimed in enumerate(shop.claim(2)):
            endings = (shop.ack, shop.nack, shop.reject, shop.snooze, shop.release, shop.lose)
            if (turn + place) % 7:
                endings[(turn + place) % 6](claimed)
        if turn % 5 == 0:
            shop.backend.purge(shop.ids(states=frozenset({State.DEAD}))[:2])
        shop.pass_time(LEASE / 4)
        assert balanced(shop.counts())
    assert shop.counts().enqueued_total == 40
    assert shop.counts().live <= 8
    assert min(asdict(shop.counts()).values()) >= 0


def test_the_summary_of_a_queue(shop: Workshop) -> None:
    shop.configure(max_attempts=7)
    shop.add()
    shop.clock.advance(30)
    shop.add()
    shop.add(delay=90.0)
    queue = shop.queue()
    assert (queue.name, queue.settings.max_attempts) == (QUEUE, 7)
    assert queue.counts == shop.counts()
    assert queue.oldest_ready_at is not None
    assert (shop.now - queue.oldest_ready_at).total_seconds() == 30
    assert queue.next_due_at is not None
    assert (queue.next_due_at - shop.now).total_seconds() == 90
    assert (queue.paused, queue.draining, queue.served) == (False, False, False)


def test_queues_come_by_name(shop: Workshop) -> None:
    for name in ("pears", "apples", "figs"):
        shop.configure(name)
    assert [queue.name for queue in shop.backend.queues()] == ["apples", "figs", "pears"]


def test_an_empty_queue_has_no_times(shop: Workshop) -> None:
    shop.configure()
    queue = shop.queue()
    assert (queue.oldest_ready_at, queue.next_due_at, queue.counts) == (None, None, Counts())


def test_a_served_queue_says_so(shop: Workshop) -> None:
    shop.configure()
    shop.configure("other")
    shop.backend.serve([QUEUE], 4)
    assert shop.queue().served
    assert not shop.queue("other").served
    (own,) = [process for process in shop.backend.processes() if process.own]
    assert (own.serving, own.threads, own.alive) == ((QUEUE,), 4, True)
    shop.backend.serve([], 0)
    assert not shop.queue().served


def test_a_process_tells_how_many_leases_it_holds(shop: Workshop) -> None:
    shop.add_many(3)
    shop.claim(2)
    (own,) = [process for process in shop.backend.processes() if process.own]
    assert own.leased == 2
