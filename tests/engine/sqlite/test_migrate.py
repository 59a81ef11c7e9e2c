"""A file of the first schema is brought to today's: whole, in the same order, with a copy kept.

The old file is filled with what today's verbs leave behind, column by column of the old shape, so
its counters and its chain of commits are true.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import DiskFull, FileUnusable, NotFound, PillarboxError
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import Ack, ClaimRequest, Nack, Reject
from pillarbox_engine.model import Failure, Job, NewJob
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.sqlite import SqliteBackend, aside, counting, migrate, open_backend
from pillarbox_engine.sqlite.connection import APPLICATION_ID
from pillarbox_engine.sqlite.identity import own_identity
from pillarbox_engine.states import DeadReason, State

Opener = Callable[..., SqliteBackend]
FAILURE = Failure(type="ValueError", message="no", traceback="Traceback …", fingerprint="f-1")


def _claim(backend: SqliteBackend, queue: str = "mail", limit: int = 1) -> list[str]:
    request = ClaimRequest(queues=(queue,), limit=limit)
    return [job.lease.job_id for job in backend.claim(request)]


def _fill(backend: SqliteBackend) -> None:
    """Jobs in every state of the first schema that a verb leads to, and all that lies beside."""
    backend.configure("mail", QueueSettings(max_depth=100))
    backend.configure("limited", QueueSettings(rate_limit=RateLimit(2, per=60.0)))
    request = ClaimRequest(queues=("mail",), limit=4)
    backend.enqueue("mail", [NewJob(payload_json=f'{{"n":{n}}}', priority=0) for n in range(4)])
    done, failed, rejected, _leased = backend.claim(request)
    backend.settle([
        Ack(lease=done.lease, result_json='"sent"'),
        Nack(lease=failed.lease, failure=FAILURE, delay=3_000.0),
        Reject(lease=rejected.lease, failure=FAILURE),
    ])  # fmt: skip
    backend.enqueue("mail", [
        NewJob(payload_json="5", delay=9_000.0, idempotency_key="once"),
        NewJob(payload_json="6", priority=9, unique_key="the one"),
        NewJob(payload_json="7", priority=3),
        NewJob(payload_json="8", priority=9),
        NewJob(payload_json='"ü"', priority=9),
    ])  # fmt: skip
    ids = [answer.id for answer in backend.enqueue("mail", [NewJob(payload_json="0")] * 2)]
    backend.cancel(ids[:1], "not needed")
    backend.purge(ids[1:], operation=backend.begin_operation("purge", "one of them"))
    backend.enqueue("limited", [NewJob(payload_json="1")] * 3)
    assert len(_claim(backend, "limited", 3)) == 2


@pytest.fixture
def filled(tmp_path: Path, clock: ManualClock) -> Iterator[SqliteBackend]:
    """A file of today's schema, open, with leases running."""
    backend = open_backend(tmp_path / "today.pillarbox", clock=clock)
    _fill(backend)
    yield backend
    backend.close()


def _make_first(path: Path, text: str) -> apsw.Connection:
    path.touch(0o600)
    old = apsw.Connection(str(path))
    old.pragma("journal_mode", "wal")
    old.execute(text)
    old.pragma("application_id", APPLICATION_ID)
    old.pragma("user_version", 1)
    return old


def _copy_rows(old: apsw.Connection, today: str) -> None:
    old.execute("ATTACH ? AS today", (today,))
    tables = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    for (table,) in old.execute(tables).fetchall():
        names = [row[1] for row in old.execute(f"PRAGMA main.table_info({table})")]
        columns = ", ".join(names)
        old.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}")
    old.execute("DETACH today")
    old.execute("DELETE FROM meta WHERE key = 'schema'")


@pytest.fixture
def old(filled: SqliteBackend, path: Path) -> Path:
    """A file of the first schema with the same jobs, left behind by a process that died."""
    number, _, text = migrate.migrations()[0]
    assert number == 1
    filled._file.write(counting.settle)
    connection = _make_first(path, text)
    _copy_rows(connection, filled.file_info().label)
    connection.execute("UPDATE processes SET boot_id = 'an earlier one'")
    connection.close()
    return path


