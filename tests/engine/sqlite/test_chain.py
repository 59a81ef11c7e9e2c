"""The chain of commits: it grows, folds, and shows what was changed or lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend, chain
from pillarbox_engine.sqlite.connection import open_untouched


def _enqueue(backend: SqliteBackend, times: int = 1) -> None:
    for _ in range(times):
        backend.enqueue("email", [NewJob(payload_json="{}")])


def _tamper(path: Path, statement: str) -> None:
    other = apsw.Connection(str(path))
    other.execute(statement)
    other.close()


def test_the_chain_adds_up_to_the_counters(backend: SqliteBackend, path: Path) -> None:
    _enqueue(backend, 4)
    connection = open_untouched(path)
    verdict = chain.verify(connection)
    connection.close()
    assert verdict.problems == ()
    assert verdict.counters["1"]["ready"] == 4


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE chain SET deltas = '{}' WHERE sequence = 3", "does not follow"),
        ("DELETE FROM chain WHERE sequence = 3", "gap"),
        ("UPDATE counters SET ready = ready + 1", "the counter ready is"),
        ("UPDATE jobs SET state = 'done' WHERE id = 1", "its rows say"),
        ("DELETE FROM jobs WHERE id = 2", "its rows say"),
        ("UPDATE jobs SET payload = '{} ' WHERE id = 1", "payload of job 1"),
        ("UPDATE jobs SET state = 'odd' WHERE id = 1", "state that does not exist"),
        (
            "INSERT INTO events (job_id, at, kind, attempt, fence) VALUES (99, 0, 'done', 1, 1)",
            "belong to no job",
        ),
    ],
)
def test_the_check_sees_what_was_changed_behind_our_back(
    backend: SqliteBackend, path: Path, statement: str, says: str
) -> None:
    _enqueue(backend, 4)
    assert backend.check() == ()
    _tamper(path, statement)
    assert any(says in problem for problem in backend.check())


def test_folding_keeps_the_sum_and_the_chain(
    backend: SqliteBackend, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "KEEP_LINKS", 5)
    monkeypatch.setattr(chain, "FOLD_SLACK", 3)
    _enqueue(backend, 20)
    backend.maintain()
    connection = open_untouched(path)
    oldest = connection.execute("SELECT min(sequence) FROM chain").fetchone()
    connection.close()
    assert oldest is not None
    assert oldest[0] > 5
    assert backend.check() == ()
    _enqueue(backend, 20)
    backend.maintain()
    assert backend.check() == ()


def test_the_head_on_disk_is_what_reopening_compares_with(
    reopen: Callable[..., SqliteBackend], path: Path
) -> None:
    first = reopen()
    _enqueue(first, 3)
    assert first.file_info().sequence == 4
    first.close()
    heads = list(path.with_name("jobs.pillarbox.d").glob("head-*"))
    assert len(heads) == 1
    reopen()
    assert len(list(path.with_name("jobs.pillarbox.d").glob("head-*"))) == 1
