"""An enqueue within the program's own transaction: with its rows or not at all."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import (
    EngineClosed,
    InvalidOption,
    NewerFile,
    PayloadTooLarge,
    PillarboxError,
    ProgrammingFault,
    QueueFull,
    ReadOnlyFile,
)
from pillarbox_engine.leasing import ClaimRequest
from pillarbox_engine.protocols import Change
from pillarbox_engine.queues import Queue
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, heads, open_backend
from pillarbox_engine.states import OnFull
from pillarbox_engine.uniqueness import Unique

Opener = Callable[..., SqliteBackend]
ORDERS = "CREATE TABLE IF NOT EXISTS shop_orders (id INTEGER PRIMARY KEY, what TEXT)"


def connect(path: Path) -> apsw.Connection:
    """The program's own connection, as a program would open it."""
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(20_000)
    connection.execute("PRAGMA synchronous=FULL").fetchall()
    return connection


@pytest.fixture
def engine(backend: SqliteBackend, clock: ManualClock) -> Iterator[Engine]:
    with Engine(backend, clock=clock, maintain=False) as engine:
        yield engine


@pytest.fixture
def queue(engine: Engine) -> Queue:
    return engine.queue("email")


@pytest.fixture
def own(path: Path, queue: Queue) -> Iterator[apsw.Connection]:
    """The program's connection, with a table of its own in the queue file."""
    connection = connect(path)
    connection.execute(ORDERS)
    yield connection
    connection.close(True)


def _orders(path: Path) -> list[str]:
    connection = connect(path)
    rows: list[Any] = connection.execute("SELECT what FROM shop_orders ORDER BY id").fetchall()
    connection.close(True)
    return [what for (what,) in rows]


def _order(own: apsw.Connection, queue: Queue, what: str) -> str:
    """An order and the job that confirms it, within the transaction that is open."""
    own.execute("INSERT INTO shop_orders (what) VALUES (?)", (what,))
    return queue.enqueue({"confirm": what}, connection=own).id


def test_an_order_and_its_job_commit_together(
    own: apsw.Connection, queue: Queue, engine: Engine, path: Path
) -> None:
    own.execute("BEGIN IMMEDIATE")
    job_id = _order(own, queue, "shoes")
    assert queue.counts().ready == 0
    own.execute("COMMIT")
    assert _orders(path) == ["shoes"]
    assert engine.job(job_id).payload_json == '{"confirm":"shoes"}'
    assert queue.counts().ready == 1
    assert engine.backend.check() == ()


def test_rolled_back_neither_is_there(
    own: apsw.Connection, queue: Queue, engine: Engine, path: Path
) -> None:
    before = engine.backend.file_info().sequence
    own.execute("BEGIN IMMEDIATE")
    rolled_back = _order(own, queue, "shoes")
    own.execute("ROLLBACK")
    assert _orders(path) == []
    assert queue.counts().enqueued_total == 0
    assert engine.backend.file_info().sequence == before
    assert queue.enqueue(1).id == rolled_back
    assert engine.backend.check() == ()


def test_several_enqueues_chain_within_one_transaction(
    own: apsw.Connection, queue: Queue, engine: Engine
) -> None:
    queue.enqueue("before")
    own.execute("BEGIN IMMEDIATE")
    first = queue.enqueue("first", connection=own)
    many = queue.enqueue_many([1, 2, 3, 4], connection=own)
    other = engine.queue("letters").enqueue("other", connection=own)
    own.execute("COMMIT")
    after = queue.enqueue("after")
    ids = [first.id, *(answer.id for answer in many), other.id, after.id]
    assert ids == [str(number) for number in range(2, 9)]
    assert queue.counts().ready == 7
    assert engine.queue("letters").counts().ready == 1
    assert engine.backend.check() == ()


def test_counters_stay_true_over_many_joined_commits(
    own: apsw.Connection, queue: Queue, engine: Engine
) -> None:
    queue.configure(max_depth=1_000)
    for number in range(20):
        own.execute("BEGIN IMMEDIATE")
        for place in range(10):
            queue.enqueue([number, place], connection=own)
        own.execute("COMMIT")
        queue.enqueue("ours")
    assert queue.counts().ready == 220
    assert engine.backend.check() == ()


def test_groups_keep_their_order(own: apsw.Connection, queue: Queue) -> None:
    own.execute("BEGIN IMMEDIATE")
    queue.enqueue("first", group="g", connection=own)
    queue.enqueue("second", group="g", connection=own)
    own.execute("COMMIT")
    for payload in ("first", "second"):
        delivery = queue.claim()
        assert delivery is not None
        assert delivery.payload == payload
        assert queue.claim() is None
        delivery.ack()