def _register(path: Path, **changes: str) -> None:
    """Write this very process, which lives, into the file's register."""
    own, other = own_identity(), apsw.Connection(str(path))
    row = (own.pid, changes.get("boot_id", own.boot_id), own.born, own.host)
    other.execute(
        "INSERT INTO processes (pid, boot_id, born, host, kind, registered_at)"
        " VALUES (?, ?, ?, ?, 'window', 0)", row,
    )  # fmt: skip
    other.close()


def _told(job: Job) -> tuple[object, ...]:
    return (
        job.queue, job.type, job.state, job.priority, job.attempt, job.payload_json,
        job.payload_bytes, job.result_json, job.idempotency_key, job.unique_key, job.reason,
        job.error_type, job.fingerprint, job.run_at, job.enqueued_at, job.trashed_from, job.history,
    )  # fmt: skip


def _version(path: Path) -> int:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    found: int = connection.pragma("user_version")
    connection.close()
    return found


def test_every_job_reads_as_before(old: Path, filled: SqliteBackend, reopen: Opener) -> None:
    upgraded = reopen()
    before, after = filled.jobs(limit=1_000).rows, upgraded.jobs(limit=1_000).rows
    assert [job.id for job in after] == [job.id for job in before]
    states = {job.state for job in before}
    assert states == set(State) - {State.WAITING}
    for job in before:
        if job.state is not State.LEASED:
            assert _told(upgraded.job(job.id)) == _told(filled.job(job.id))
    assert _version(old) == migrate.newest()


def test_what_lies_beside_the_jobs_is_kept(
    old: Path, filled: SqliteBackend, reopen: Opener
) -> None:
    upgraded = reopen()
    assert upgraded.operations() == filled.operations()
    assert upgraded.file_info().uuid == filled.file_info().uuid
    assert upgraded.file_info().sequence > filled.file_info().sequence
    settings = {queue.name: queue.settings for queue in filled.queues()}
    assert {queue.name: queue.settings for queue in upgraded.queues()} == settings
    (again,) = upgraded.enqueue("mail", [NewJob(payload_json="5", idempotency_key="once")])
    assert again.conflict
    (held,) = upgraded.enqueue("mail", [NewJob(payload_json="6", unique_key="the one")])
    assert held.conflict
    assert _claim(upgraded, "limited") == []


def test_the_upgraded_file_is_whole(old: Path, reopen: Opener) -> None:
    upgraded = reopen()
    assert upgraded.check() == ()
    upgraded.restore(
        [job.id for job in upgraded.jobs(Filter(states=frozenset({State.TRASHED}))).rows]
    )
    upgraded.replay([job.id for job in upgraded.jobs(Filter(states=frozenset({State.DEAD}))).rows])
    assert upgraded.check() == ()


def test_claims_come_in_the_same_order(old: Path, filled: SqliteBackend, reopen: Opener) -> None:
    upgraded = reopen()
    # The lease of the process that died has come back; in the other file it still runs.
    leased = filled.jobs(Filter(queues=("mail",), states=frozenset({State.LEASED}))).rows
    expected = _claim(filled, limit=10)
    assert len(expected) == 4
    assert _claim(upgraded, limit=10) == [job.id for job in leased] + expected


def test_a_copy_from_before_is_set_aside_and_told(old: Path, reopen: Opener) -> None:
    notices = reopen().file_info().notices
    (copy,) = old.with_name(f"{old.name}.d").glob("before-schema-*")
    assert any("schema was 1" in text and str(copy) in text for text in notices)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.parent.stat().st_mode & 0o777 == 0o700
    assert _version(copy) == 1
    kept = apsw.Connection(str(copy))
    assert kept.execute("SELECT count(*) FROM jobs").fetchone() == (14,)
    assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept.close()


