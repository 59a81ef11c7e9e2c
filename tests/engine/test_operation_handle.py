"""Operations as a program holds them: the handle, waiting, detaching, the dry run."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidOption, InvalidPayload, NotFound
from pillarbox_engine.filters import Filter
from pillarbox_engine.operation import OperationState
from pillarbox_engine.queues import Queue
from pillarbox_engine.states import EventKind

PATIENCE = 20.0


def bury(queue: Queue, number: int) -> list[str]:
    """So many dead letters with payloads {"n": 0} …; their ids."""
    queue.enqueue_many([{"n": place} for place in range(number)])
    ids = []
    for _ in range(number):
        delivery = queue.claim()
        assert delivery is not None
        delivery.reject("no")
        ids.append(delivery.id)
    return ids


def test_a_small_replay_is_done_when_it_returns(engine: Engine) -> None:
    queue = engine.queue("a")
    bury(queue, 3)
    operation = queue.replay()
    assert (operation.state, operation.total, operation.done) == (OperationState.DONE, 3, 3)
    assert (operation.changed, operation.skipped, operation.failed) == (3, {}, 0)
    assert operation.operation == operation.id
    assert operation.verb == "replay"
    assert operation.wait(0)
    assert engine.operation(operation.id).changed == 3
    assert engine.operations()[0].id == operation.id
    assert "replay: done, 3 of 3" in repr(operation)


def test_a_replay_of_nothing_has_no_id_and_is_done(engine: Engine) -> None:
    operation = engine.queue("a").replay()
    assert (operation.id, operation.operation, operation.changed) == ("", None, 0)
    assert operation.wait(0)
    assert operation.refresh().cancel().state is OperationState.DONE
    with pytest.raises(NotFound):
        operation.undo()


def test_a_detached_one_is_done_by_maintenance(engine: Engine) -> None:
    queue = engine.queue("a")
    bury(queue, 3)
    operation = queue.replay(detach=True)
    assert operation.wait(PATIENCE)
    assert queue.counts().ready == 3


def test_wait_gives_up_and_cancel_stops(engine: Engine) -> None:
    queue = engine.queue("a")
    bury(queue, 3)
    operation = queue.replay(rate=0.01)
    assert (operation.state, operation.done) == (OperationState.RUNNING, 1)
    assert not operation.wait(0.05)
    cancelled = engine.cancel_operation(operation.id)
    assert cancelled.state is OperationState.CANCELLED
    assert operation.refresh().said == "2 of 3 jobs were left as they are"


def test_a_canary_of_500_whose_handler_still_fails_stops_it(engine: Engine) -> None:
    queue = engine.queue("a", defaults=None)
    queue.configure(max_attempts=1)
    ids = bury(queue, 500)

    def fail(job: Any) -> None:
        raise ValueError("still broken")

    with queue.worker(fail, concurrency=2):
        operation = queue.replay(canary=5)
        assert (operation.state, operation.done) == (OperationState.CANARY, 5)
        assert operation.wait(PATIENCE)
    assert operation.refresh().record.state is OperationState.STOPPED
    assert (operation.done, operation.failed) == (5, 5)
    assert "the other 495 were left as they are" in operation.said
    assert (queue.counts().dead, queue.counts().replayed_total) == (500, 5)
    assert all(len(engine.job(job_id).history) == 1 for job_id in ids[5:])


def test_a_canary_of_500_whose_handler_works_again_goes_on(engine: Engine) -> None:
    queue = engine.queue("a")
    bury(queue, 500)
    with queue.worker(lambda job: None, concurrency=2) as worker:
        operation = queue.replay(canary=5, stop_above=0.1)
        assert operation.wait(PATIENCE)
        worker.join_idle(timeout=PATIENCE)
    assert (operation.state, operation.changed) == (OperationState.DONE, 500)
    assert queue.counts().done == 500


def test_a_patch_of_python_values(engine: Engine) -> None:
    queue = engine.queue("a")
    (job_id,) = bury(queue, 1)
    queue.replay(patch={"n": None, "m": [1, 2]})
    job = engine.job(job_id)
    assert job.payload == {"m": [1, 2]}
    assert [event.kind for event in job.history[-2:]] == [EventKind.EDITED, EventKind.REPLAYED]
    assert job.history[-2].payload_json == '{"n":0}'


def test_a_dry_run_counts_and_shows_and_changes_nothing(engine: Engine) -> None:
    queue = engine.queue("a")
    ids = bury(queue, 5)
    queue.configure(max_payload=20)
    before = engine.counts()
    found = queue.replay(patch={"m": 1}, dry_run=True)
    assert found.count == 5
    assert [sample.id for sample in found.samples] == ids[:1:-1]
    assert (found.samples[0].before, found.samples[0].after) == ('{"n":4}', '{"n":4,"m":1}')
    refused = queue.replay(patch={"m": "x" * 20}, dry_run=True).samples[0]
    assert refused.after == refused.before
    assert "the queue allows 20" in refused.refused
    assert engine.counts() == before
    assert queue.replay(dry_run=True, where=Filter(ids=("404",))).count == 0


def test_bad_options_are_refused(engine: Engine) -> None:
    queue = engine.queue("a")
    bury(queue, 1)
    bad: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"patch": {1: 2}}, InvalidPayload),
        ({"patch": float("nan")}, InvalidPayload),
        ({"speed": 1}, InvalidOption),
        ({"rate": -1.0}, InvalidOption),
        ({"canary": True}, InvalidOption),
        ({"to": "nowhere"}, NotFound),
    ]
    for options, error in bad:
        with pytest.raises(error):
            queue.replay(**options)
    assert queue.counts().dead == 1
    with pytest.raises(NotFound):
        engine.operation("404")


def test_release_and_erase_are_operations_too(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many([1, 2, 3])
    held = queue.claim()
    assert held is not None
    assert queue.release().changed == 1
    assert queue.counts().ready == 3
    assert queue.erase().changed == 0
    queue.purge()
    erased = queue.erase()
    assert (erased.verb, erased.changed) == ("erase", 3)
    assert queue.counts().trashed == 0


def test_undo_of_a_handle(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many([1, 2, 3])
    purged = queue.purge()
    undone = purged.undo()
    assert (undone.verb, undone.changed) == ("restore", 3)
    assert engine.operation(purged.id).record.undone
    assert queue.counts().ready == 3


def test_waiting_ends_with_the_engine(engine: Engine) -> None:
    from pillarbox_engine.errors import EngineClosed

    queue = engine.queue("a")
    bury(queue, 3)
    operation = queue.replay(rate=0.01)
    ended: list[BaseException] = []
    began = threading.Event()

    def wait() -> None:
        began.set()
        try:
            operation.wait()
        except EngineClosed as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert began.wait(PATIENCE)
    engine.close()
    thread.join(PATIENCE)
    assert len(ended) == 1
