"""Handlers that raise, hang or kill their process, with a real worker process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.accept import handlers_story
from tests.accept.conftest import Program, document

pytestmark = pytest.mark.accept


@pytest.fixture
def handlers(tmp_path: Path) -> Path:
    """The handlers file."""
    return handlers_story.write(tmp_path)


def _enqueue(pillarbox: Program, path: Path, type_: str, number: int, *options: object) -> None:
    jobs = path.with_name(f"{type_}.jsonl")
    jobs.write_text("".join(json.dumps({"n": n, "of": type_}) + "\n" for n in range(number)))
    result = pillarbox("enqueue", "odd", jobs, "--type", type_, "--file", path, *options)
    assert result.returncode == 0, result.stderr


def _jobs(pillarbox: Program, path: Path, query: str) -> list[dict[str, Any]]:
    result = pillarbox("jobs", query, "--limit", 1_000, "--json", "--file", path)
    return [json.loads(line) for line in result.stdout.splitlines()]


def _work(pillarbox: Program, path: Path, handlers: Path, concurrency: int = 2) -> int:
    result = pillarbox(
        "work", "odd", "--handlers", handlers, "--concurrency", concurrency, "--until-idle",
        "--file", path,
    )  # fmt: skip
    return result.returncode


def _once_each(pillarbox: Program, path: Path) -> None:
    """A queue in which one failure is enough to be a dead letter."""
    import pillarbox as library

    with library.connect(path) as engine:
        engine.queue("odd").configure(max_attempts=1)


def test_raising_and_hanging_end_as_dead_letters_while_the_worker_goes_on(
    pillarbox: Program, path: Path, handlers: Path
) -> None:
    _once_each(pillarbox, path)
    _enqueue(pillarbox, path, "raises", 1)
    _enqueue(pillarbox, path, "hangs", 1)
    _enqueue(pillarbox, path, "fine", 50)
    assert _work(pillarbox, path, handlers) == 0
    dead = {job["type"]: job for job in _jobs(pillarbox, path, "state:dead")}
    assert dead["raises"]["reason"] == "exhausted"
    assert dead["raises"]["error_type"] == "ValueError"
    assert dead["hangs"]["reason"] == "timed_out"
    assert len(_jobs(pillarbox, path, "state:done type:fine")) == 50


def test_a_handler_that_kills_its_process_harms_no_other_job(
    pillarbox: Program, path: Path, handlers: Path
) -> None:
    _enqueue(pillarbox, path, "exits", 1, "--priority", 1)
    _enqueue(pillarbox, path, "fine", 40)
    assert _work(pillarbox, path, handlers, concurrency=1) == 17
    (killer,) = _jobs(pillarbox, path, "type:exits")
    assert (killer["lost"], killer["attempt"]) in {(0, 1), (1, 0)}
    assert _work(pillarbox, path, handlers, concurrency=1) == 0
    (killer,) = _jobs(pillarbox, path, "type:exits")
    assert (killer["state"], killer["reason"], killer["lost"]) == ("dead", "lost", 3)
    fine = _jobs(pillarbox, path, "type:fine")
    assert {(job["state"], job["attempt"], job["lost"]) for job in fine} == {("done", 1, 0)}
    assert document(pillarbox("check", path, "--json"))["whole"]
