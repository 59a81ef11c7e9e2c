"""kill -9 while flows are made and worked: no parent starts before its children have ended."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pillarbox_engine.filters import Filter
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from tests.faults.families import faults, read, sizes

PATIENCE = 60.0
ROUNDS = int(os.environ.get("ROUNDS", "20"))
FIRST = int(os.environ.get("SEEDS", "1000"))
Client = subprocess.Popen[str]


@pytest.fixture
def running() -> Iterator[list[Client]]:
    """The clients of a test; none outlives it."""
    clients: list[Client] = []
    yield clients
    for client in clients:
        client.kill()
        client.wait()
        assert client.stdout is not None
        client.stdout.close()


def start(path: Path, told: Path, seed: str, flows: int) -> Client:
    command = [sys.executable, "-m", "tests.faults.families", str(path), str(told), seed]
    client = subprocess.Popen([*command, str(flows)], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    assert client.stdout.readline() == "serving\n"
    return client


def all_children(backend: SqliteBackend) -> dict[str, Sequence[str]]:
    rows = backend.jobs(Filter(), limit=10_000).rows
    found = {row.id: backend.flow(row.id).children for row in rows}
    return {number: [child.id for child in mine] for number, mine in found.items() if mine}


def test_no_parent_starts_before_its_children_have_ended(
    tmp_path: Path, running: list[Client]
) -> None:
    _kill_and_judge(tmp_path, running, 0, generations=2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
def test_none_does_in_many_rounds(tmp_path: Path, running: list[Client], seed: int) -> None:
    _kill_and_judge(tmp_path, running, seed, generations=4)


def _kill_and_judge(tmp_path: Path, running: list[Client], seed: int, generations: int) -> None:
    path, told, chance = tmp_path / "jobs.pillarbox", tmp_path / "told", random.Random(seed)
    _never_dead(path)
    for generation in range(generations):
        two = [start(path, told, f"{seed}-{generation}-{n}", 10_000) for n in (1, 2)]
        running += two
        time.sleep(chance.uniform(0.1, 0.5))
        for client in two:
            client.kill()
            client.wait()
    last = start(path, told, "last", 0)
    running.append(last)
    assert last.wait(PATIENCE) == 0
    _judge(path, told)


def _never_dead(path: Path) -> None:
    """However often a job is lost here, it goes on."""
    backend = open_backend(path)
    for queue in ("a", "b"):
        backend.configure(queue, QueueSettings(max_lost=1_000, keep_done_for=1e6))
    backend.close()


def _judge(path: Path, told: Path) -> None:
    backend = open_backend(path)
    assert backend.check() == ()
    children = all_children(backend)
    lines = read(told)
    assert list(faults(lines, children)) == []
    counts = backend.counts()
    assert (counts.live, counts.dead, counts.cancelled) == (0, 0, 0)
    assert counts.done + counts.removed_done == counts.enqueued_total > 20
    below = {child for mine in children.values() for child in mine}
    for first in children.keys() - below:
        assert backend.job(first).result == sizes(children, first)
    assert lines
    backend.close()


def test_the_judge_sees_a_parent_that_starts_early() -> None:
    children = {"1": ["2", "3"]}
    good = [("starts", "2", "1"), ("ends", "2", "1"), ("ends", "3", "1"), ("starts", "1", "-")]
    assert list(faults(good, children)) == []
    assert "before its children ['3']" in next(faults([*good[:2], good[3]], children))
    assert "2 ran after its parent 1" in next(faults([*good, good[0]], children))
