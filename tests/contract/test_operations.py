"""Bulk verbs as operations: frozen at once, done in chunks, paced, watched, cancelled, undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pillarbox_engine.errors import (
    Conflict,
    InvalidName,
    InvalidOption,
    InvalidPayload,
    NotFound,
    PayloadTooLarge,
)
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.model import Operation
from pillarbox_engine.operating import CHUNK, WATCHED
from pillarbox_engine.operation import OperationOptions, OperationState
from pillarbox_engine.protocols import Change
from pillarbox_engine.states import EventKind, State, Verb
from pillarbox_engine.undoing import KEPT_US
from tests.contract.families import member
from tests.contract.workshop import QUEUE, Workshop

ALL = Filter(queues=(QUEUE,))


def start(
    shop: Workshop, verb: Verb = Verb.REPLAY, where: Filter = ALL, **options: Any
) -> Operation:
    plan = OperationPlan(verb=verb, where=where, options=OperationOptions(**options))
    return shop.backend.start_operation(plan)


def drive(shop: Workshop, operation: Operation) -> Operation:
    """Advance it until it ends or waits."""
    while not operation.ended and operation.next_at is None:
        operation = shop.backend.advance_operation(operation.id)
    return operation


def run(shop: Workshop, verb: Verb = Verb.REPLAY, where: Filter = ALL, **options: Any) -> Operation:
    return drive(shop, start(shop, verb, where, **options))


def bury(shop: Workshop, number: int, queue: str = QUEUE) -> list[str]:
    """So many dead letters, with payloads {"n": 0}, {"n": 1} …; their ids."""
    for place in range(number):
        shop.add({"n": place}, queue=queue)
    claims = shop.claim(number, queues=(queue,))
    for claimed in claims:
        shop.reject(claimed)
    return [claimed.lease.job_id for claimed in claims]


def fail_all(shop: Workshop, number: int) -> int:
    """Claim up to `number` jobs and reject them; how many there were."""
    claims = shop.claim(number)
    for claimed in claims:
        shop.reject(claimed)
    return len(claims)


def test_an_operation_tells_how_far_it_is(shop: Workshop) -> None:
    bury(shop, CHUNK + 3)
    operation = start(shop)
    assert (operation.state, operation.total, operation.done) == (
        OperationState.RUNNING, CHUNK + 3, 0,
    )  # fmt: skip
    assert shop.counts().dead == CHUNK + 3
    operation = shop.backend.advance_operation(operation.id)
    assert (operation.state, operation.done, operation.changed) == (
        OperationState.RUNNING, CHUNK, CHUNK,
    )  # fmt: skip
    shop.clock.advance(1)
    operation = drive(shop, operation)
    assert (operation.state, operation.done, operation.changed) == (
        OperationState.DONE, CHUNK + 3, CHUNK + 3,
    )  # fmt: skip
    assert operation.ended_at == shop.now
    assert shop.backend.operation(operation.id) == operation
    assert shop.backend.operations()[0] == operation


def test_jobs_that_match_later_are_not_touched(shop: Workshop) -> None:
    bury(shop, 2)
    operation = start(shop)
    late = bury(shop, 1)
    assert drive(shop, operation).changed == 2
    assert shop.state(late[0]) is State.DEAD


def test_what_has_changed_since_is_left_alone_and_counted(shop: Workshop) -> None:
    ids = bury(shop, 3)
    operation = start(shop)
    shop.backend.replay(ids[:1])
    shop.backend.purge(ids[1:2])
    operation = drive(shop, operation)
    assert (operation.changed, operation.skips) == (1, {"ready": 1, "trashed": 1})
    assert operation.skipped == 2


def test_nothing_that_matches_writes_nothing(shop: Workshop) -> None:
    shop.configure()
    operation = run(shop)
    assert (operation.id, operation.state, operation.total) == ("", OperationState.DONE, 0)
    assert shop.backend.operations() == ()


def test_named_ids_are_taken_as_they_are(shop: Workshop) -> None:
    (job_id,) = bury(shop, 1)
    operation = run(shop, where=Filter(ids=(job_id, job_id, "404", "x")))
    assert (operation.changed, operation.skips) == (1, {"missing": 2})


def test_maintenance_does_it_when_nobody_waits(shop: Workshop) -> None:
    bury(shop, 2 * CHUNK)
    operation = start(shop)
    assert shop.backend.maintain() < 1.0
    assert shop.backend.operation(operation.id).done == CHUNK
    shop.backend.maintain()
    assert shop.backend.operation(operation.id).state is OperationState.DONE
    assert shop.counts().ready == 2 * CHUNK


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        (Verb.REQUEUE, State.DEAD, State.READY),
        (Verb.CANCEL, State.READY, State.CANCELLED),
        (Verb.RELEASE, State.LEASED, State.READY),
        (Verb.PURGE, State.DEAD, State.TRASHED),
        (Verb.RESTORE, State.TRASHED, State.READY),
        (Verb.ERASE, State.TRASHED, None),
    ],
)
def test_every_operators_verb_can_be_an_operation(
    shop: Workshop, verb: Verb, before: State, after: State | None
) -> None:
    ids = _in_state(shop, before)
    operation = run(shop, verb, Filter(states=frozenset({before})))
    assert (operation.changed, operation.skipped) == (3, 0)
    assert shop.backend.count(Filter(states=frozenset({before}))) == 0
    assert shop.backend.count(Filter(ids=tuple(ids))) == (0 if after is None else 3)
    if after is not None:
        assert {shop.state(job_id) for job_id in ids} == {after}


def _in_state(shop: Workshop, state: State) -> list[str]:
    if state is State.DEAD:
        return bury(shop, 3)
    ids = shop.add_many(3)
    if state is State.LEASED:
        shop.claim(3)
    if state is State.TRASHED:
        shop.backend.purge(ids)
    return ids


def test_a_reason_reaches_the_history(shop: Workshop) -> None:
    job_id = shop.add()
    run(shop, Verb.CANCEL, reason="not needed")
    assert shop.job(job_id).history[-1].detail == "not needed"


def test_a_cancelled_operation_leaves_the_rest(shop: Workshop) -> None:
    bury(shop, CHUNK + 5)
    operation = start(shop)
    shop.backend.advance_operation(operation.id)
    cancelled = shop.backend.cancel_operation(operation.id)
    assert (cancelled.state, cancelled.done) == (OperationState.CANCELLED, CHUNK)
    assert "5 of" in cancelled.said
    assert shop.backend.advance_operation(operation.id).done == CHUNK
    shop.pass_time(5)
    assert shop.counts().dead == 5
    assert shop.backend.cancel_operation(operation.id).said == cancelled.said


def test_who_looks_on_hears_that_an_operation_began_and_was_cancelled(shop: Workshop) -> None:
    bury(shop, 5)
    told: list[Change] = []
    unsubscribe = shop.backend.subscribe(told.append, prompt=True)
    operation = start(shop)
    began = len(told)
    shop.backend.cancel_operation(operation.id)
    unsubscribe()
    assert 0 < began < len(told)


def test_an_operation_that_is_not_there_is_not_found(shop: Workshop) -> None:
    backend = shop.backend
    for call in (
        backend.operation, backend.advance_operation, backend.cancel_operation,
        backend.undo_operation,
    ):  # fmt: skip
        with pytest.raises(NotFound):
            call("404")


# -- canary and stop -------------------------------------------------------------------------


def test_a_failing_canary_stops_it_and_the_rest_is_untouched(shop: Workshop) -> None:
    ids = bury(shop, 500)
    operation = run(shop, canary=5)
    assert (operation.state, operation.done) == (OperationState.CANARY, 5)
    assert operation.next_at is not None
    assert fail_all(shop, 50) == 5
    shop.backend.maintain()
    operation = shop.backend.operation(operation.id)
    assert (operation.state, operation.done, operation.failed) == (OperationState.STOPPED, 5, 5)
    assert operation.said == (
        "5 of 5 canaries failed, more than the 0 % that may: the other 495 were left as they are"
    )
    assert shop.counts().dead == 500
    assert {len(shop.job(job_id).history) for job_id in ids[5:]} == {1}
    shop.pass_time(100)
    assert shop.counts().replayed_total == 5


def test_a_canary_that_succeeds_lets_the_rest_go(shop: Workshop) -> None:
    bury(shop, 40)
    operation = run(shop, canary=3)
    for claimed in shop.claim(50):
        assert shop.backend.advance_operation(operation.id).done == 3
        shop.ack(claimed)
    operation = drive(shop, shop.backend.advance_operation(operation.id))
    assert (operation.state, operation.changed, operation.failed) == (OperationState.DONE, 40, 0)
    assert shop.counts().ready == 37


def test_a_canary_that_is_retried_has_not_ended(shop: Workshop) -> None:
    bury(shop, 10)
    operation = run(shop, canary=1)
    shop.nack(shop.take(), delay=60.0)
    shop.pass_time(1)
    waiting = shop.backend.operation(operation.id)
    assert (waiting.state, waiting.done) == (OperationState.CANARY, 1)
    assert waiting.said == "1 of 1 canaries have not ended yet"
    shop.clock.advance(60)
    shop.ack(shop.take())
    assert drive(shop, shop.backend.advance_operation(operation.id)).changed == 10


def test_some_canaries_may_fail_where_that_is_said(shop: Workshop) -> None:
    bury(shop, 30)
    operation = run(shop, canary=10, stop_above=0.2)
    claims = shop.claim(50)
    for claimed in claims[:2]:
        shop.reject(claimed)
    for claimed in claims[2:]:
        shop.ack(claimed)
    operation = shop.backend.advance_operation(operation.id)
    assert (operation.state, operation.failed, operation.done) == (OperationState.DONE, 2, 30)


def test_more_canaries_than_jobs_are_all_there_are(shop: Workshop) -> None:
    bury(shop, 2)
    operation = run(shop, canary=9)
    assert operation.state is OperationState.CANARY
    for claimed in shop.claim(5):
        shop.ack(claimed)
    assert shop.backend.advance_operation(operation.id).state is OperationState.DONE


def test_it_stops_by_itself_above_the_share(shop: Workshop) -> None:
    shop.configure(max_attempts=1)
    bury(shop, 300)
    operation = run(shop, stop_above=0.1)
    assert operation.done == WATCHED
    claims = shop.claim(20)
    for claimed in claims[:18]:
        shop.ack(claimed)
    shop.reject(claims[18])
    assert drive(shop, shop.backend.advance_operation(operation.id)).done == WATCHED + 19
    shop.reject(claims[19])
    for claimed in shop.claim(1):
        shop.reject(claimed)
    operation = shop.backend.advance_operation(operation.id)
    assert (operation.state, operation.failed) == (OperationState.STOPPED, 3)
    assert operation.said.startswith("3 of 21 replayed jobs failed, more than the 10 % that may")
    shop.pass_time(10)
    assert shop.counts().replayed_total == WATCHED + 19


def test_jobs_that_fail_and_are_due_again_count_too(shop: Workshop) -> None:
    bury(shop, 300)
    operation = run(shop, stop_above=0.1)
    for claimed in shop.claim(2):
        shop.nack(claimed, delay=60.0)
    stopped = shop.backend.advance_operation(operation.id)
    assert (stopped.state, stopped.failed) == (OperationState.STOPPED, 0)
    assert "2 of 2 replayed jobs failed" in stopped.said


def test_a_snoozed_released_or_cancelled_job_has_not_failed(shop: Workshop) -> None:
    bury(shop, 300)
    operation = run(shop, stop_above=0.0)
    one, two, three = shop.claim(3)
    shop.snooze(one)
    shop.release(two)
    shop.backend.cancel([three.lease.job_id])
    operation = shop.backend.advance_operation(operation.id)
    assert (operation.state, operation.failed) == (OperationState.RUNNING, 0)


# -- rate and bound --------------------------------------------------------------------------


def test_a_rate_spaces_the_whole_operation(shop: Workshop) -> None:
    ids = bury(shop, 10)
    begun = shop.now
    operation = run(shop, rate=2.0)
    assert operation.done == 3
    assert operation.next_at == begun + timedelta(seconds=1)
    while not operation.ended:
        assert operation.next_at is not None
        shop.clock.advance((operation.next_at - shop.now).total_seconds())
        operation = drive(shop, shop.backend.advance_operation(operation.id))
    due = [shop.job(job_id).run_at - begun for job_id in ids]
    assert due == [timedelta(seconds=place / 2) for place in range(10)]


def test_a_rate_does_not_catch_up_on_what_nobody_did(shop: Workshop) -> None:
    ids = bury(shop, 20)
    operation = run(shop, rate=2.0)
    shop.clock.advance(3_600)
    later = shop.now
    drive(shop, shop.backend.advance_operation(operation.id))
    due = [shop.job(job_id).run_at for job_id in ids[3:6]]
    assert due == [later + timedelta(seconds=place / 2) for place in range(3)]
    assert shop.state(ids[6]) is State.DEAD


def test_a_slow_rate_waits_between_two_jobs(shop: Workshop) -> None:
    ids = bury(shop, 3)
    operation = run(shop, rate=0.1)
    assert operation.done == 1
    shop.pass_time(9)
    assert shop.backend.operation(operation.id).done == 1
    shop.pass_time(1)
    assert shop.backend.operation(operation.id).done == 2
    assert shop.job(ids[1]).run_at - shop.job(ids[0]).run_at == timedelta(seconds=10)


def test_it_waits_for_room_and_goes_on(shop: Workshop) -> None:
    bury(shop, 8)
    shop.configure(max_depth=5)
    operation = run(shop)
    assert (operation.state, operation.done) == (OperationState.RUNNING, 5)
    assert "is full: it waits for room" in operation.said
    assert operation.next_at is not None
    for claimed in shop.claim(2):
        shop.ack(claimed)
    shop.pass_time(1)
    assert shop.backend.operation(operation.id).done == 7
    for claimed in shop.claim(5):
        shop.ack(claimed)
    shop.pass_time(1)
    done = shop.backend.operation(operation.id)
    assert (done.state, done.changed, done.said) == (OperationState.DONE, 8, "")


def test_it_replays_into_another_queue_as_far_as_that_has_room(shop: Workshop) -> None:
    ids = bury(shop, 4)
    shop.configure("repair", max_depth=3)
    assert run(shop, to="repair").done == 3
    assert shop.job(ids[0]).queue == "repair"
    assert shop.job(ids[3]).queue == QUEUE


def test_a_parent_whose_children_have_no_room_waits_with_them(shop: Workshop) -> None:
    answer = shop.backend.enqueue_flow(member("parent", member("a"), member("b")))
    parent = answer.id
    for claimed in shop.claim(2):
        shop.reject(claimed)
    assert shop.state(parent) is State.DEAD
    shop.configure(max_depth=2)
    before = shop.counts()
    operation = run(shop, where=Filter(ids=(parent,)))
    assert (operation.done, shop.state(parent)) == (0, State.DEAD)
    assert "waits for room" in operation.said
    assert shop.counts() == before
    shop.configure(max_depth=3)
    shop.pass_time(1)
    assert shop.backend.operation(operation.id).state is OperationState.DONE
    assert shop.state(parent) is State.WAITING


# -- attempts, patch, history ----------------------------------------------------------------


def test_the_history_names_the_operation(shop: Workshop) -> None:
    (job_id,) = bury(shop, 1)
    operation = run(shop)
    last = shop.job(job_id).history[-1]
    assert last.kind is EventKind.REPLAYED
    assert last.detail == f"from dead by operation {operation.id}"


def test_attempts_can_be_kept(shop: Workshop) -> None:
    shop.configure(max_attempts=2)
    job_id = shop.add()
    for _ in range(2):
        shop.nack(shop.take(), delay=0.0)
    run(shop, keep_attempts=True)
    assert (shop.job(job_id).state, shop.job(job_id).attempt) == (State.READY, 2)
    shop.nack(shop.take(), delay=0.0)
    assert (shop.state(job_id), shop.job(job_id).attempt) == (State.DEAD, 3)


def test_attempts_kept_at_a_rate_count_as_retrying(shop: Workshop) -> None:
    bury(shop, 3)
    run(shop, keep_attempts=True, rate=2.0)
    assert (shop.counts().scheduled, shop.counts().retrying) == (2, 2)
    shop.clock.advance(5)
    assert len(shop.claim(5)) == 3


def test_a_patch_is_merged_into_each_payload_and_the_old_one_kept(shop: Workshop) -> None:
    job_id = shop.dead({"to": "a@b", "cc": "x", "deep": {"k": 1, "l": 2}})
    size = shop.job(job_id).payload_bytes
    run(shop, patch_json='{"cc": null, "deep": {"k": 9}, "new": [1]}')
    job = shop.job(job_id)
    assert job.payload == {"to": "a@b", "deep": {"k": 9, "l": 2}, "new": [1]}
    assert job.payload_bytes == len(job.payload_json) != size
    edited, replayed = job.history[-2:]
    assert (edited.kind, replayed.kind) == (EventKind.EDITED, EventKind.REPLAYED)
    assert edited.payload_json is not None
    assert '"cc"' in edited.payload_json
    assert edited.detail.startswith("by operation")
    assert shop.counts().bytes == job.payload_bytes
    assert shop.take().payload_json == job.payload_json


def test_a_patch_that_changes_nothing_leaves_no_entry(shop: Workshop) -> None:
    job_id = shop.dead({"a": 1})
    text = shop.job(job_id).payload_json
    run(shop, patch_json='{"b": null, "a": 1}')
    assert EventKind.EDITED not in [event.kind for event in shop.job(job_id).history]
    assert shop.job(job_id).payload_json == text


def test_a_payload_that_grows_too_large_is_left_alone(shop: Workshop) -> None:
    job_id = shop.dead({"a": 1})
    small = shop.dead({"b": 1})
    shop.configure(max_payload=30)
    operation = run(shop, patch_json='{"b": null, "long": "xxxxxxxxxxxxxx"}')
    assert operation.changed == 1
    assert operation.skips == {"payload too large": 1}
    assert shop.state(job_id) is State.DEAD
    assert shop.job(job_id).payload == {"a": 1}
    assert shop.state(small) is State.READY


def test_a_patched_payload_counts_against_the_bound(shop: Workshop) -> None:
    job_id = shop.dead({"a": 1})
    shop.configure(max_bytes=20)
    operation = run(shop, patch_json='{"long": "xxxxxxxxxxxxxxxxxxxx"}')
    assert (operation.done, shop.job(job_id).payload) == (0, {"a": 1})
    assert "waits for room" in operation.said
    assert len(shop.job(job_id).history) == 1


def test_a_taken_unique_key_leaves_payload_and_job_alone(shop: Workshop) -> None:
    first = shop.dead({"a": 1}, unique_key="k")
    shop.add({"a": 2}, unique_key="k")
    operation = run(shop, patch_json='{"b": 1}')
    assert operation.skips == {"unique": 1}
    assert shop.job(first).payload == {"a": 1}
    assert len(shop.job(first).history) == 1


# -- undo ------------------------------------------------------------------------------------


def undo(shop: Workshop, operation: Operation) -> Operation:
    return drive(shop, shop.backend.undo_operation(operation.id))


def test_a_purge_is_undone_by_restoring(shop: Workshop) -> None:
    ids = bury(shop, 3)
    operation = run(shop, Verb.PURGE)
    assert shop.backend.operation(operation.id).undoable
    shop.backend.restore(ids[:0])
    undone = undo(shop, operation)
    assert (undone.verb, undone.changed) == ("restore", 3)
    assert f"undo of operation {operation.id}" in undone.what
    told = shop.backend.operation(operation.id)
    assert (told.undone, told.undoable) == (True, False)
    with pytest.raises(Conflict, match="undone before"):
        shop.backend.undo_operation(operation.id)


def test_a_replay_is_undone_as_far_as_nothing_has_started(shop: Workshop) -> None:
    ids = bury(shop, 4)
    operation = run(shop)
    shop.ack(shop.take())
    shop.nack(shop.take(), delay=60.0)
    assert shop.backend.operation(operation.id).undoable
    undone = undo(shop, operation)
    assert (undone.verb, undone.changed) == ("cancel", 2)
    assert [shop.state(job_id) for job_id in ids] == [
        State.DONE, State.SCHEDULED, State.CANCELLED, State.CANCELLED,
    ]  # fmt: skip
    assert "undo of operation" in shop.job(ids[3]).history[-1].detail


def test_undoing_a_replay_at_work_stops_it(shop: Workshop) -> None:
    ids = bury(shop, 5)
    operation = run(shop, rate=0.1)
    assert undo(shop, operation).changed == 1
    assert shop.backend.operation(operation.id).state is OperationState.CANCELLED
    shop.pass_time(60)
    assert [shop.state(job_id) for job_id in ids[:2]] == [State.CANCELLED, State.DEAD]


def test_a_cancel_is_undone_by_a_requeue(shop: Workshop) -> None:
    shop.add_many(3)
    claimed = shop.take()
    operation = run(shop, Verb.CANCEL)
    shop.backend.purge([claimed.lease.job_id])
    undone = undo(shop, operation)
    assert (undone.verb, undone.changed) == ("requeue", 2)


def test_what_cannot_be_undone_says_why(shop: Workshop) -> None:
    bury(shop, 1)
    requeued = run(shop, Verb.REQUEUE)
    assert not requeued.undoable
    with pytest.raises(Conflict, match="a requeue has no undo"):
        shop.backend.undo_operation(requeued.id)
    shop.reject(shop.take())
    replayed = run(shop)
    shop.take()
    assert not shop.backend.operation(replayed.id).undoable
    with pytest.raises(Conflict, match="no job is still as it left it"):
        shop.backend.undo_operation(replayed.id)


def test_the_list_of_its_jobs_is_forgotten_after_a_week(shop: Workshop) -> None:
    bury(shop, 2)
    operation = run(shop)
    shop.pass_time(KEPT_US / 1e6 + 1)
    with pytest.raises(Conflict):
        shop.backend.undo_operation(operation.id)
    assert shop.backend.operation(operation.id).changed == 2


# -- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"rate": 0}, InvalidOption),
        ({"rate": "fast"}, InvalidOption),
        ({"canary": 0}, InvalidOption),
        ({"canary": 1.5}, InvalidOption),
        ({"stop_above": 1.5}, InvalidOption),
        ({"stop_above": -0.1}, InvalidOption),
        ({"stop_above": True}, InvalidOption),
        ({"keep_attempts": 1}, InvalidOption),
        ({"to": "nowhere"}, NotFound),
        ({"to": "a/b"}, InvalidName),
        ({"patch_json": "{"}, InvalidPayload),
        ({"patch_json": '{"a": NaN}'}, InvalidPayload),
        ({"patch_json": '{"a": 1, "a": 2}'}, InvalidPayload),
        ({"patch_json": f'"{"x" * 300_000}"'}, PayloadTooLarge),
        ({"reason": "why"}, InvalidOption),
    ],
)
def test_bad_options_are_refused_before_anything_is_written(
    shop: Workshop, options: dict[str, Any], error: type[Exception]
) -> None:
    bury(shop, 1)
    before = shop.backend.file_info().sequence
    with pytest.raises(error):
        start(shop, **options)
    assert shop.backend.file_info().sequence == before
    assert shop.backend.operations() == ()


@pytest.mark.parametrize("verb", [Verb.ACK, Verb.CLAIM, Verb.PROMOTE])
def test_only_operators_verbs_can_be_operations(shop: Workshop, verb: Verb) -> None:
    shop.add()
    with pytest.raises(InvalidOption):
        start(shop, verb)


@pytest.mark.parametrize("options", [{"canary": 1}, {"rate": 1.0}, {"patch_json": "{}"}])
def test_a_replays_options_are_for_a_replay(shop: Workshop, options: dict[str, Any]) -> None:
    shop.add()
    with pytest.raises(InvalidOption, match="takes no"):
        start(shop, Verb.PURGE, **options)
