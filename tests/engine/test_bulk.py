"""Bulk verbs over a filter: frozen ids, chunks, progress, cancel, dry run."""

from __future__ import annotations

import pytest

from pillarbox_engine import bulk
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.filters import Filter
from pillarbox_engine.operating import CHUNK
from pillarbox_engine.operation import OperationOptions
from pillarbox_engine.protocols import MAX_BULK
from pillarbox_engine.states import State, Verb

MANY = 2 * MAX_BULK + 500


def test_chunks_progress_and_one_operation(engine: Engine) -> None:
    engine.queue("a").enqueue_many(range(MANY))
    told: list[tuple[int, int]] = []
    before = len(engine.backend.operations())
    result = bulk.run(
        engine.backend, Verb.PURGE, Filter(queues=("a",)),
        progress=lambda done, total: told.append((done, total)), what="all of a",
    )  # fmt: skip
    assert result.changed == MANY
    assert told == [*((done, MANY) for done in range(0, MANY, CHUNK)), (MANY, MANY)]
    operations = engine.backend.operations()
    assert len(operations) == before + 1
    assert (operations[0].id, operations[0].changed) == (result.operation, MANY)
    undone = bulk.run(engine.backend, Verb.RESTORE, Filter(operation=result.operation))
    assert undone.changed == MANY


def test_cancel_between_chunks(engine: Engine) -> None:
    engine.queue("a").enqueue_many(range(MANY))
    answers = iter([False, True])
    result = bulk.run(
        engine.backend, Verb.CANCEL, Filter(), cancelled=lambda: next(answers),
        options=OperationOptions(reason="stop"),
    )  # fmt: skip
    assert result.changed == CHUNK
    assert engine.counts().ready == MANY - CHUNK


def test_ids_are_frozen_first(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(MAX_BULK + 1))

    def meddle(done: int, total: int) -> None:
        queue.enqueue("late")

    result = bulk.run(engine.backend, Verb.PURGE, Filter(), progress=meddle)
    assert result.changed == MAX_BULK + 1
    assert queue.counts().ready == len(range(0, MAX_BULK + 1, CHUNK)) + 1


def test_nothing_matches(engine: Engine) -> None:
    result = bulk.run(engine.backend, Verb.REPLAY, Filter())
    assert (result.changed, result.operation, result.skipped) == (0, None, {})


def test_ids_alone_are_taken_as_they_are(engine: Engine) -> None:
    enqueued = engine.queue("a").enqueue(1)
    result = bulk.run(engine.backend, Verb.REPLAY, Filter(ids=(enqueued.id, enqueued.id)))
    assert (result.changed, result.skipped) == (0, {"ready": 1})


def test_dry_run_counts_what_the_verb_is_about(engine: Engine) -> None:
    engine.queue("a").enqueue_many([1, 2])
    assert bulk.count(engine.backend, Verb.REPLAY, Filter()) == 0
    assert bulk.count(engine.backend, Verb.PURGE, Filter()) == 2
    chosen = bulk.applicable(Verb.RESTORE, Filter())
    assert chosen.states == frozenset({State.TRASHED})


def test_only_operators_verbs(engine: Engine) -> None:
    with pytest.raises(InvalidOption):
        bulk.run(engine.backend, Verb.ACK, Filter())
