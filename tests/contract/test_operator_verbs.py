"""What an operator can do to jobs, what is left alone, and what the journal keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pillarbox_engine.errors import InvalidOption, NotFound
from pillarbox_engine.filters import Filter
from pillarbox_engine.protocols import MAX_BULK
from pillarbox_engine.states import EventKind, State
from tests.contract.workshop import QUEUE, Workshop


def test_requeue_makes_a_scheduled_job_ready_and_keeps_its_attempts(shop: Workshop) -> None:
    job_id = shop.add()
    shop.nack(shop.take(), delay=500.0)
    result = shop.backend.requeue([job_id])
    assert (result.changed, result.skipped) == (1, {})
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.run_at) == (State.READY, 1, shop.now)
    assert job.history[-1].kind is EventKind.REQUEUED
    assert shop.take().attempt == 2


def test_requeue_of_a_dead_job_resets_it(shop: Workshop) -> None:
    job_id = shop.dead()
    shop.clock.advance(100)
    assert shop.backend.requeue([job_id]).changed == 1
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.lost, job.reason) == (State.READY, 0, 0, None)
    assert (job.run_at, job.ended_at) == (shop.now, None)
    assert shop.take().attempt == 1


def test_requeue_of_a_done_job_runs_it_again(shop: Workshop) -> None:
    job_id = shop.done()
    assert shop.backend.requeue([job_id]).changed == 1
    claimed = shop.take()
    assert (claimed.lease.job_id, claimed.attempt, claimed.lease.fence) == (job_id, 1, 2)
    shop.ack(claimed, "second")
    assert shop.job(job_id).result == "second"
    assert (shop.counts().done, shop.counts().done_total, shop.counts().requeued_total) == (1, 2, 1)


def test_requeue_of_a_ready_job_changes_nothing(shop: Workshop) -> None:
    job_id = shop.add()
    before = shop.job(job_id)
    result = shop.backend.requeue([job_id])
    assert result.skipped == {}
    assert shop.job(job_id) == before
    assert shop.counts().requeued_total == 0


def test_requeue_leaves_a_leased_job_alone(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    result = shop.backend.requeue([job_id])
    assert (result.changed, result.skipped) == (0, {"leased": 1})
    assert shop.ack(claimed) is None


def test_replay_puts_dead_letters_back_whole(shop: Workshop) -> None:
    job_id = shop.dead({"n": 1}, type="mail", max_attempts=2)
    shop.clock.advance(60)
    result = shop.backend.replay([job_id])
    assert (result.changed, result.skipped) == (1, {})
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.lost, job.reason) == (State.READY, 0, 0, None)
    assert (job.payload, job.type, job.run_at) == ({"n": 1}, "mail", shop.now)
    assert [event.kind for event in job.history] == [EventKind.REJECTED, EventKind.REPLAYED]
    assert shop.take().attempt == 1


def test_replay_is_for_dead_letters_only(shop: Workshop) -> None:
    done, ready, dead = shop.done(), shop.add(), shop.dead()
    result = shop.backend.replay([done, ready, dead, "404"])
    assert result.changed == 1
    assert result.skipped == {"done": 1, "ready": 1, "missing": 1}


def test_replay_into_another_queue_moves_the_job(shop: Workshop) -> None:
    shop.configure("repair", max_attempts=9)
    job_id = shop.dead()
    assert shop.backend.replay([job_id], to="repair").changed == 1
    job = shop.job(job_id)
    assert (job.id, job.queue, job.max_attempts) == (job_id, "repair", 9)
    assert shop.take("repair").lease.job_id == job_id
    assert shop.counts().live == shop.counts().dead == 0


def test_replay_into_a_queue_that_is_not_there_is_refused(shop: Workshop) -> None:
    job_id = shop.dead()
    with pytest.raises(NotFound):
        shop.backend.replay([job_id], to="nowhere")
    assert shop.state(job_id) is State.DEAD


def test_replay_at_a_rate_spaces_the_jobs(shop: Workshop) -> None:
    ids = [shop.dead() for _ in range(4)]
    shop.backend.replay(ids, rate=2.0)
    gaps = [shop.job(job_id).run_at - shop.now for job_id in ids]
    assert gaps == [timedelta(seconds=place / 2) for place in range(4)]
    shop.clock.advance(1.0)
    assert [claimed.lease.job_id for claimed in shop.claim(9)] == ids[:3]


def test_replay_can_go_on_where_a_chunk_before_it_ended(shop: Workshop) -> None:
    ids = [shop.dead() for _ in range(2)]
    start = shop.now + timedelta(seconds=30)
    shop.backend.replay(ids, rate=1.0, start_at=start)
    assert [shop.job(job_id).run_at for job_id in ids] == [start, start + timedelta(seconds=1)]
    assert [shop.state(job_id) for job_id in ids] == [State.SCHEDULED] * 2


def test_release_takes_a_job_from_its_worker(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    result = shop.backend.release([job_id])
    assert (result.changed, result.skipped) == (1, {})
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.lost) == (State.READY, 0, 0)
    assert job.fence > claimed.lease.fence
    assert (job.history[-1].kind, job.history[-1].started_at) == (
        EventKind.RELEASED, claimed.claimed_at,
    )  # fmt: skip
    assert shop.ack(claimed) is not None


def test_cancel_ends_live_jobs(shop: Workshop) -> None:
    running = shop.add(priority=0)
    claimed = shop.take()
    ready, scheduled = shop.add(), shop.add(delay=50.0)
    result = shop.backend.cancel([running, ready, scheduled], "not needed")
    assert (result.changed, result.skipped) == (3, {})
    for job_id in (running, ready, scheduled):
        job = shop.job(job_id)
        assert (job.state, job.ended_at) == (State.CANCELLED, shop.now)
        assert (job.history[-1].kind, job.history[-1].detail) == (
            EventKind.CANCELLED, "not needed",
        )  # fmt: skip
    assert shop.job(running).fence > claimed.lease.fence
    assert shop.ack(claimed) is not None
    assert shop.counts().cancelled_total == 3


def test_purge_moves_to_the_trash_and_says_what_it_skipped(shop: Workshop) -> None:
    leased = shop.add(priority=0)
    shop.take()
    trashable = [shop.done(), shop.dead(), shop.add(), shop.add(delay=50.0)]
    states = [shop.state(job_id) for job_id in trashable]
    result = shop.backend.purge([leased, *trashable, "404"])
    assert (result.changed, result.skipped) == (4, {"leased": 1, "missing": 1})
    for job_id, state in zip(trashable, states, strict=True):
        job = shop.job(job_id)
        assert (job.state, job.trashed_from) == (State.TRASHED, state)
        assert job.history[-1].kind is EventKind.PURGED
    assert shop.state(leased) is State.LEASED
    assert shop.claim() == []


def test_restore_brings_back_the_very_state(shop: Workshop) -> None:
    dead = shop.dead()
    done = shop.done()
    scheduled = shop.add()
    shop.nack(shop.take(), delay=500.0)
    cancelled = shop.add()
    shop.backend.cancel([cancelled])
    ids = [dead, done, scheduled, cancelled, shop.add()]
    before, counts = [shop.job(job_id) for job_id in ids], shop.counts()
    shop.backend.purge(ids)
    result = shop.backend.restore(ids)
    assert (result.changed, result.skipped) == (5, {})
    assert shop.counts() == counts
    for job in before:
        after = shop.job(job.id)
        kept = ("state", "attempt", "lost", "fence", "reason", "run_at", "ended_at", "trashed_from")
        assert [getattr(after, name) for name in kept] == [getattr(job, name) for name in kept]
        assert [event.kind for event in after.history[len(job.history) :]] == [
            EventKind.PURGED, EventKind.RESTORED,
        ]  # fmt: skip


def test_a_restored_job_whose_time_came_meanwhile_is_claimable(shop: Workshop) -> None:
    job_id = shop.add(delay=5.0)
    shop.backend.purge([job_id])
    shop.pass_time(10)
    assert shop.claim() == []
    shop.backend.restore([job_id])
    assert shop.take().lease.job_id == job_id


def test_erase_is_for_the_trash_only_and_for_good(shop: Workshop) -> None:
    dead, kept = shop.dead(), shop.dead()
    shop.backend.purge([dead])
    result = shop.backend.erase([dead, kept])
    assert (result.changed, result.skipped) == (1, {"dead": 1})
    with pytest.raises(NotFound):
        shop.job(dead)
    assert shop.backend.restore([dead]).skipped == {"missing": 1}
    assert shop.state(kept) is State.DEAD


def test_an_id_given_twice_is_one_job(shop: Workshop) -> None:
    job_id = shop.dead()
    assert shop.backend.replay([job_id, job_id]).changed == 1
    assert shop.counts().replayed_total == 1


@pytest.mark.parametrize(
    "verb", ["requeue", "replay", "release", "cancel", "purge", "restore", "erase"]
)
def test_bulk_verbs_take_a_thousand_ids_and_no_more(shop: Workshop, verb: str) -> None:
    shop.configure()
    ids = [str(number) for number in range(1, MAX_BULK + 2)]
    call = getattr(shop.backend, verb)
    assert call(ids[:-1]).skipped == {"missing": MAX_BULK}
    assert call([]).changed == 0
    with pytest.raises(InvalidOption):
        call(ids)


def test_the_journal_tells_what_was_done_and_what_can_be_undone(shop: Workshop) -> None:
    dead = [shop.dead() for _ in range(3)]
    shop.add(priority=0)
    leased = shop.take().lease.job_id
    purge = shop.backend.begin_operation("purge", "dead in orders")
    assert shop.backend.purge([*dead[:2], leased], operation=purge).operation == purge
    shop.backend.purge(dead[2:], operation=purge)
    (entry,) = shop.backend.operations()
    assert (entry.id, entry.verb, entry.what, entry.at) == (
        purge, "purge", "dead in orders", shop.now,
    )  # fmt: skip
    assert (entry.changed, entry.skipped) == (3, 1)
    assert (entry.undone, entry.undoable) == (False, True)


def test_an_operation_is_undone_by_its_filter(shop: Workshop) -> None:
    dead = [shop.dead() for _ in range(3)]
    shop.backend.purge(dead[:1], operation=shop.backend.begin_operation("purge", "one"))
    second = shop.backend.begin_operation("purge", "two")
    shop.backend.purge(dead[1:], operation=second)
    ids = [row.id for row in shop.backend.jobs(Filter(operation=second)).rows]
    assert sorted(ids) == sorted(dead[1:])
    assert shop.backend.restore(ids).changed == 2
    newest, first = shop.backend.operations()
    assert (newest.id, newest.undone, newest.undoable) == (second, True, False)
    assert (first.undone, first.undoable) == (False, True)
    assert shop.backend.count(Filter(operation=second)) == 0


def test_the_journal_is_newest_first_and_limited(shop: Workshop) -> None:
    ids = [shop.backend.begin_operation("replay", str(number)) for number in range(5)]
    assert [entry.id for entry in shop.backend.operations(limit=3)] == ids[:1:-1]


def test_operators_reach_jobs_of_a_paused_queue(shop: Workshop) -> None:
    job_id = shop.dead()
    shop.backend.pause(QUEUE)
    assert shop.backend.replay([job_id]).changed == 1
    assert shop.state(job_id) is State.READY
