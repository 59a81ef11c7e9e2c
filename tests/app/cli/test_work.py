"""`pillarbox work` in a process of its own: serving, draining, stopping, and what it refuses."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.retry_rules import RetryRule
from pillarbox_engine.states import State
from tests.app.cli.conftest import Command, Spawn, read_until

MODULE = """
import threading

def quick(job):
    print("from a handler")
    return job.payload

def slow(job):
    print("running", flush=True)
    threading.Event().wait(job.payload["seconds"])
    return "finished"

def failing(job):
    raise ValueError("no such address")
"""

FILE = """
[handlers.quick]
python = "shop_jobs:quick"
[handlers.slow]
python = "shop_jobs:slow"
[handlers.short]
python = "shop_jobs:slow"
timeout = 0.1
[handlers.failing]
python = "shop_jobs:failing"
"""


@pytest.fixture
def handlers(tmp_path: Path) -> str:
    (tmp_path / "shop_jobs.py").write_text(MODULE)
    (tmp_path / "handlers.toml").write_text(FILE)
    return str(tmp_path / "handlers.toml")


def test_it_works_until_idle_and_says_what_it_serves(
    handlers: str, engine: Engine, spawn: Spawn
) -> None:
    engine.queue("mail").enqueue_many([{"n": n} for n in range(20)], type="quick")
    engine.queue("mail").enqueue({}, type="failing", max_attempts=1)

    process = spawn("work", "mail", "--handlers", handlers, "--until-idle", "--concurrency", "3")
    out, err = process.communicate(timeout=30)

    assert process.returncode == 0
    assert (
        f"Serving mail · types quick, slow, short, failing · 3 threads · process {process.pid}"
        in err
    )
    assert "Ended: idle." in err
    assert "Traceback" not in err
    assert out.count("from a handler") == 20
    counts = engine.counts()
    assert (counts.done, counts.dead) == (20, 1)


def test_it_tells_of_dead_letters_where_the_file_says_so_and_serves_no_events_as_jobs(
    handlers: str, engine: Engine, spawn: Spawn, tmp_path: Path
) -> None:
    any_other = '[handlers."*"]\npython = "shop_jobs:failing"\n'
    told = '[events.dead]\ncommand = ["sh", "-c", "cat > told.json"]\n'
    Path(handlers).write_text(FILE + any_other + told)
    engine.queue("mail").enqueue({}, type="failing", max_attempts=1)
    for _ in range(2):
        process = spawn("work", "--handlers", handlers, "--until-idle")
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "tells of dead" in err
    assert json.loads((tmp_path / "told.json").read_text())["queues"] == {"mail": 1}
    assert engine.queue("pillarbox.events").counts().done == 1


def test_as_json_stdout_is_ours_and_handlers_print_to_stderr(
    handlers: str, engine: Engine, spawn: Spawn
) -> None:
    engine.queue("mail").enqueue({}, type="quick")

    process = spawn("work", "--handlers", handlers, "--until-idle", "--json")
    out, err = process.communicate(timeout=30)

    first, last = (json.loads(line) for line in out.splitlines())
    assert (first["serving"], first["pid"]) == (["mail"], process.pid)
    assert last == {"ended": "idle"}
    assert "from a handler" in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_drains(
    number: signal.Signals, handlers: str, engine: Engine, spawn: Spawn
) -> None:
    id = engine.queue("mail").enqueue({"seconds": 0.5}, type="slow").id
    process = spawn("work", "mail", "--handlers", handlers, "--concurrency", "1")
    read_until(process.stdout, "running")

    left = engine.queue("mail").enqueue({"seconds": 0.0}, type="slow").id
    process.send_signal(number)
    err = process.communicate(timeout=30)[1]

    assert process.returncode == 0
    assert "Draining" in err
    assert "Ended: drained." in err
    assert engine.job(id).result == "finished"
    assert engine.job(left).state is State.READY
    assert engine.job(left).attempt == 0


def test_the_second_signal_stops_at_once_and_charges_nothing(
    handlers: str, engine: Engine, spawn: Spawn
) -> None:
    id = engine.queue("mail").enqueue({"seconds": 600.0}, type="slow").id
    process = spawn("work", "mail", "--handlers", handlers)
    read_until(process.stdout, "running")

    process.send_signal(signal.SIGTERM)
    read_until(process.stderr, "Draining")
    process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=30)[1]

    assert process.returncode == 1
    assert "given back" in err
    assert "Traceback" not in err
    job = engine.job(id)
    assert (job.state, job.attempt, job.lost) == (State.READY, 0, 0)


def test_the_time_out_of_the_handlers_file_holds(
    handlers: str, engine: Engine, spawn: Spawn
) -> None:
    id = engine.queue("mail").enqueue({"seconds": 600.0}, type="short", max_attempts=1).id
    process = spawn("work", "mail", "--handlers", handlers, "--until-idle")
    process.communicate(timeout=30)

    job = engine.job(id)
    assert (job.state, job.reason) == (State.DEAD, "timed_out")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a handler\n", "line 1"),
        ('[handlers.a]\npython = "nowhere:f"', "no module nowhere"),
        ('[handlers.a]\npython = "shop_jobs:quikc"', "Did you mean quick?"),
        ("[handlers.a]\nhttp = {}", "does not say where to"),
        ("", "binds no handler"),
        ('[handlers.a]\ncommand = ["pbx-none"]', "line 2"),
        ('[handlers.a]\nhttp = { url = "env:PBX_NOT_SET" }', "PBX_NOT_SET is not set"),
        ('[handlers.a]\ncommand = ["ls"]\nshell = true', "there is no key handlers.a.shell"),
    ],
)
def test_a_handlers_file_with_a_mistake_is_refused_before_anything_runs(
    text: str, said: str, handlers: str, tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    Path(handlers).write_text(text)

    answer = pillarbox("work", "mail", "--handlers", handlers)

    assert answer.code == 1
    assert said in answer.err
    assert "handlers.toml" in answer.err
    assert "Traceback" not in answer.err


def test_a_handlers_file_that_is_not_there(tmp_path: Path, pillarbox: Command) -> None:
    answer = pillarbox("work", "mail", "--handlers", str(tmp_path / "none.toml"))

    assert answer.code == 1
    assert "none.toml" in answer.err


def test_with_no_queue_named_and_none_there_it_says_so(
    handlers: str, engine: Engine, pillarbox: Command
) -> None:
    answer = pillarbox("work", "--handlers", handlers)

    assert answer.code == 1
    assert "nothing to work on" in answer.err


def test_retry_rules_of_the_file_come_before_the_queues(
    handlers: str, engine: Engine, spawn: Spawn
) -> None:
    path = Path(handlers)
    rule = 'retry = [{ error = "ValueError", then = "discard" }]\n'
    path.write_text(path.read_text() + rule)
    queue = engine.queue("mail")
    queue.configure(retry_rules=(RetryRule(then="dead"),))
    discarded = queue.enqueue({}, type="failing").id
    process = spawn("work", "mail", "--handlers", handlers, "--until-idle")
    process.communicate(timeout=30)

    assert process.returncode == 0
    job = engine.job(discarded)
    assert job.state is State.CANCELLED
    assert "ValueError: no such address" in job.history[-1].detail


def test_a_cancel_from_another_process_reaches_a_running_handler(
    handlers: str, engine: Engine, spawn: Spawn, tmp_path: Path
) -> None:
    heeding = "def heeding(job):\n    job.progress(1)\n    job.cancelled.wait(25)\n"
    (tmp_path / "heeding_jobs.py").write_text(heeding)
    (tmp_path / "own.toml").write_text('[handlers."*"]\npython = "heeding_jobs:heeding"\n')
    queue = engine.queue("mail")
    queue.configure(lease=3_600.0)
    job = queue.enqueue({}).id
    process = spawn("work", "mail", "--handlers", str(tmp_path / "own.toml"), "--until-idle")
    begun = threading.Event()
    engine.subscribe(lambda change: begun.set() if engine.job(job).progress else None)
    assert begun.wait(20)
    queue.cancel(reason="no longer wanted")
    process.communicate(timeout=20)  # fails if the handler waits out its 25 s
    assert engine.job(job).state is State.CANCELLED