def test_an_earlier_copy_is_never_overwritten(old: Path, reopen: Opener) -> None:
    side = old.with_name(f"{old.name}.d")
    side.mkdir()
    name = f"before-schema-{migrate.newest()}"
    (side / name).write_bytes(b"from an earlier time")
    (side / f"{name}.part").write_bytes(b"half a copy, its process died")
    reopen()
    assert (side / name).read_bytes() == b"from an earlier time"
    assert sorted(p.name for p in side.glob("before-*")) == [name, f"{name}-2"]
    assert _version(side / f"{name}-2") == 1


def test_a_process_that_lives_keeps_the_file_as_it_is(old: Path, reopen: Opener) -> None:
    _register(old)
    with pytest.raises(FileUnusable, match=f"others have it open: window {os.getpid()} on"):
        reopen()
    assert _version(old) == 1
    assert list(old.with_name(f"{old.name}.d").glob("before-*")) == []


def test_two_at_once_upgrade_it_once(old: Path, reopen: Opener) -> None:
    opened: list[SqliteBackend] = []
    openers = [threading.Thread(target=lambda: opened.append(reopen())) for _ in range(3)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(60.0)
    assert len(opened) == 3
    assert _version(old) == migrate.newest()
    assert opened[0].check() == ()
    (first, *_) = sorted(old.with_name(f"{old.name}.d").glob("before-*"))
    assert _version(first) == 1


def test_processes_that_died_do_not_stand_in_the_way(old: Path, reopen: Opener) -> None:
    _register(old, boot_id="an earlier one")
    upgraded = reopen()
    assert [process.own for process in upgraded.processes()] == [True]
    assert upgraded.jobs(Filter(states=frozenset({State.LEASED}))).rows == ()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    old: Path, reopen: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (
        *migrate.migrations()[:1],
        (2, "break", "DROP TABLE events; UPDATE nowhere SET x = 1;"),
    )
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "migrations", lambda: broken)
        with pytest.raises(PillarboxError, match="no such table: nowhere") as told:
            reopen()
    assert _version(old) == 1
    (copy,) = old.with_name(f"{old.name}.d").glob("before-*")
    assert "could not be upgraded: SQLite said: no such table" in str(told.value)
    assert f"a copy from before the upgrade is {copy}" in str(told.value)
    upgraded = reopen()
    assert upgraded.check() == ()
    with pytest.raises(NotFound):
        upgraded.job("999")


def test_no_copy_no_upgrade(old: Path, reopen: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(aside, "_sync", full)
        with pytest.raises(FileUnusable, match="No space left on device"):
            reopen()
    assert _version(old) == 1
    assert list(old.with_name(f"{old.name}.d").glob("before-*")) == []


def test_a_disk_too_full_for_the_copy_is_told(
    old: Path, reopen: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> None:
        target.write_bytes(b"as far as it went")
        raise apsw.FullError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(aside, "_copy", full)
        with pytest.raises(DiskFull):
            reopen()
    assert _version(old) == 1
    assert list(old.with_name(f"{old.name}.d").glob("before-*")) == []


def test_dead_letters_keep_their_reason(old: Path, reopen: Opener) -> None:
    (group,) = reopen().dead_groups()
    assert (group.reason, group.fingerprint, group.count) == (DeadReason.REJECTED, "f-1", 1)


def test_a_new_file_is_made_in_one_transaction(path: Path) -> None:
    path.touch(0o600)
    connection = apsw.Connection(str(path))
    begun: list[str] = []

    def seen(event: dict[str, str]) -> None:
        if event["sql"].startswith("BEGIN"):
            begun.append(event["sql"])

    connection.trace_v2(apsw.SQLITE_TRACE_STMT, seen)
    assert migrate.migrate(connection, path) == []
    connection.close()
    assert begun == ["BEGIN IMMEDIATE"]
    assert _version(path) == migrate.newest()
    assert list(path.parent.glob("*.d")) == []
