"""Group commit: shared transactions, private failures."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import EngineClosed, QueueFull
from pillarbox_engine.sqlite import queue_rows
from pillarbox_engine.sqlite.chain import Head
from pillarbox_engine.sqlite.connection import open_writer
from pillarbox_engine.sqlite.migrate import migrate
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.sqlite.writer import Writer


class Commits:
    """Remembers what was told after each commit."""

    def __init__(self) -> None:
        self.heads: list[Head] = []
        self.queues: list[frozenset[str]] = []

    def __call__(self, head: Head, queues: frozenset[str]) -> None:
        self.heads.append(head)
        self.queues.append(queues)


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
    """Run works so that all wait for the same commit."""
    errors: list[BaseException | None] = [None] * len(works)
    started = threading.Barrier(len(works) + 1)

    def call(place: int) -> None:
        started.wait()
        try:
            writer.run(works[place])
        except QueueFull as error:
            errors[place] = error

    threads = [threading.Thread(target=call, args=(place,)) for place in range(len(works))]
    with writer._lock:
        for thread in threads:
            thread.start()
        started.wait()
        while len(writer._pending) < len(works):
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
