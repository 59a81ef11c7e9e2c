"""An operation outlives its process: killed in the middle, it is completed exactly once each."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from pillarbox_engine.clock import SystemClock
from pillarbox_engine.engine import Engine
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import ClaimRequest, Reject
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.operation import OperationState
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import EventKind

MANY = 5_000
FAILURE = Failure(type="ValueError", message="no", fingerprint="f")
CHILD = """
import sys
from pillarbox_engine import bulk
from pillarbox_engine.clock import SystemClock
from pillarbox_engine.engine import Engine
from pillarbox_engine.sqlite import open_backend

backend = open_backend(sys.argv[1], clock=SystemClock())
engine = Engine(backend, maintain=False)
operation = engine.queue("a").replay(detach=True)
print("frozen", operation.total, flush=True)
bulk.drive(backend, operation.record, progress=lambda done, total: print(done, flush=True))
"""


def bury(path: Path, number: int) -> None:
    backend = open_backend(path, clock=SystemClock())
    backend.enqueue("a", [NewJob(payload_json=f'{{"n":{n}}}') for n in range(number)])
    while claims := backend.claim(ClaimRequest(queues=("a",), limit=1_000)):
        backend.settle([Reject(lease=claimed.lease, failure=FAILURE) for claimed in claims])
    backend.close()


def kill_in_the_middle(path: Path) -> None:
    """Replay in another process and kill -9 it when a fifth is done."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == f"frozen {MANY}\n"
        while int(child.stdout.readline()) < MANY // 5:
            pass
        child.send_signal(signal.SIGKILL)


def test_a_killed_replay_of_5000_is_completed_exactly_once_each(tmp_path: Path) -> None:
    path = tmp_path / "jobs.pillarbox"
    bury(path, MANY)
    kill_in_the_middle(path)

    with Engine(open_backend(path, clock=SystemClock()), maintain=False) as engine:
        (left,) = engine.operations()
        assert left.state is OperationState.RUNNING
        assert MANY // 5 <= left.done < MANY
        assert engine.counts().ready == left.changed == left.done

    with Engine(open_backend(path, clock=SystemClock())) as engine:
        (operation,) = engine.operations()
        hints = engine.hints
        while not operation.refresh().record.ended:
            hints.wait(hints.mark(), 0.1)
        assert (operation.state, operation.changed) == (OperationState.DONE, MANY)
        counts = engine.counts()
        assert (counts.ready, counts.dead, counts.replayed_total) == (MANY, 0, MANY)
        ids = [job.id for job in engine.jobs(Filter())]
        histories = engine.backend.histories(ids)
        for job_id in ids:
            kinds = [event.kind for event in histories[job_id]]
            assert kinds == [EventKind.REJECTED, EventKind.REPLAYED]
        assert engine.backend.check() == ()


def test_two_processes_that_drive_one_operation_do_each_job_once(tmp_path: Path) -> None:
    path = tmp_path / "jobs.pillarbox"
    bury(path, 2_000)
    with Engine(open_backend(path, clock=SystemClock())) as engine:
        begun = engine.queue("a").replay(detach=True)
        script = CHILD.replace('engine.queue("a").replay(detach=True)', "engine.operations()[0]")
        others = [subprocess.Popen([sys.executable, "-c", script, str(path)]) for _ in range(2)]
        assert begun.wait(60)
        assert [other.wait(60) for other in others] == [0, 0]
        counts = engine.counts()
        assert (counts.ready, counts.replayed_total) == (2_000, 2_000)
        assert (begun.changed, begun.skipped) == (2_000, {})
        assert engine.backend.check() == ()
