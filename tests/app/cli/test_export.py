"""`pillarbox export`: what it writes, what `enqueue` makes of it, and what it never does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.engine import Engine
from tests.app.cli.conftest import Command, Spawn

SHELL = (
    '"{0}" -m pillarbox --file "{1}" export queue:a | "{0}" -m pillarbox --file "{1}" enqueue b -'
)


def told(engine: Engine, queue: str) -> list[Any]:
    jobs = sorted(engine.queue(queue).jobs(), key=lambda job: int(job.id))
    whole = [engine.job(job.id) for job in jobs]
    return [
        (repr(j.payload), j.type, j.priority, j.state, j.max_attempts, j.backoff, j.timeout,
         j.retry_for, j.expires_at, j.group, j.unique_key)
        for j in whole
    ]  # fmt: skip


def test_a_queue_piped_into_another_is_the_same(tmp_path: Path, file: Path, engine: Engine) -> None:
    queue = engine.queue("a")
    queue.enqueue_many([{"n": n, "é": [None, 1.5, "=\t\n"]} for n in range(1_500)], type="many")
    queue.enqueue(2**70, priority=1, max_attempts=9, backoff=Fixed(seconds=3.0), timeout=5.0)
    queue.enqueue("x", unique_key="u", group="g", retry_for=60.0, delay=3_600.0)

    ran = subprocess.run(
        SHELL.format(sys.executable, file), shell=True, capture_output=True, text=True, check=True
    )

    assert ran.stdout == "1,502 jobs put in b.\n"
    assert "1,502 jobs exported." in ran.stderr
    assert told(engine, "b") == told(engine, "a")
    assert engine.queue("a").counts().live == 1_502


def test_only_what_is_to_run_is_written_unless_a_state_is_named(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    queue = engine.queue("a")
    queue.enqueue("done")
    delivery = queue.claim()
    assert delivery is not None
    delivery.ack()
    queue.enqueue("ready")

    live = pillarbox("export")
    done = pillarbox("export", "state:done", "--keep-queue")

    none = pillarbox("export", "done")

    assert [line["payload"] for line in live.lines] == ["ready"]
    assert (none.code, none.out) == (0, "")
    assert "state:done finds others" in none.err
    assert done.lines == [{"queue": "a", "type": "default", "priority": 500, "payload": "done"}]


def test_a_file_gets_its_form_by_its_name_and_is_never_written_over(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    engine.queue("a").enqueue("=1+1")
    target = tmp_path / "out.csv"

    first = pillarbox("export", "-o", str(target), "--json")
    text = target.read_text()
    second = pillarbox("export", "-o", str(target), "--format", "jsonl")
    third = pillarbox("export", "-o", str(target), "--format", "jsonl", "--force")

    assert first.document["jobs"] == 1
    assert text.splitlines()[1].endswith(',"""=1+1"""')
    assert (second.code, third.code) == (1, 0)
    assert "there is a file of that name already" in second.err
    assert third.out == f"1 job exported to {target}.\n"
    assert json.loads(target.read_text())["payload"] == "=1+1"
    assert pillarbox("enqueue", "b", str(target), "--format", "jsonl").code == 0


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--json",), "--json needs -o FILE", 2),
        (("--format", "xml"), "'xml' is not one of", 2),
        (("state:tired",), "there is no state 'tired'", 2),
        (("-o", "no/such/folder/x.jsonl"), "Choose another place", 1),
    ],
)
def test_mistakes_are_said(
    words: tuple[str, ...], said: str, code: int, engine: Engine, pillarbox: Command
) -> None:
    answer = pillarbox("export", *words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_a_reader_that_leaves_ends_it_without_a_word(engine: Engine, spawn: Spawn) -> None:
    engine.queue("a").enqueue_many(["x" * 1_000] * 2_000)
    process = spawn("export")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
