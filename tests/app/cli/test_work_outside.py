"""`pillarbox work` with handlers that reach out: a flaky service, and commands that must end."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.states import DeadReason, State
from tests import flaky
from tests.app.cli.conftest import Command, Spawn, read_until
from tests.engine.kit import until
from tests.loopback import Server

JOBS, CONCURRENCY = 200, 8


def test_jobs_of_a_file_end_as_the_rules_say_of_a_flaky_service(
    engine: Engine, pillarbox: Command, spawn: Spawn, tmp_path: Path
) -> None:
    with Server(flaky.Service()) as server:
        engine.queue(flaky.QUEUE, defaults=flaky.settings())
        jobs = str(flaky.write_jobs(tmp_path, JOBS))
        assert pillarbox("enqueue", flaky.QUEUE, jobs, "--type", flaky.TYPE).code == 0
        handlers = flaky.write_handlers(tmp_path, server, CONCURRENCY)
        worker = spawn("work", flaky.QUEUE, "--handlers", str(handlers))
        until(engine, flaky.QUEUE, lambda: flaky.is_over(engine), patience=90)
        worker.send_signal(signal.SIGTERM)
        _, err = worker.communicate(timeout=30)
        assert (worker.returncode, "Traceback" in err) == (0, False)
        flaky.judge(engine, server, JOBS, CONCURRENCY)


SLOW = """
[handlers.slow]
command = ["sh", "-c", "sleep 600 & echo $$ $! > pids.new; mv pids.new {id}.pids; cat >&2; wait"]
"""
SHORT = """
[handlers.slow]
command = ["sh", "-c", "echo $$ > {id}.pids; read x; sleep 0.3; echo finished"]
"""


def _started(engine: Engine, folder: Path, job: str) -> list[int]:
    """The processes of a job's command, once it runs."""
    pids = folder / f"{job}.pids"
    until(engine, "mail", pids.exists)
    return [int(pid) for pid in pids.read_text().split()]


def _gone(engine: Engine, pids: list[int]) -> None:
    until(engine, "mail", lambda: not any(map(_is_alive, pids)))


def _is_alive(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


def test_a_second_signal_ends_commands_and_all_they_started_and_charges_nothing(
    engine: Engine, spawn: Spawn, tmp_path: Path
) -> None:
    (tmp_path / "handlers.toml").write_text(SLOW)
    job = engine.queue("mail").enqueue({"n": 1}, type="slow").id
    process = spawn("work", "mail", "--handlers", str(tmp_path / "handlers.toml"))
    pids = _started(engine, tmp_path, job)
    process.send_signal(signal.SIGTERM)
    read_until(process.stderr, "Draining")
    assert all(map(_is_alive, pids))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Traceback" not in err
    _gone(engine, pids)
    found = engine.job(job)
    assert (found.state, found.attempt, found.lost) == (State.READY, 0, 0)


def test_commands_end_with_a_worker_that_is_killed(
    engine: Engine, spawn: Spawn, tmp_path: Path
) -> None:
    (tmp_path / "handlers.toml").write_text(SLOW)
    job = engine.queue("mail").enqueue({"n": 1}, type="slow").id
    process = spawn("work", "mail", "--handlers", str(tmp_path / "handlers.toml"))
    pids = _started(engine, tmp_path, job)
    process.kill()
    process.communicate(timeout=30)
    _gone(engine, pids)


def test_a_ctrl_c_in_the_terminal_drains_and_the_command_finishes(
    engine: Engine, spawn: Spawn, tmp_path: Path
) -> None:
    (tmp_path / "handlers.toml").write_text(SHORT)
    job = engine.queue("mail").enqueue({"n": 1}, type="slow").id
    process = spawn("work", "mail", "--handlers", str(tmp_path / "handlers.toml"))
    _started(engine, tmp_path, job)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert engine.job(job).result == "finished\n"


@pytest.mark.parametrize("how", ["time-out", "cancel"])
def test_a_time_out_and_a_cancel_end_the_whole_command(
    how: str, engine: Engine, spawn: Spawn, tmp_path: Path
) -> None:
    rest = "timeout = 1\n" if how == "time-out" else ""
    (tmp_path / "handlers.toml").write_text(SLOW + rest)
    queue = engine.queue("mail")
    job = queue.enqueue({"n": 1}, type="slow", max_attempts=1).id
    process = spawn("work", "mail", "--handlers", str(tmp_path / "handlers.toml"), "--until-idle")
    pids = _started(engine, tmp_path, job)
    if how == "cancel":
        queue.cancel(reason="not wanted")
    _gone(engine, pids)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    found = engine.job(job)
    assert (found.state, found.reason) == (
        (State.DEAD, DeadReason.TIMED_OUT) if how == "time-out" else (State.CANCELLED, None)
    )
    assert "stuck" not in err