def test_keys_are_kept_with_the_transaction(own: apsw.Connection, queue: Queue) -> None:
    own.execute("BEGIN IMMEDIATE")
    first = queue.enqueue(1, unique_key="u", idempotency_key="i", connection=own)
    held = queue.enqueue(2, unique_key="u", connection=own)
    known = queue.enqueue(3, idempotency_key="i", connection=own)
    unique = Unique(replace=frozenset({"payload"}))
    taken = queue.enqueue(4, unique_key="u", unique=unique, connection=own)
    own.execute("COMMIT")
    assert {first.id, held.id, known.id, taken.id} == {first.id}
    assert (held.conflict, known.conflict, taken.replaced) == (True, True, True)
    assert queue.enqueue(5, unique_key="u").conflict
    assert queue.enqueue(6, idempotency_key="i").conflict


@pytest.mark.parametrize("on_full", [OnFull.REJECT, OnFull.BLOCK])
def test_a_full_queue_is_told_at_once_and_spoils_nothing(
    own: apsw.Connection, queue: Queue, engine: Engine, path: Path, on_full: OnFull
) -> None:
    queue.configure(max_depth=2, on_full=on_full)
    own.execute("BEGIN IMMEDIATE")
    _order(own, queue, "shoes")
    with pytest.raises(QueueFull, match="holds 1 jobs, its bound is 2 jobs, and 2 more"):
        queue.enqueue_many([1, 2], connection=own)
    _order(own, queue, "laces")
    own.execute("COMMIT")
    assert _orders(path) == ["shoes", "laces"]
    assert queue.counts().ready == 2
    assert engine.backend.check() == ()


def test_an_enqueue_that_fails_midway_leaves_nothing_of_itself(
    own: apsw.Connection, queue: Queue, engine: Engine, path: Path
) -> None:
    own.execute("BEGIN IMMEDIATE")
    _order(own, queue, "shoes")
    with pytest.raises(PayloadTooLarge):
        engine.queue("made on the way").enqueue("x" * 300_000, connection=own)
    own.execute("COMMIT")
    assert _orders(path) == ["shoes"]
    assert [summary.name for summary in engine.queues()] == ["email"]
    assert engine.backend.check() == ()


def test_the_programs_own_savepoints_take_jobs_with_them(
    own: apsw.Connection, queue: Queue, engine: Engine
) -> None:
    own.execute("BEGIN IMMEDIATE")
    kept = queue.enqueue("kept", connection=own)
    own.execute("SAVEPOINT mine")
    queue.enqueue("taken back", connection=own)
    own.execute("ROLLBACK TO mine")
    own.execute("RELEASE mine")
    own.execute("COMMIT")
    assert [job.id for job in queue.jobs()] == [kept.id]
    assert engine.backend.check() == ()


def test_large_payloads_lie_beside_the_file_here_too(
    own: apsw.Connection, queue: Queue, engine: Engine
) -> None:
    queue.configure(claim_check=1_000)
    text = "x" * 5_000
    own.execute("BEGIN IMMEDIATE")
    job = queue.enqueue(text, connection=own)
    own.execute("COMMIT")
    assert json.loads(engine.job(job.id).payload_json) == text
    assert len(list(Path(f"{engine.backend.file_info().label}.d", "blobs").iterdir())) == 1
    assert engine.backend.check() == ()


def test_others_hear_of_it_at_the_commit_and_not_before(
    own: apsw.Connection, queue: Queue, engine: Engine, reopen: Opener
) -> None:
    other, heard = reopen(), threading.Event()
    changes: list[Change] = []
    here = threading.Event()
    own.execute("BEGIN IMMEDIATE")
    queue.enqueue(1, connection=own)
    other.subscribe(lambda change: heard.set())

    def noted(change: Change) -> None:
        changes.append(change)
        here.set()

    engine.subscribe(noted)
    assert other.counts().ready == 0
    own.execute("COMMIT")
    assert heard.wait(10.0)
    assert here.wait(10.0)
    assert changes[0].queues <= {"email"}
    assert [job.payload_json for job in other.claim(ClaimRequest(queues=("email",)))] == ["1"]


def test_who_waits_for_a_job_gets_it_at_the_commit(own: apsw.Connection, queue: Queue) -> None:
    got: list[object] = []
    waiter = threading.Thread(target=lambda: got.append(queue.claim(wait=30.0)))
    waiter.start()
    own.execute("BEGIN IMMEDIATE")
    queue.enqueue("at last", connection=own)
    own.execute("COMMIT")
    waiter.join(20.0)
    (delivery,) = got
    assert getattr(delivery, "payload", None) == "at last"


def test_the_head_beside_the_file_is_the_new_one(
    own: apsw.Connection, queue: Queue, engine: Engine, path: Path
) -> None:
    own.execute("BEGIN IMMEDIATE")
    queue.enqueue(1, connection=own)
    queue.enqueue(2, connection=own)
    own.execute("COMMIT")
    info = engine.backend.file_info()
    head = heads.highest(path.with_name(f"{path.name}.d"), info.uuid)
    assert head is not None
    assert head.sequence == info.sequence


