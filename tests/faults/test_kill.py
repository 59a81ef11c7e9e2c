"""kill -9 at random moments: what was acknowledged is there, and the file is whole."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from pillarbox_engine.model import JobSummary, NewJob
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from pillarbox_engine.states import EventKind, State
from tests.faults.conftest import Spawn


def _facts(path: Path) -> dict[str, Counter[str]]:
    facts: dict[str, Counter[str]] = {"enqueued": Counter(), "acked": Counter()}
    if path.exists():
        for line in path.read_text().splitlines():
            fact, _, job_id = line.partition(" ")
            facts[fact][job_id] += 1
    return facts


@pytest.mark.parametrize("seed", range(6))
def test_what_was_acknowledged_survives_a_kill(path: Path, spawn: Spawn, seed: int) -> None:
    open_backend(path).close()
    told = [path.with_name(f"history-{number}") for number in range(3)]
    clients = [
        spawn("produce", path, told[0], 30, seed),
        spawn("work", path, told[1], 30, seed + 100),
        spawn("work", path, told[2], 30, seed + 200),
    ]
    time.sleep(1.0 + random.Random(seed).random())
    for client in clients:
        client.kill()
        client.wait()
    backend = open_backend(path)
    assert backend.check() == ()
    enqueued = _facts(told[0])["enqueued"]
    acked = _facts(told[1])["acked"] + _facts(told[2])["acked"]
    assert enqueued, "the load did not get going"
    assert max(acked.values(), default=1) == 1, "a job has two terminal acks"
    known = {row.id: row.state for row in _all(backend)}
    assert enqueued.keys() <= known.keys(), "an acknowledged enqueue is gone"
    assert {known[job_id] for job_id in acked} <= {State.DONE}, "an acked job runs again"
    assert State.LEASED not in known.values(), "a dead process still holds leases"
    backend.close()


def _all(backend: SqliteBackend) -> list[JobSummary]:
    cursor: str | None = None
    rows: list[JobSummary] = []
    while True:
        page = backend.jobs(limit=1_000, cursor=cursor)
        rows += page.rows
        cursor = page.cursor
        if cursor is None:
            return rows


def test_started_jobs_are_lost_and_jobs_claimed_ahead_are_charged_nothing(
    path: Path, spawn: Spawn
) -> None:
    first = open_backend(path)
    first.enqueue("load", [NewJob(payload_json="{}")] * 5)
    client = spawn("hold", path, 1, 4)
    assert client.stdout is not None
    assert client.stdout.readline() == "holding\n"
    assert first.counts("load").leased == 5
    client.kill()
    client.wait()
    first.maintain()
    jobs = {row.id: row for row in first.jobs().rows}
    assert [jobs[str(n)].lost for n in range(1, 6)] == [1, 0, 0, 0, 0]
    assert {row.attempt for row in jobs.values()} == {0}
    assert {row.state for row in jobs.values()} == {State.READY}
    kinds = [first.job(str(n)).history[-1].kind for n in (1, 2)]
    assert kinds == [EventKind.LOST, EventKind.RELEASED]
    assert first.check() == ()
    first.close()


def test_opening_says_what_it_recovered(path: Path, spawn: Spawn) -> None:
    first = open_backend(path)
    first.enqueue("load", [NewJob(payload_json="{}")] * 3)
    first.close()
    client = spawn("hold", path, 1, 2)
    assert client.stdout is not None
    client.stdout.readline()
    client.kill()
    client.wait()
    again = open_backend(path)
    assert again.file_info().notices == ("3 leases were recovered",)
    again.close()
