"""The short way of a plain enqueue: one statement, and the long way wherever that would not do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from pillarbox_engine.alike import Alike
from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import Indeterminate, NewerFile, QueueFull
from pillarbox_engine.leasing import ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, one_step
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.uniqueness import Unique

QUEUE = "orders"
Opener = Callable[..., SqliteBackend]
SHORT = statement("store_in_one_step")


class Steps:
    """The statements the writer runs from now on."""

    def __init__(self, backend: SqliteBackend) -> None:
        self.texts: list[str] = []
        writer = backend._file._writer
        assert writer is not None
        connection = writer._connection
        assert connection is not None
        connection.exec_trace = self._trace

    def _trace(self, cursor: apsw.Cursor, text: str, bindings: Any) -> bool:
        self.texts.append(text)
        return True


@pytest.fixture
def warm(backend: SqliteBackend) -> SqliteBackend:
    """A file whose writer has seen the queue."""
    _add(backend)
    _add(backend)
    return backend


def _add(backend: SqliteBackend, number: int = 1, **options: Any) -> list[str]:
    jobs = [NewJob(payload_json=f'{{"n":"{place}"}}', **options) for place in range(number)]
    return [answer.id for answer in backend.enqueue(QUEUE, jobs)]


def test_a_plain_enqueue_is_one_statement(warm: SqliteBackend) -> None:
    steps, before = Steps(warm), warm.file_info().sequence
    ids = _add(warm, 3)
    assert steps.texts == [SHORT]
    assert ids == ["3", "4", "5"]
    assert warm.file_info().sequence == before + 1
    assert warm.counts(QUEUE).ready == warm.counts(QUEUE).enqueued_total == 5
    assert warm.check() == ()


def test_what_goes_the_short_way_is_stored_as_by_the_long_way(
    warm: SqliteBackend, clock: ManualClock
) -> None:
    text = '{"q":"\\"é\\u0000\\\\","big":123456789012345678901}'
    job = NewJob(payload_json=text, type="t", max_attempts=7, timeout=3.0, priority=9)
    steps = Steps(warm)
    (short,) = warm.enqueue(QUEUE, [job])
    assert steps.texts == [SHORT]
    warm.ensure_queue("cold")
    (long,) = warm.enqueue("cold", [job])
    assert SHORT not in steps.texts[1:]
    one, other = warm.job(short.id), warm.job(long.id)
    assert one.payload_json == text
    for name in ("type", "max_attempts", "timeout", "priority", "state", "run_at", "enqueued_at"):
        assert getattr(one, name) == getattr(other, name)
    first, *_ = warm.claim(ClaimRequest(queues=(QUEUE,)))
    assert (first.lease.job_id, first.payload_json) == (short.id, text)


@pytest.mark.parametrize(
    "options",
    [
        {"delay": 5.0}, {"idempotency_key": "k"}, {"unique_key": "u", "unique": Unique()},
        {"group": "g"},
    ],
)  # fmt: skip
def test_what_more_than_its_payload_decides_goes_the_long_way(
    warm: SqliteBackend, options: dict[str, Any]
) -> None:
    steps = Steps(warm)
    _add(warm, **options)
    assert SHORT not in steps.texts
    assert warm.check() == ()


@pytest.mark.parametrize(
    "settings",
    [{"max_depth": 9}, {"max_bytes": 999}, {"ageing": 60.0}, {"claim_check": 50}],
)
def test_a_queue_with_a_say_of_its_own_goes_the_long_way(
    warm: SqliteBackend, settings: dict[str, Any]
) -> None:
    warm.configure(QUEUE, QueueSettings().changed(**settings))
    _add(warm)
    steps = Steps(warm)
    _add(warm)
    assert SHORT not in steps.texts


def test_more_than_a_few_go_in_as_an_array(warm: SqliteBackend) -> None:
    steps = Steps(warm)
    texts = [str(number) for number in range(one_step.MOST + 1)]
    warm.enqueue(QUEUE, Alike(NewJob(payload_json=""), texts))
    assert SHORT not in steps.texts


def test_where_another_process_has_committed_the_long_way_is_gone(
    warm: SqliteBackend, reopen: Opener
) -> None:
    other = reopen()
    theirs = _add(other)
    steps = Steps(warm)
    ours = _add(warm)
    assert steps.texts[0] == SHORT
    assert len(steps.texts) > 1
    assert len({*theirs, *ours}) == 2
    assert warm.check() == ()


def test_what_another_process_configured_is_obeyed(warm: SqliteBackend, reopen: Opener) -> None:
    reopen().configure(QUEUE, QueueSettings(max_depth=2))
    with pytest.raises(QueueFull):
        _add(warm)
    assert warm.counts(QUEUE).ready == 2


def test_a_file_with_a_newer_schema_takes_nothing(warm: SqliteBackend, path: Path) -> None:
    other = apsw.Connection(str(path))
    other.execute("UPDATE meta SET value = '9999' WHERE key = 'schema'")
    other.pragma("user_version", 9999)
    with pytest.raises(NewerFile):
        _add(warm)
    other.pragma("user_version", 1)
    other.close()


def test_every_so_often_the_counters_are_brought_up_to_date(warm: SqliteBackend) -> None:
    steps = Steps(warm)
    for _ in range(300):
        _add(warm)
    assert len(steps.texts) > 300
    assert warm.counts(QUEUE).ready == 302
    assert warm.check() == ()


def test_a_disk_that_fails_leaves_it_uncertain(
    warm: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(step: one_step.Step, connection: apsw.Connection) -> bool:
        raise apsw.IOError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(one_step.Step, "run", fail)
        with pytest.raises(Indeterminate) as caught:
            _add(warm)
    assert caught.value.idempotency_key
    _add(warm)
    assert warm.check() == ()
