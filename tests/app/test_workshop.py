"""Workers of a handlers file in the window's process: started, following new queues, stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import pillarbox
from pillarbox.workshop import Workshop
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidHandlers
from pillarbox_engine.events import QUEUE
from pillarbox_engine.handlers import Inspected, inspect
from tests.engine.kit import PATIENCE, until

FILE = """
[handlers.send]
command = ["true"]
[handlers.echo]
command = ["cat"]
[handlers.secret]
http = { url = "env:PILLARBOX_TEST_NOT_SET" }
[events.dead]
command = ["true"]
"""


def written(folder: Path, text: str) -> Inspected:
    path = folder / "handlers.toml"
    path.write_text(text)
    return inspect(path)


@pytest.fixture
def engine() -> Iterator[Engine]:
    with pillarbox.connect("memory:") as opened:
        yield opened


@pytest.fixture
def workshop(engine: Engine) -> Iterator[Workshop]:
    made = Workshop(engine)
    yield made
    made.stop()


def done(engine: Engine, queue: str, number: int) -> None:
    until(engine, queue, lambda: engine.queue(queue).counts().done == number)


def test_it_serves_every_queue_and_those_that_come_and_can_be_started_again(
    engine: Engine, workshop: Workshop, tmp_path: Path
) -> None:
    file = written(tmp_path, FILE.partition("[handlers.secret]")[0])
    engine.queue("mail").enqueue(1, type="send")
    workshop.start(file)
    workshop.start(file)
    done(engine, "mail", 1)
    engine.queue("late").enqueue(1, type="send")
    workshop.follow(["mail", "late", QUEUE])
    done(engine, "late", 1)
    workshop.stop()
    engine.queue("mail").enqueue(2, type="send")
    workshop.follow(["mail", "more"])
    assert engine.queue("mail").counts().ready == 1, "nobody serves it now"
    workshop.start(file)
    done(engine, "mail", 2)


def test_events_are_told_while_workers_run(
    engine: Engine, workshop: Workshop, tmp_path: Path
) -> None:
    text = '[handlers.fail]\ncommand = ["false"]\n[events.dead]\ncommand = ["true"]\n'
    engine.queue("mail").configure(max_attempts=1)
    engine.queue("mail").enqueue(1, type="fail")
    workshop.start(written(tmp_path, text))
    done(engine, QUEUE, 1)
    assert engine.queue("mail").counts().dead == 1


def test_what_cannot_be_loaded_starts_nothing(
    engine: Engine, workshop: Workshop, tmp_path: Path
) -> None:
    with pytest.raises(InvalidHandlers, match="PILLARBOX_TEST_NOT_SET"):
        workshop.start(written(tmp_path, FILE))
    assert [queue.name for queue in engine.queues()] == []
    workshop.start(written(tmp_path, '[handlers."*"]\ncommand = ["true"]'))
    engine.queue("mail").enqueue(1)
    workshop.follow(["mail"])
    done(engine, "mail", 1)


def test_one_handler_is_tried_without_the_others_and_without_a_queue(
    engine: Engine, workshop: Workshop, tmp_path: Path
) -> None:
    file = written(tmp_path, FILE)
    found = workshop.run_once(file, "echo", '{"a":1}', lambda: False)
    assert (found.outcome, found.result_json) == ("done", '{"a":1}')
    assert engine.queues() == ()
    any_type = written(tmp_path, '[handlers."*"]\ncommand = ["cat"]')
    assert workshop.run_once(any_type, "whatever", "2", lambda: False).result_json == "2"
    assert found.seconds < PATIENCE
