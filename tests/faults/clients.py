"""Clients that fault tests run as processes of their own, and kill.

Each appends what it was told by the engine to a history file, one line a fact, before it goes on:
`enqueued ID`, `acked ID`. A line is there only after the engine's answer was.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

from pillarbox_engine.leasing import Ack, ClaimRequest, LeaseRef, Nack
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.sqlite import open_backend

FAILURE = Failure(type="Flaky", message="as told", fingerprint="flaky")


class History:
    """The facts this client was told, outside the queue file."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def note(self, fact: str, *ids: str) -> None:
        os.write(self._descriptor, "".join(f"{fact} {job_id}\n" for job_id in ids).encode())


def produce(path: Path, history: History, seconds: float, seed: int) -> None:
    """Enqueue batches of 1 to 20 jobs until the time is up."""
    chance, backend = random.Random(seed), open_backend(path, kind="program")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        jobs = [NewJob(payload_json='{"n":1}', max_attempts=3)] * chance.randint(1, 20)
        history.note("enqueued", *(answer.id for answer in backend.enqueue("load", jobs)))
    backend.close()


def work(path: Path, history: History, seconds: float, seed: int) -> None:
    """Claim, then ack most and nack some, until the time is up."""
    chance, backend = random.Random(seed), open_backend(path, kind="worker")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        claimed = backend.claim(ClaimRequest(queues=("load",), limit=10))
        for slot, job in enumerate(claimed):
            backend.mark_started(slot, job.lease)
        good = [job for job in claimed if chance.random() < 0.9]
        bad = [job for job in claimed if job not in good]
        notes = backend.settle([Ack(lease=job.lease) for job in good])
        history.note(
            "acked", *(j.lease.job_id for j, note in zip(good, notes, strict=True) if not note)
        )
        backend.settle([Nack(lease=job.lease, failure=FAILURE, delay=0.0) for job in bad])
        backend.maintain()
    backend.close()


def hold(path: Path, started: int, ahead: int) -> None:
    """Claim `started + ahead` jobs, mark the first as started, say so, and wait to be killed."""
    backend = open_backend(path, kind="worker")
    claimed = backend.claim(ClaimRequest(queues=("load",), limit=started + ahead))
    for slot, job in enumerate(claimed[:started]):
        backend.mark_started(slot, LeaseRef(job.lease.job_id, job.lease.fence))
    print("holding", flush=True)
    time.sleep(600)


def once(path: Path) -> None:
    """Wait for a line on standard input, then enqueue one job."""
    backend = open_backend(path, kind="program")
    print("ready", flush=True)
    sys.stdin.readline()
    backend.enqueue("bell", [NewJob(payload_json="{}")])
    backend.close()


def main() -> None:
    role, path, rest = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    if role == "once":
        once(path)
    elif role == "hold":
        hold(path, int(rest[0]), int(rest[1]))
    else:
        act = produce if role == "produce" else work
        act(path, History(Path(rest[0])), float(rest[1]), int(rest[2]))


if __name__ == "__main__":
    main()
