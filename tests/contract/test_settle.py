"""How a lease ends: ack, nack, reject, release, snooze, cancel; and what is left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pillarbox_engine.clock import to_us
from pillarbox_engine.leasing import Ack, Report
from pillarbox_engine.states import DeadReason, EventKind, State
from tests.contract.workshop import FAILURE, QUEUE, Workshop


def test_ack_is_done_with_its_result(shop: Workshop) -> None:
    shop.add()
    claimed = shop.take()
    shop.clock.advance(3)
    assert shop.ack(claimed, {"processed": True}) is None
    job = shop.job(claimed.lease.job_id)
    assert (job.state, job.result, job.reason) == (State.DONE, {"processed": True}, None)
    assert (job.attempt, job.ended_at, job.lease_expires_at) == (1, shop.now, None)
    (event,) = job.history
    assert (event.kind, event.attempt, event.fence) == (EventKind.DONE, 1, 1)
    assert (event.started_at, event.at) == (claimed.claimed_at, shop.now)
    assert event.worker == job.worker


def test_an_ack_may_say_when_the_handler_began(shop: Workshop) -> None:
    shop.add()
    claimed = shop.take()
    shop.clock.advance(3)
    began = shop.now - timedelta(seconds=1)
    shop.settle(Ack(lease=claimed.lease, started_us=to_us(began)))
    job = shop.job(claimed.lease.job_id)
    assert job.started_at == began
    assert job.attempts[-1].started_at == began


def test_acking_twice_succeeds_twice_and_counts_once(shop: Workshop) -> None:
    shop.add()
    claimed = shop.take()
    assert shop.ack(claimed) is None
    assert shop.ack(claimed) is None
    assert (shop.counts().done, shop.counts().done_total) == (1, 1)
    assert len(shop.job(claimed.lease.job_id).history) == 1


def test_nack_runs_it_again_after_the_delay(shop: Workshop) -> None:
    shop.add()
    claimed = shop.take()
    shop.clock.advance(1)
    assert shop.nack(claimed, delay=8.0) is None
    job = shop.job(claimed.lease.job_id)
    assert (job.state, job.attempt, job.reason) == (State.SCHEDULED, 1, None)
    assert job.retrying
    assert job.run_at == shop.now + timedelta(seconds=8)
    assert (job.error_type, job.error_message, job.fingerprint) == (
        FAILURE.type, FAILURE.message, FAILURE.fingerprint,
    )  # fmt: skip
    (event,) = job.history
    assert (event.kind, event.attempt, event.started_at) == (
        EventKind.FAILED, 1, claimed.claimed_at,
    )  # fmt: skip
    assert (event.error, event.next_run_at) == (FAILURE, job.run_at)


def test_nack_without_delay_can_be_claimed_at_once(shop: Workshop) -> None:
    shop.add()
    shop.nack(shop.take(), delay=0.0)
    assert shop.take().attempt == 2


def test_nack_of_the_last_attempt_is_a_dead_letter(shop: Workshop) -> None:
    job_id = shop.add(max_attempts=2)
    shop.nack(shop.take(), delay=1.0)
    shop.clock.advance(1)
    shop.nack(shop.take(), delay=1.0)
    job = shop.job(job_id)
    assert (job.state, job.reason, job.attempt) == (State.DEAD, DeadReason.EXHAUSTED, 2)
    assert job.ended_at == shop.now
    assert [event.kind for event in job.history] == [EventKind.FAILED, EventKind.FAILED]
    assert [event.attempt for event in job.attempts] == [1, 2]
    assert job.history[-1].next_run_at is None
    assert (shop.counts().failed_total, shop.counts().dead_total) == (2, 1)


def test_a_time_out_is_told_as_such(shop: Workshop) -> None:
    late = replace(FAILURE, type="TimedOut", timed_out=True)
    job_id = shop.add(max_attempts=2)
    shop.nack(shop.take(), delay=1.0, failure=late)
    assert shop.job(job_id).history[-1].kind is EventKind.TIMED_OUT
    assert shop.job(job_id).reason is None
    shop.clock.advance(1)
    shop.nack(shop.take(), failure=late)
    job = shop.job(job_id)
    assert (job.state, job.reason) == (State.DEAD, DeadReason.TIMED_OUT)
    assert [event.kind for event in job.history] == [EventKind.TIMED_OUT] * 2


def test_reject_is_a_dead_letter_at_once(shop: Workshop) -> None:
    job_id = shop.add(max_attempts=5)
    assert shop.reject(shop.take()) is None
    job = shop.job(job_id)
    assert (job.state, job.reason, job.attempt) == (State.DEAD, DeadReason.REJECTED, 1)
    assert (job.history[-1].kind, job.history[-1].error) == (EventKind.REJECTED, FAILURE)


def test_release_gives_the_attempt_back(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    assert shop.release(claimed) is None
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.lost) == (State.READY, 0, 0)
    assert job.fence > claimed.lease.fence
    assert (job.history[-1].kind, job.history[-1].attempt) == (EventKind.RELEASED, 1)
    assert shop.take().attempt == 1


def test_snooze_runs_later_and_charges_nothing(shop: Workshop) -> None:
    job_id = shop.add(max_attempts=1)
    for _ in range(3):
        shop.snooze(shop.take(), delay=5.0)
        assert shop.claim() == []
        shop.clock.advance(5)
    job = shop.job(job_id)
    assert (job.state, job.attempt, job.lost) == (State.SCHEDULED, 0, 0)
    assert [event.kind for event in job.history] == [EventKind.SNOOZED] * 3
    assert not job.retrying


def test_a_handler_can_cancel_its_own_job(shop: Workshop) -> None:
    job_id = shop.add()
    assert shop.cancel_lease(shop.take(), "the user is gone") is None
    job = shop.job(job_id)
    assert (job.state, job.reason) == (State.CANCELLED, None)
    assert (job.history[-1].kind, job.history[-1].detail) == (
        EventKind.CANCELLED, "the user is gone",
    )  # fmt: skip
    assert job.history[-1].started_at is not None


@pytest.mark.parametrize("ending", ["ack", "nack", "reject", "release", "snooze", "lose"])
def test_no_ending_leaves_a_lease_behind(shop: Workshop, ending: str) -> None:
    job_id = shop.add()
    getattr(shop, ending)(shop.take())
    assert shop.job(job_id).lease_expires_at is None
    assert shop.counts().leased == 0


def test_settlements_of_one_call_succeed_or_fail_on_their_own(shop: Workshop) -> None:
    shop.add_many(3)
    first, second, third = shop.claim(3)
    shop.release(second)
    notes = shop.backend.settle([Ack(lease=c.lease) for c in (first, second, third)])
    assert [note is None for note in notes] == [True, False, True]
    assert notes[1] is not None
    assert notes[1].job_id == second.lease.job_id
    assert (shop.counts().done, shop.counts().ready) == (2, 1)


def test_progress_and_log_lines_are_kept_while_it_runs(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    lines = ((shop.now, "resized"), (shop.now, "stored <b>it</b>"))
    first = Report(lease=claimed.lease, progress=33.0, lines=lines)
    assert shop.backend.report([first, Report(lease=claimed.lease)]) == [True, True]
    job = shop.job(job_id)
    assert job.progress == 33.0
    assert [(line.attempt, line.text) for line in job.log] == [
        (1, "resized"), (1, "stored <b>it</b>"),
    ]  # fmt: skip


def test_a_new_attempt_starts_without_progress_but_keeps_the_log(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    shop.backend.report([Report(lease=claimed.lease, progress=50.0, lines=((shop.now, "a"),))])
    shop.nack(claimed, delay=1.0)
    shop.clock.advance(1)
    shop.take()
    job = shop.job(job_id)
    assert job.progress is None
    assert [line.text for line in job.log] == ["a"]


def test_the_history_is_whole_after_many_lives(shop: Workshop) -> None:
    job_id = shop.add()
    shop.nack(shop.take(), delay=1.0)
    shop.clock.advance(1)
    shop.release(shop.take())
    shop.clock.advance(1)
    shop.ack(shop.take())
    shop.clock.advance(1)
    shop.backend.requeue([job_id])
    shop.clock.advance(1)
    shop.ack(shop.take())
    kinds = [event.kind for event in shop.job(job_id).history]
    assert kinds == [
        EventKind.FAILED, EventKind.RELEASED, EventKind.DONE, EventKind.REQUEUED, EventKind.DONE,
    ]  # fmt: skip
    histories = shop.backend.histories([job_id, "404"])
    assert histories == {job_id: shop.job(job_id).history, "404": ()}
    assert shop.counts(QUEUE).done_total == 2
