"""Events out: told once, together where they come thick, and never on the way of a job."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from pillarbox_engine.bound import Bound
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidHandlers
from pillarbox_engine.events import QUEUE, Sender
from pillarbox_engine.events.deaths import NAMED, DeathsToTell
from pillarbox_engine.events.occasions import EVERY, SETTINGS
from pillarbox_engine.handlers import inspect, load
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.outcomes import Reject
from pillarbox_engine.sqlite import open_backend
from tests.engine.kit import PATIENCE, settings, until


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    backend = (
        MemoryBackend()
        if request.param == "memory"
        else open_backend(str(tmp_path / "a.pillarbox"), kind="worker")
    )
    with Engine(backend) as engine:
        yield engine


class Told:
    """A receiver that notes what it is told, and fails as often as it is asked to."""

    def __init__(self, failures: int = 0) -> None:
        self.said: list[Any] = []
        self._failures = failures

    def __call__(self, job: JobContext) -> None:
        if self._failures > 0:
            self._failures -= 1
            raise ConnectionError("nobody listens")
        self.said.append(job.payload)

    @property
    def bound(self) -> dict[str, Bound]:
        return {"alarm": Bound(run=self), "dead": Bound(run=self)}


def die(engine: Engine, jobs: int, queue: str = "mail") -> list[str]:
    """Have so many jobs become dead letters."""

    def reject(job: JobContext) -> None:
        raise Reject("no such address")

    ids = [one.id for one in engine.queue(queue).enqueue_many(range(jobs), type="send")]
    with engine.queue(queue).worker(reject) as worker:
        assert worker.join_idle(PATIENCE)
    return ids


def number(told: Told) -> int:
    return sum(said["number"] for said in told.said if said["event"] == "dead")


def test_a_dead_letter_is_told_with_what_one_wants_to_know(opened: Engine) -> None:
    told = Told()
    die(opened, 3, "before")
    with Sender(opened, told.bound):
        (job_id,) = die(opened, 1)
        until(opened, QUEUE, lambda: opened.queue(QUEUE).counts().done == 1)
    (said,) = told.said
    assert (said["event"], said["number"], said["queues"]) == ("dead", 1, {"mail": 1})
    assert said["text"] == "1 dead letter: mail 1"
    assert said["jobs"] == [
        {
            "id": job_id, "queue": "mail", "type": "send", "reason": "rejected",
            "error": "Reject: no such address", "attempts": 1,
        }
    ]  # fmt: skip


def test_a_storm_is_told_together_and_nothing_is_left_out(opened: Engine) -> None:
    told = Told()
    with Sender(opened, told.bound, every=60.0) as sender:
        die(opened, 1)
        until(opened, QUEUE, lambda: number(told) == 1)
        for _ in range(5):
            die(opened, 100)
        sender.stop()
        assert number(told) == 501, "at the end nothing is kept for later"
    assert len(told.said) == 2
    largest = max(told.said, key=lambda said: int(said["number"]))
    assert len(largest["jobs"]) <= NAMED
    assert largest["more"] == largest["number"] - len(largest["jobs"])


def test_an_event_that_cannot_be_sent_is_sent_again_and_its_death_tells_nothing(
    opened: Engine,
) -> None:
    told = Told(failures=2)
    events = opened.queue(QUEUE, defaults=SETTINGS)
    events.configure(backoff=settings().backoff)
    with Sender(opened, told.bound):
        die(opened, 1)
        until(opened, QUEUE, lambda: events.counts().done == 1)
    assert events.counts().failed_total == 2
    events.configure(max_attempts=1)
    failing = Told(failures=100)
    with Sender(opened, failing.bound):
        die(opened, 1)
        until(opened, QUEUE, lambda: events.counts().dead == 1)
    assert events.counts().enqueued_total == 2, "the death of an event is no event"


def test_alarms_are_told_as_they_are_raised_and_cleared(opened: Engine) -> None:
    told, queue = Told(), opened.queue("orders")
    queue.configure(alarm_depth=2)
    with Sender(opened, told.bound):
        jobs = queue.enqueue_many([1, 2, 3])
        until(opened, QUEUE, lambda: len(told.said) == 1)
        opened.backend.cancel([job.id for job in jobs])
        until(opened, QUEUE, lambda: len(told.said) == 2)
    assert [(said["turn"], said["queue"], said["kind"]) for said in told.said] == [
        ("raised", "orders", "depth"),
        ("cleared", "orders", "depth"),
    ]
    assert told.said[0]["text"] == "orders: 3 jobs are ready, the alarm is at 2 (raised)"


def test_of_two_processes_one_tells(tmp_path: Path) -> None:
    """Two engines on one file, as two processes have them."""
    path, told = str(tmp_path / "a.pillarbox"), Told()
    with (
        Engine(open_backend(path, kind="worker")) as one,
        Engine(open_backend(path, kind="worker")) as other,
    ):
        one.queue("mail").configure(alarm_depth=1)
        with Sender(one, told.bound, every=1.0), Sender(other, told.bound, every=1.0):
            for _ in range(4):
                die(one, 25)
            until(one, QUEUE, lambda: number(told) >= 100)
    assert number(told) == 100
    turns = [(said["alarm"], said["turn"]) for said in told.said if said["event"] == "alarm"]
    assert len(turns) == len(set(turns))


def test_the_chain_goes_on_after_a_restart_and_bad_links_are_passed_over(opened: Engine) -> None:
    events = opened.queue(QUEUE, defaults=SETTINGS)
    DeathsToTell(opened).look()
    die(opened, 2)
    first = DeathsToTell(opened)
    die(opened, 1)
    first.look()
    die(opened, 4)
    DeathsToTell(opened).look()
    told = [opened.job(job.id).payload["number"] for job in events.jobs(state="ready")]
    assert told == [4, 1], "what died while nobody looked is told after the first event"
    for payload in ("by hand", {"through": {"mail": "7"}}, {"through": [1]}):
        events.enqueue(payload, type="dead")
        DeathsToTell(opened).look()
    assert events.counts().ready == 5


class Receiver(BaseHTTPRequestHandler):
    """Notes each request's path and body."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.put((self.path, json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.heard = SimpleQueue()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_and_a_command_from_a_handlers_file(
    opened: Engine, tmp_path: Path, receiver: ThreadingHTTPServer
) -> None:
    port, note = receiver.server_address[1], tmp_path / "note.json"
    file = tmp_path / "handlers.toml"
    file.write_text(
        f"""
        [handlers.nothing]
        command = ["true"]
        [events.dead]
        command = ["sh", "-c", "cat > note.json"]
        every = 60
        [events.alarm]
        http = {{ url = "http://127.0.0.1:{port}/alarms" }}
        """
    )
    opened.queue("mail").configure(alarm_dead_age=0.001)
    with load(file) as handlers, Sender(opened, handlers.events, every=handlers.file.every):
        die(opened, 1)
        path, heard = receiver.heard.get(timeout=PATIENCE)  # type: ignore[attr-defined]
        until(opened, QUEUE, lambda: opened.queue(QUEUE).counts().done == 2)
    assert (path, heard["event"], heard["turn"]) == ("/alarms", "alarm", "raised")
    assert json.loads(note.read_text())["queues"] == {"mail": 1}