def test_the_programs_hooks_and_tracers_go_on(own: apsw.Connection, queue: Queue) -> None:
    seen: list[str] = []

    def noted(word: str, answer: Any) -> Callable[..., Any]:
        return lambda *_: (seen.append(word), answer)[1]  # type: ignore[func-returns-value]

    own.set_commit_hook(noted("commit", False))
    own.set_rollback_hook(noted("rollback", None))
    own.set_wal_hook(noted("wal", apsw.SQLITE_OK))
    own.exec_trace = noted("exec", True)
    own.trace_v2(apsw.SQLITE_TRACE_PROFILE, lambda event: seen.append(event["sql"]), id="theirs")
    own.row_trace = lambda cursor, row: {"row": row}
    own.execute("BEGIN IMMEDIATE")
    seen.clear()
    queue.enqueue(1, connection=own)
    assert "exec" not in seen
    own.execute("COMMIT")
    assert [s for s in seen if s in ("exec", "commit", "wal", "COMMIT")] == [
        "exec", "commit", "COMMIT", "wal",
    ]  # fmt: skip
    assert own.execute("SELECT 1").fetchone() == {"row": (1,)}
    own.execute("BEGIN IMMEDIATE")
    queue.enqueue(2, connection=own)
    own.execute("ROLLBACK")
    assert "rollback" in seen
    assert queue.counts().ready == 1


def test_a_transaction_by_with_works(own: apsw.Connection, queue: Queue, path: Path) -> None:
    own.transaction_mode = "IMMEDIATE"
    with own:
        _order(own, queue, "shoes")
    with pytest.raises(ZeroDivisionError):
        _fail_within(own, queue)
    assert _orders(path) == ["shoes"]
    assert queue.counts().ready == 1


def _fail_within(own: apsw.Connection, queue: Queue) -> None:
    with own:
        _order(own, queue, "never")
        raise ZeroDivisionError


def _begun(path: Path, *before: str, begin: str = "BEGIN IMMEDIATE") -> apsw.Connection:
    connection = connect(path)
    for statement in before:
        connection.execute(statement).fetchall()
    connection.execute(begin)
    return connection


def _read_only(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM jobs").fetchall()
    return connection


def _reading(path: Path) -> apsw.Connection:
    connection = _begun(path, begin="BEGIN")
    connection.execute("SELECT count(*) FROM jobs").fetchall()
    return connection


def _of_another_file(path: Path) -> apsw.Connection:
    open_backend(path.with_name("other.pillarbox")).close()
    return _begun(path.with_name("other.pillarbox"))


def _attached(path: Path) -> apsw.Connection:
    connection = connect(path.with_name("own.db"))
    connection.execute("ATTACH ? AS queue", (str(path),))
    connection.execute("BEGIN IMMEDIATE")
    return connection


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda p: sqlite3.connect(p), InvalidOption, "module sqlite3, a second copy of SQLite"),
        (lambda p: "a string", InvalidOption, "it is of type str"),
        (lambda p: apsw.Connection(str(p)), ProgrammingFault, "no transaction is open"),
        (_reading, ProgrammingFault, "no write transaction is open"),
        (_read_only, ProgrammingFault, "it can only read"),
        (_of_another_file, ProgrammingFault, "its main database is .*other.pillarbox, not"),
        (_attached, ProgrammingFault, "its main database is .*own.db, not"),
        (lambda p: apsw.Connection(":memory:"), ProgrammingFault, "no transaction is open"),
        (lambda p: _begun(p, "PRAGMA synchronous=NORMAL"), ProgrammingFault, "power loss"),
        (
            lambda p: _begun(p, "CREATE TEMP TABLE jobs (x)"),
            ProgrammingFault,
            "temporary table jobs hides",
        ),
    ],
    ids=[
        "sqlite3", "text", "no transaction", "reading", "read-only", "another file", "attached",
        "memory", "not durable", "hidden",
    ],
)  # fmt: skip
def test_a_connection_that_cannot_be_joined_is_refused(
    queue: Queue,
    engine: Engine,
    path: Path,
    make: Callable[[Path], Any],
    error: type[PillarboxError],
    says: str,
) -> None:
    connection = make(path)
    with pytest.raises(error, match=says):
        queue.enqueue(1, connection=connection)
    if not isinstance(connection, str):
        connection.close()
    assert queue.enqueue(2).id == "1"
    assert engine.backend.check() == ()


