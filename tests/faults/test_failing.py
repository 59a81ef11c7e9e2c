"""I/O errors: whichever call fails, no answer is false, and the engine opens its file again."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine import trouble
from pillarbox_engine.backoff import Exponential
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import Definite, Indeterminate, PillarboxError
from pillarbox_engine.sqlite import connection, open_backend, outage, room
from tests.faults import history, sweeping
from tests.faults.failing import KINDS, Script, failing

SHARE = {"write": 211, "full": 241, "sync": 29, "truncate": 5, "open": 5}
"""How far apart the calls are that fail in the short run."""
EVERY = int(os.environ.get("EVERY", "1"))
"""The same for the full one."""
SOON = Exponential(first=0.001, cap=0.004, jitter=0.0)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """No pauses to wait for, and a file that is written to as well as its WAL."""
    monkeypatch.setattr(outage, "PAUSES", Exponential(first=0.0, cap=0.0, jitter=0.0))
    monkeypatch.setattr(room, "PAUSE_US", 0)
    monkeypatch.setattr(trouble, "WAITS", SOON)
    monkeypatch.setattr(connection, "AUTOCHECKPOINT", 30)
    caplog.set_level(logging.CRITICAL, "pillarbox")


def _sweep(folder: Path, kind: str, every: int, *, lasting: bool) -> int:
    """How many runs there were; in each a call failed, and all that is promised held."""
    runs = 0
    for run in sweeping.sweep(folder, kind, every, lasting=lasting):
        assert not run.verdict.violations, str(run.verdict)
        assert lasting or run.struck == 1
        runs += 1
    return runs


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("kind", SHARE)
def test_a_call_that_fails_makes_no_answer_false(tmp_path: Path, kind: str, lasting: bool) -> None:
    assert _sweep(tmp_path / "round", kind, SHARE[kind], lasting=lasting)


@pytest.mark.soak
@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("kind", SHARE)
def test_each_call_that_can_fail_makes_no_answer_false(
    tmp_path: Path, kind: str, lasting: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = _sweep(tmp_path / "round", kind, EVERY, lasting=lasting)
    with capsys.disabled():
        print(f"\n{kind}: n from 1 to {runs * EVERY}{', and all after it' if lasting else ''}")
    assert runs


def test_the_load_of_a_sweep_is_mixed(tmp_path: Path) -> None:
    run = sweeping.run(tmp_path / "round", "write", 10**6)
    assert not run.struck
    assert not run.refused
    told = {call.op for call in history.read(tmp_path / "round" / "told") if call.ok}
    assert {"enqueue", "claim", "settle", "replay", "purge"} <= told


@pytest.mark.parametrize("seed", range(3))
def test_callers_who_share_a_commit_are_all_told(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    kind = chance.choice(("write", "sync"))
    nth = chance.randint(100, 400) if kind == "write" else chance.randint(15, 60)
    run = sweeping.run(tmp_path / "round", kind, nth, lasting=True, threads=4)
    assert not run.verdict.violations, str(run.verdict)
    assert run.struck


# -- an engine with workers -----------------------------------------------------------------


def _drain_on(
    path: Path, script: Script, jobs: int, break_at: int, problem: Callable[[Exception], None]
) -> Engine:
    """Work on `jobs` jobs with a disk that fails once `break_at` of them have run."""
    engine = Engine(open_backend(path))
    queue = engine.queue("load")
    queue.enqueue_many(list(range(jobs)))
    ran: list[str] = []

    def handler(job: JobContext) -> int:
        ran.append(job.id)
        if len(ran) == break_at:
            script.break_now()
        return int(job.payload)

    with queue.worker(handler, concurrency=4, on_problem=problem) as worker:
        assert worker.join_idle(timeout=60)
    return engine


@pytest.mark.parametrize("kind", ["write", "sync", "full"])
def test_acks_that_failed_are_told_again_and_count_once(tmp_path: Path, kind: str) -> None:
    told: list[Exception] = []
    with failing(Script(KINDS[kind])) as script:

        def problem(error: Exception) -> None:
            told.append(error)
            if len(told) == 5:
                script.repair()

        with _drain_on(tmp_path / "jobs.pillarbox", script, 60, 20, problem) as engine:
            counts = engine.counts()
            assert (counts.done, counts.done_total, counts.live) == (60, 60, 0)
            assert {job.attempt for job in engine.jobs()} == {1}
            assert engine.backend.check() == ()
    assert len(told) >= 5
    assert all(isinstance(error, PillarboxError) for error in told)


def test_an_error_says_whether_anything_may_have_happened(tmp_path: Path) -> None:
    with failing(Script(KINDS["sync"])) as script:
        engine = Engine(open_backend(tmp_path / "jobs.pillarbox"), maintain=False)
        queue = engine.queue("email")
        queue.enqueue(1)
        script.break_now()
        with pytest.raises(Indeterminate) as uncertain:
            queue.enqueue(2)
        assert uncertain.value.idempotency_key
        with pytest.raises(Definite, match="the disk failed"):
            queue.enqueue(3)
        script.repair()
        queue.enqueue(2, idempotency_key=uncertain.value.idempotency_key)
        assert sorted(job.preview for job in queue.jobs()) == ["1", "2"]
        engine.close()
