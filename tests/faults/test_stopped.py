"""SIGSTOP past the lease, then CONT: the late ack is refused, the new owner's counts."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.model import Job, NewJob
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import EventKind, State
from tests.faults import history, rounds
from tests.faults.checker import check
from tests.faults.crowd import ended_twice
from tests.faults.final import look, payload
from tests.faults.history import History
from tests.faults.recorded import Recorded
from tests.faults.stopped import QUEUE

Client = subprocess.Popen[str]
Start = Callable[[str], Client]


@pytest.fixture
def start(path: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a client; none outlives the test, stopped or not."""
    running: list[Client] = []

    def begin(how: str) -> Client:
        command = [sys.executable, "-m", "tests.faults.stopped", str(path), str(tmp_path / "told")]
        running.append(subprocess.Popen(
            [*command, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ))  # fmt: skip
        return running[-1]

    yield begin
    for client in running:
        client.kill()
        client.communicate()


def _tell(client: Client, word: str) -> None:
    assert client.stdin is not None
    client.stdin.write(f"{word}\n")


def _hear(client: Client) -> str:
    assert client.stdout is not None
    return client.stdout.readline().strip()


@pytest.mark.parametrize(("how", "said"), [("delivery", "LeaseLost"), ("pool", "ended")])
def test_a_worker_stopped_past_its_lease_has_lost_it(
    path: Path, tmp_path: Path, start: Start, how: str, said: str
) -> None:
    told = tmp_path / "told"
    store = Recorded(open_backend(path), History(told, "other"))
    with Engine(store) as engine:  # type: ignore[arg-type]
        engine.queue(QUEUE).configure(lease=0.5)
        store.enqueue(QUEUE, [_new("it")])
        client = start(how)
        assert _hear(client) == "running"
        client.send_signal(signal.SIGSTOP)
        _work_elsewhere(engine, store)
        client.send_signal(signal.SIGCONT)
        _tell(client, "go on")
        assert _hear(client) == said
        assert client.wait(30) == 0
        _judge(store, engine, told)


def _work_elsewhere(engine: Engine, store: Recorded) -> None:
    """Wait until its lease has run out, and the job is done by another worker."""

    def handler(job: JobContext) -> str:
        store.history.note("run", jobs=[[job.id, job.fence]])
        store.history.note("ran", jobs=[[job.id, job.fence]])
        return "elsewhere"

    with engine.worker((QUEUE,), handler) as worker:
        assert worker.join_idle(30.0)


def _judge(store: Recorded, engine: Engine, told: Path) -> None:
    job: Job = engine.job("1")
    assert (job.state, job.result) == (State.DONE, "elsewhere")
    assert [event.kind for event in job.history] == [EventKind.LOST, EventKind.DONE]
    calls = history.read(told)
    late = [call for call in calls if call.op == "settle" and call.client != "other"]
    assert all(call.data["accepted"] == [False] for call in late)
    assert ended_twice(calls) == []
    assert check(calls, look(store.backend)) == []


def _new(key: str) -> NewJob:
    return NewJob(payload_json=payload(key))


def test_the_promises_survive_processes_that_are_stopped(tmp_path: Path) -> None:
    verdict = rounds.stops(tmp_path, 0)
    assert not verdict.violations, str(verdict)
    assert verdict.faults
