"""A billing service as one meets them: one call in ten times out, some are refused, some hang.

Owns the jobs, what the service does with each of them, the handlers file, and the judgement on a
run: what each job must have come to by the rules, what was sent for it, and the ledger.
"""

from __future__ import annotations

import json
import socket
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.engine import Engine
from pillarbox_engine.handlers.results import MAX_KEPT
from pillarbox_engine.model import Event, Job
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import DeadReason, State
from tests.loopback import Request, Server, drip, flood, reply, sending, silence

QUEUE, TYPE = "billing", "charge"
TIMEOUT = 0.5
"""Seconds a request may take: 30 s of a real service, scaled."""
ATTEMPTS = 4
RETRY_AFTER = 1

HANDLERS = """
[handlers.{type}]
http = {{ url = "{url}", timeout = {timeout} }}
retry = [ {{ status = [429, 503], after = "header" }}, {{ status = [400, 404], then = "dead" }} ]
[queues.{queue}]
concurrency = {concurrency}
"""


def kind(n: int) -> str:
    """What the service does with job `n`: of a hundred, ten time out once, and so on."""
    if n % 10 == 1:
        return "times out once"
    special = {2: "busy", 52: "busy", 3: "unknown", 53: "unknown", 4: "hangs", 5: "drips"}
    return {**special, 6: "floods", 7: "moved"}.get(n % 100, "fine")


DIES = {"unknown", "hangs", "drips", "moved"}


@dataclass(slots=True)
class Service:
    """The service, and how often each job has come to it."""

    seen: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def __call__(self, connection: socket.socket, request: Request) -> bool:
        n = json.loads(request.body)["n"]
        self.seen[n] += 1
        first = self.seen[n] == 1
        match kind(n):
            case "hangs":
                return silence(connection, request)
            case "times out once" if first:
                return silence(connection, request)
            case "drips":
                return drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")(connection, request)
            case "floods":
                return flood(connection, request)
        return sending(_answer(n, first))(connection, request)


def _answer(n: int, first: bool) -> bytes:
    match kind(n):
        case "busy" if first:
            return reply(503, b"come again", Retry_After=str(RETRY_AFTER))
        case "unknown":
            return reply(404, b"no such customer")
        case "moved":
            return reply(302, Location="/elsewhere")
    return reply(200, json.dumps({"charged": n}).encode())


def write_jobs(folder: Path, number: int) -> Path:
    """A file of so many jobs."""
    path = folder / "charges.jsonl"
    path.write_text("".join(json.dumps({"n": n}) + "\n" for n in range(number)))
    return path


def write_handlers(folder: Path, server: Server, concurrency: int) -> Path:
    """The handlers file for the service."""
    path = folder / "billing.toml"
    path.write_text(
        HANDLERS.format(
            type=TYPE, queue=QUEUE, url=server.url, timeout=TIMEOUT, concurrency=concurrency
        )
    )
    return path


def settings() -> QueueSettings:
    """So many attempts, soon after each other."""
    return QueueSettings(max_attempts=ATTEMPTS, backoff=Fixed(seconds=0.05, jitter=0.0))


def is_over(engine: Engine) -> bool:
    """Whether nothing is left to be done."""
    counts = engine.queue(QUEUE).counts()
    return counts.done + counts.dead == counts.enqueued_total > 0


def judge(engine: Engine, server: Server, number: int, concurrency: int) -> None:
    """Every job came to what it must, and no more was sent than there may be."""
    jobs = {json.loads(one.payload_json)["n"]: one for one in _jobs(engine)}
    assert set(jobs) == set(range(number))
    requests = _by_job(server)
    keys = {one.headers["idempotency-key"] for sent in requests.values() for one in sent}
    assert len(keys) == number == len(requests)
    for n, job in jobs.items():
        _judge_job(n, job)
        _judge_requests(n, job, requests[job.id])
    assert server.most <= concurrency
    assert any(_was_busy(job.history[0]) for n, job in jobs.items() if kind(n) == "busy")
    ledger = engine.queue(QUEUE).counts().ledger()
    assert ledger["enqueued"] == number == ledger["done"] + ledger["dead"]
    assert ledger["dead"] == sum(kind(n) in DIES for n in range(number))


def _judge_job(n: int, job: Job) -> None:
    if kind(n) not in DIES:
        assert job.state is State.DONE, (n, kind(n), job)
        expected = "y" * MAX_KEPT if kind(n) == "floods" else {"charged": n}
        assert job.result == expected
        return
    assert job.state is State.DEAD, (n, kind(n), job)
    last = job.history[-1]
    wanted = {
        "unknown": (DeadReason.REJECTED, "Http404"),
        "moved": (DeadReason.EXHAUSTED, "Http302"),
    }.get(kind(n), (DeadReason.TIMED_OUT, "HttpTimeout"))
    assert last.error is not None
    assert (job.reason, last.error.type) == wanted, (n, kind(n))


def _judge_requests(n: int, job: Job, sent: list[Request]) -> None:
    """The same key with every attempt, each attempt once, and none before it may be."""
    assert len({one.headers["idempotency-key"] for one in sent}) == 1
    attempts = [int(one.headers["x-attempt"]) for one in sent]
    assert attempts == list(range(1, len(sent) + 1)), (n, attempts)
    assert len(sent) == job.attempt <= ATTEMPTS
    for before, after, event in zip(sent, sent[1:], job.history, strict=False):
        if _was_busy(event):
            assert after.at - before.at >= RETRY_AFTER


def _was_busy(event: Event) -> bool:
    """Whether the attempt heard that it should come again later."""
    return event.error is not None and event.error.type == "Http503"


def _by_job(server: Server) -> dict[str, list[Request]]:
    by_job: dict[str, list[Request]] = defaultdict(list)
    for request in server.requests:
        by_job[request.headers["x-job-id"]].append(request)
    return by_job


def _jobs(engine: Engine) -> list[Job]:
    return [engine.job(one.id) for one in engine.queue(QUEUE).jobs()]