HANDLER = '[handlers.nothing]\ncommand = ["true"]\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[events.birth]\ncommand = ["true"]', "line 3.*There is no event 'birth'"),
        ("[events.dead]", "line 3.*events.dead does not say what runs"),
        ('[events.alarm]\ncommand = ["true"]\nevery = 5', "line 5.*no key events.alarm.every"),
        ('[events.dead]\ncommand = ["true"]\nevery = 0', "line 5.*every is out of range"),
        ('[events.dead]\ncommand = ["true"]\nconcurrency = 2', "line 5.*events.dead.concurrency"),
        ('[events.dead]\ncommand = ["true"]\nhttp = { url = "http://x/" }', "line 5.*both"),
        ("[events]\ndead = 1", "events.dead is not a table"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "handlers.toml"
    file.write_text(HANDLER + text)
    with pytest.raises(InvalidHandlers, match=words):
        inspect(file)


def test_off_where_the_file_does_not_say(tmp_path: Path) -> None:
    file = tmp_path / "handlers.toml"
    file.write_text(HANDLER)
    inspected = inspect(file)
    assert (inspected.events, inspected.every) == ((), EVERY)
    file.write_text(HANDLER + '[events.dead]\ncommand = ["true"]\nevery = 2\n')
    inspected = inspect(file)
    assert [(one.type, one.line) for one in inspected.describe_events()] == [("dead", 4)]
    assert inspected.every == 2.0
