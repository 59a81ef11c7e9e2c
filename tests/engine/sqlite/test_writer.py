"""Group commit: shared transactions, private failures."""

from __future__ import annotations

import threading
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import DiskFull, EngineClosed, QueueFull
from pillarbox_engine.protocols import Change
from pillarbox_engine.sqlite import queue_rows
from pillarbox_engine.sqlite.connection import open_writer
from pillarbox_engine.sqlite.memo import Head
from pillarbox_engine.sqlite.migrate import migrate
from pillarbox_engine.sqlite.outage import Anew, Outage
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.sqlite.writer import Writer


class Commits:
    """Remembers what was told after each commit."""

    def __init__(self) -> None:
        self.heads: list[Head] = []
        self.queues: list[frozenset[str]] = []

    def __call__(self, head: Head, change: Change) -> None:
        self.heads.append(head)
        self.queues.append(change.queues)


@pytest.fixture
def commits() -> Commits:
    return Commits()


@pytest.fixture
def writer(path: Path, clock: ManualClock, commits: Commits) -> Writer:
    path.touch()
    connection = open_writer(path)
    migrate(connection, path)
    connection.close()
    return Writer(path, clock, commits)


def _add(name: str):  # type: ignore[no-untyped-def]
    return lambda transaction: queue_rows.find_or_add(transaction, name).id


def _names(writer: Writer) -> list[str]:
    return writer.run(lambda t: [row[1] for row in t.rows("all_queues")])


def _add_then_fail(transaction: Transaction) -> None:
    queue_rows.find_or_add(transaction, "torn")
    raise QueueFull("no")


def _together(writer: Writer, *works) -> list[BaseException | None]:  # type: ignore[no-untyped-def]
    """Run works so that all wait, in this order, for the same commit."""
    errors: list[BaseException | None] = [None] * len(works)

    def call(place: int) -> None:
        try:
            writer.run(works[place])
        except BaseException as error:
            errors[place] = error

    threads = [threading.Thread(target=call, args=(place,)) for place in range(len(works))]
    with writer._combiner.alone():
        for number, thread in enumerate(threads, start=1):
            thread.start()
            while len(writer._combiner._waiting) < number:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    return errors


def test_work_that_waits_shares_a_commit(writer: Writer, commits: Commits) -> None:
    _together(writer, _add("a"), _add("b"), _add("c"))
    assert len(commits.heads) == 1
    assert commits.queues == [frozenset({"a", "b", "c"})]


def test_one_callers_torn_work_leaves_the_others_whole(writer: Writer, commits: Commits) -> None:
    errors = _together(writer, _add("a"), _add_then_fail, _add("b"))
    assert [type(error) for error in errors] == [type(None), QueueFull, type(None)]
    assert _names(writer) == ["a", "b"]
    assert len(commits.heads) == 2


def test_work_that_only_refuses_does_not_break_the_group(writer: Writer, commits: Commits) -> None:
    def refuse(transaction: Transaction) -> None:
        raise QueueFull("no")

    errors = _together(writer, _add("a"), refuse, _add("b"))
    assert isinstance(errors[1], QueueFull)
    assert len(commits.heads) == 1


def test_work_that_writes_nothing_adds_no_link(writer: Writer, commits: Commits) -> None:
    _names(writer)
    assert commits.heads == []


def test_links_are_numbered_without_gaps(writer: Writer, commits: Commits) -> None:
    for name in "abc":
        writer.run(_add(name))
    assert [head.sequence for head in commits.heads] == [1, 2, 3]


def test_a_closed_writer_says_so(writer: Writer) -> None:
    writer.close()
    with pytest.raises(EngineClosed):
        writer.run(_add("a"))


def test_a_mistake_in_the_work_is_raised_to_its_caller_alone(writer: Writer) -> None:
    with pytest.raises(ZeroDivisionError):
        writer.run(lambda transaction: 1 // 0)
    assert writer.run(_add("a")) == 1


def _interrupt(transaction: Transaction) -> None:
    raise KeyboardInterrupt


def test_an_interrupt_in_the_commit_tells_nobody_that_it_went_well(writer: Writer) -> None:
    errors = _together(writer, _add("a"), _interrupt, _add("b"))
    kinds = sorted(type(error).__name__ for error in errors)
    assert kinds.count("KeyboardInterrupt") == 1, "whoever committed for all gets the interrupt"
    assert kinds.count("Indeterminate") == 2
    assert len({id(error) for error in errors}) == 3, "each caller marks its own with its key"
    assert _names(writer) == []
    assert writer.run(_add("c")) == 1


def test_a_fault_after_the_commit_is_uncertain_to_the_others(
    writer: Writer, commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(head: Head, change: Change) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer, "_committed", full)
    errors = _together(writer, _add("a"), _add("b"), _add("c"))
    assert sorted(type(error).__name__ for error in errors) == [
        "Indeterminate", "Indeterminate", "OSError",
    ]  # fmt: skip
    monkeypatch.setattr(writer, "_committed", commits)
    assert _names(writer) == ["a", "b", "c"]


def test_work_that_was_refused_in_a_torn_group_is_judged_anew(writer: Writer) -> None:
    refusals = iter([True])

    def refuse_once(transaction: Transaction) -> None:
        if next(refusals, False):
            raise QueueFull("no")
        queue_rows.find_or_add(transaction, "late")

    errors = _together(writer, refuse_once, _add_then_fail)
    assert [type(error) for error in errors] == [type(None), QueueFull]
    assert _names(writer) == ["late"]


def test_a_disk_that_fills_up_again_each_time_is_no_yes(
    writer: Writer, path: Path, clock: ManualClock, commits: Commits,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    writer.close()
    anew = Anew(Outage(path, clock), lambda: open_writer(path), ran_out=lambda: True)
    refilled = Writer(path, clock, commits, anew=anew)

    def full(self: Writer, connection: apsw.Connection) -> None:
        raise apsw.FullError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "_make_durable", full)
        with pytest.raises(DiskFull):
            refilled.run(_add("lost"))
    assert _names(refilled) == []
    refilled.close()


def test_a_look_whether_it_is_over_keeps_no_connection_that_failed(writer: Writer) -> None:
    failed = writer._connection
    assert failed is not None

    def fail(cursor: apsw.Cursor, statement: str, bindings: object) -> bool:
        if statement.startswith("BEGIN"):
            raise apsw.IOError("disk I/O error")
        return True

    failed.exec_trace = fail
    writer.try_again()
    assert writer._connection is not failed
    assert writer.run(_add("goes on")) > 0