def test_a_file_by_another_name_is_the_same_file(
    own: apsw.Connection, queue: Queue, path: Path, tmp_path: Path
) -> None:
    own.close()
    folder = tmp_path / "elsewhere"
    folder.symlink_to(path.parent)
    other = _begun(folder / path.name)
    queue.enqueue(1, connection=other)
    other.execute("COMMIT")
    other.close()
    assert queue.counts().ready == 1


def test_waiting_for_room_within_a_transaction_is_refused(
    own: apsw.Connection, queue: Queue
) -> None:
    own.execute("BEGIN IMMEDIATE")
    with pytest.raises(InvalidOption, match="block and connection exclude each other"):
        queue.enqueue(1, connection=own, block=5.0)
    own.execute("ROLLBACK")


def test_a_file_that_became_newer_takes_no_job(own: apsw.Connection, queue: Queue) -> None:
    own.execute("BEGIN IMMEDIATE")
    own.execute("PRAGMA user_version=999")
    with pytest.raises(NewerFile):
        queue.enqueue(1, connection=own)
    own.execute("ROLLBACK")


def test_an_engine_that_only_looks_or_is_closed_joins_nothing(
    own: apsw.Connection, reopen: Opener, clock: ManualClock, queue: Queue, engine: Engine
) -> None:
    own.execute("BEGIN IMMEDIATE")
    with Engine(reopen(read_only=True), clock=clock, maintain=False) as looking:
        looks = looking.queue("email")
        with pytest.raises(ReadOnlyFile):
            looks.enqueue(1, connection=own)
    own.execute("ROLLBACK")
    engine.close()
    own.execute("BEGIN IMMEDIATE")
    with pytest.raises(EngineClosed):
        queue.enqueue(1, connection=own)
    own.execute("ROLLBACK")


def test_a_commit_after_the_engine_was_closed_still_counts(
    own: apsw.Connection, queue: Queue, engine: Engine, reopen: Opener
) -> None:
    # Without a transaction of its own to end with: it cannot write while the program's is open.
    own.execute("BEGIN IMMEDIATE")
    queue.enqueue(1, connection=own)
    closing = threading.Thread(target=engine.close)
    closing.start()
    own.execute("COMMIT")
    closing.join(30.0)
    again = reopen()
    assert again.counts("email").ready == 1
    assert again.check() == ()


def test_writers_of_all_kinds_side_by_side(
    queue: Queue, engine: Engine, reopen: Opener, path: Path, own: apsw.Connection
) -> None:
    queue.configure(max_depth=10_000)
    other = Engine(reopen(), maintain=False)
    failures: list[BaseException] = []

    def joined(number: int) -> None:
        connection = connect(path)
        for place in range(40):
            connection.execute("BEGIN IMMEDIATE")
            _order(connection, queue, f"{number}:{place}")
            queue.enqueue_many([number, place], connection=connection)
            connection.execute("COMMIT" if place % 4 else "ROLLBACK")
        connection.close()

    def plain(target: Queue) -> None:
        for place in range(100):
            target.enqueue(place)

    def guarded(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)

        return threading.Thread(target=run)

    threads = [guarded(lambda n=n: joined(n)) for n in range(3)]  # type: ignore[misc]
    threads += [guarded(lambda: plain(queue)), guarded(lambda: plain(other.queue("email")))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120.0)
    assert failures == []
    assert len(_orders(path)) == 90
    assert queue.counts().ready == 90 * 3 + 200
    assert engine.backend.check() == ()
    other.close()


KILLED = """
import os, signal, sys
import apsw
from pillarbox_engine.engine import Engine
from pillarbox_engine.sqlite import open_backend
queue = Engine(open_backend(sys.argv[1]), maintain=False).queue("email")
own = apsw.Connection(sys.argv[1])
own.execute("PRAGMA synchronous=FULL")
own.execute("CREATE TABLE IF NOT EXISTS shop_orders (id INTEGER PRIMARY KEY, what TEXT)")
for what in ("kept", "lost"):
    own.execute("BEGIN IMMEDIATE")
    own.execute("INSERT INTO shop_orders (what) VALUES (?)", (what,))
    queue.enqueue_many([what] * 3, connection=own)
    if what == "lost":
        own.cache_flush()
        os.kill(os.getpid(), signal.SIGKILL)
    own.execute("COMMIT")
"""


def test_a_kill_before_the_commit_leaves_neither_order_nor_job(reopen: Opener, path: Path) -> None:
    reopen(clock=None).close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    again = reopen(clock=None)
    assert _orders(path) == ["kept"]
    assert [row.preview for row in again.jobs().rows] == ['"kept"'] * 3
    assert again.check() == ()


def test_settings_made_by_a_joined_enqueue_are_those_of_a_new_queue(
    own: apsw.Connection, queue: Queue
) -> None:
    own.execute("BEGIN IMMEDIATE")
    queue.enqueue(1, connection=own)
    own.execute("COMMIT")
    assert queue.settings == QueueSettings()
