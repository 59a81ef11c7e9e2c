"""A queue file with a bit of everything in it, made by a process that closes it or is killed.

Owns `Story`, what that process was told of each job, and `write`, which starts it and ends it.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pillarbox_engine.leasing import Ack, Claimed, ClaimRequest, Nack, Reject
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, open_backend

JOBS = 60
WORDS = ("ada", "lovelace", "grace", "hopper", "ünïcode", "queue", "letter")


@dataclass(frozen=True, slots=True)
class Job:
    """What its producer and worker know of a job; `ended` is "done" or "dead", else empty."""

    queue: str
    type: str
    payload: str
    ended: str = ""


Story = dict[str, Job]
"""By id: every job whose enqueue returned."""


def write(path: Path, seed: int, *, killed: bool, jobs: int = JOBS) -> Story:
    """Make the file at `path` in a process that closes it, or is killed after its last answer."""
    end = "wait" if killed else "close"
    command = [sys.executable, __file__, str(path), str(seed), str(jobs), end]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    if killed:
        process.kill()
    process.communicate()
    return {number: Job(*told) for number, told in json.loads(said).items()}


def _act(path: Path, seed: int, jobs: int, *, waits: bool) -> None:
    backend = open_backend(path, kind="worker")
    print(json.dumps(_fill(backend, random.Random(seed), jobs)), flush=True)
    if waits:
        sys.stdin.read()
    backend.close()


def _fill(backend: SqliteBackend, chance: random.Random, jobs: int) -> dict[str, list[str]]:
    story: dict[str, list[str]] = {}
    backend.configure("mail", QueueSettings(claim_check=4_000))
    backend.configure("groups", QueueSettings(max_depth=10_000))
    for number in range(jobs):
        queue = chance.choice(("mail", "groups", "large"))
        job = _job(chance, queue, number)
        (answer,) = backend.enqueue(queue, [job])
        story[answer.id] = [queue, job.type, job.payload_json, ""]
        if number % 5 == 4:
            _work(backend, chance, story)
    return story


def _job(chance: random.Random, queue: str, number: int) -> NewJob:
    length = chance.choice((3, 20, 200, 3_000 if queue == "large" else 900))
    payload = {"n": number, "words": [chance.choice(WORDS) for _ in range(length)]}
    return NewJob(
        payload_json=json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
        type=chance.choice(("send", "count")),
        priority=chance.choice((500, 500, 3)),
        delay=chance.choice((0.0, 0.0, 9_000.0)),
        group=chance.choice(("a", "b")) if queue == "groups" else None,
        unique_key=f"u{number}" if chance.random() < 0.2 else None,
        idempotency_key=f"k{number}" if chance.random() < 0.2 else None,
    )


def _work(backend: SqliteBackend, chance: random.Random, story: dict[str, list[str]]) -> None:
    request = ClaimRequest(queues=("mail", "groups", "large"), limit=3, worker="w")
    for claimed in backend.claim(request):
        verb = chance.choice(("ack", "ack", "nack", "reject", "hold"))
        if verb != "hold":
            backend.settle([_settled(claimed, verb)])
        story[claimed.lease.job_id][3] = {"ack": "done", "reject": "dead"}.get(verb, "")


def _settled(claimed: Claimed, verb: str) -> Ack | Nack | Reject:
    failure = Failure(type="ValueError", message="as told", traceback="…", fingerprint="f1")
    if verb == "ack":
        return Ack(lease=claimed.lease, result_json='{"sent":true}')
    if verb == "nack":
        return Nack(lease=claimed.lease, failure=failure, delay=5_000.0)
    return Reject(lease=claimed.lease, failure=failure)


if __name__ == "__main__":
    _act(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), waits=sys.argv[4] == "wait")
