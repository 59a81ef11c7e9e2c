"""Handlers with `isolation="process"`: kept processes, deaths, time-outs, and the parent's end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pillarbox_engine import child
from pillarbox_engine.child import ChildRunner
from pillarbox_engine.clock import ManualClock
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.handlers import load
from pillarbox_engine.model import JsonValue
from pillarbox_engine.routing import Handler, InProcess, Place
from pillarbox_engine.states import DeadReason, State
from tests.engine import child_handlers
from tests.engine.kit import PATIENCE, WatchedBackend, settings, until
from tests.engine.test_child import context, ends, in_background, is_running


def run_all(
    engine: Engine, handler: Handler, payloads: list[JsonValue], concurrency: int = 4
) -> list[str]:
    """Run jobs in a worker with processes; their ids."""
    queue = engine.queue("a")
    ids = [one.id for one in queue.enqueue_many(payloads)]
    with queue.worker(handler, isolation="process", concurrency=concurrency) as worker:
        assert worker.join_idle(PATIENCE)
    return ids


def test_a_process_is_kept_for_the_next_job_and_ends_with_its_worker(engine: Engine) -> None:
    ids = run_all(engine, child_handlers.report_process, [1, 2, 3], concurrency=1)
    pids = {engine.job(id).result["pid"] for id in ids}
    assert len(pids) == 1
    assert os.getpid() not in pids
    assert ends(pids.pop())


def test_each_handler_has_processes_of_its_own_and_the_oldest_makes_room() -> None:
    runner = ChildRunner(keep=2)
    handlers = [child_handlers.pid, child_handlers.report_process, child_handlers.pid]
    first, _, again = [runner.run(context(), handler) for handler in handlers]
    assert first == again, "there was room for both"
    runner.run(context(), child_handlers.heed_at_once)
    assert runner.run(context(), child_handlers.pid) == first, "the oldest idle one made room"
    runner.close()


def test_outcomes_and_what_is_told(engine: Engine) -> None:
    ids = run_all(engine, child_handlers.outcome, ["retry", "snooze", "reject", "cancel"])
    jobs = [engine.job(id) for id in ids]
    assert [job.state for job in jobs] == ["scheduled", "scheduled", "dead", "cancelled"]
    assert [job.attempt for job in jobs] == [1, 0, 1, 1]
    talked = engine.job(run_all(engine, child_handlers.talk, [1])[0])
    assert talked.progress == 50
    assert [line.text for line in talked.log] == ["half-way"]


def test_an_error_is_the_same_error_as_in_a_thread(engine: Engine) -> None:
    engine.queue("a", defaults=settings(max_attempts=1))
    queue = engine.queue("a")
    (inside,) = run_all(engine, child_handlers.outcome, ["error"])
    threaded = queue.enqueue("error").id
    with queue.worker(child_handlers.outcome) as worker:
        assert worker.join_idle(PATIENCE)
    one, other = (engine.job(id).attempts[-1].error for id in (inside, threaded))
    assert one is not None
    assert other is not None
    assert (one.type, one.message, one.fingerprint) == (
        other.type,
        other.message,
        other.fingerprint,
    )
    assert one.traceback == other.traceback


def test_a_process_that_dies_loses_only_its_job_and_is_replaced(
    engine: Engine, tmp_path: Path
) -> None:
    notes: list[JsonValue] = [str(tmp_path / "deadly"), *(str(tmp_path) for _ in range(5))]
    ids = run_all(engine, child_handlers.die_the_first_time, notes, concurrency=2)
    jobs = [engine.job(id) for id in ids]
    assert [job.state for job in jobs] == [State.DONE] * 6
    assert [job.lost for job in jobs] == [1, 0, 0, 0, 0, 0]


def test_a_process_that_died_while_idle_costs_no_job() -> None:
    runner, handler = ChildRunner(keep=1), InProcess(Place("tests.engine.child_handlers", "pid"))
    first = runner.run(context(), handler)
    ((_, resident),) = runner._idle
    resident._process.kill()
    second = runner.run(context(), handler)
    runner.close()
    assert first != second
    assert type(first) is type(second)


def test_a_killed_process_is_not_replaced_behind_the_timeout(tmp_path: Path) -> None:
    """A job that was given up while a kept process took it up must not start over."""
    runner, note = ChildRunner(keep=1), tmp_path / "note"
    runner.run(context(), child_handlers.pid)
    ((_, resident),) = runner._idle
    os.kill(resident._process.pid, signal.SIGSTOP)
    job = context(f'"{note}"')
    thread, answers = in_background(lambda: runner.run(job, child_handlers.pid))
    until_true(lambda: job.lease in runner._running)
    runner.end(job)
    thread.join(PATIENCE)
    assert [type(answer).__name__ for answer in answers] == ["Died"]


def until_true(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2_000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("what was waited for did not come")


def test_a_timeout_ends_the_process_before_the_retry_begins(
    backend: WatchedBackend, tmp_path: Path
) -> None:
    clock, note = ManualClock(), tmp_path / "note"
    with Engine(backend, clock=clock) as engine:
        queue = engine.queue("a", defaults=settings(max_attempts=2))
        job_id = queue.enqueue(str(note), type="deaf", timeout=60.0).id
        handlers = {"deaf": child_handlers.note_process}
        with queue.worker(handlers, isolation="process", concurrency=1) as worker:
            for attempt in (1, 2):
                until_true(partial(has_lines, note, attempt))
                clock.advance(61.0)
                queue.enqueue("a change to look at", type="of nobody")
            until(engine, "a", lambda: engine.job(job_id).state is State.DEAD)
            assert worker.given_up == 0
        assert engine.job(job_id).reason is DeadReason.TIMED_OUT
    lines = note.read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["0", "0"]
    assert len({line.split()[0] for line in lines}) == 2


def has_lines(note: Path, lines: int) -> bool:
    return note.exists() and len(note.read_text().splitlines()) == lines


def test_a_cancelled_job_is_told_and_does_not_keep_its_process_for_long(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "LOST_GRACE", 0.1)
    queue, note = engine.queue("a"), tmp_path / "note"
    deaf, heeding = queue.enqueue(str(note), type="deaf"), queue.enqueue(1, type="heeding")
    handlers = {"deaf": child_handlers.note_process, "heeding": child_handlers.heed_cancel}
    with queue.worker(handlers, isolation="process", concurrency=2) as worker:
        until(engine, "a", lambda: all(engine.job(one.id).progress for one in (deaf, heeding)))
        engine.backend.cancel([deaf.id, heeding.id])
        assert worker.join_idle(PATIENCE)
        assert ends(int(note.read_text().split()[0]))
    assert [engine.job(one.id).state for one in (deaf, heeding)] == [State.CANCELLED] * 2


def test_what_an_earlier_job_left_behind_tells_nothing_more(engine: Engine) -> None:
    first, second = run_all(engine, child_handlers.talk_late, ["leave", "look"], concurrency=1)
    assert len(engine.job(second).result) == 1
    assert engine.job(first).log == engine.job(second).log == ()


def test_killed_with_its_parent_even_while_it_computes_in_c(tmp_path: Path) -> None:
    note, file = tmp_path / "note", tmp_path / "a.pillarbox"
    program = [sys.executable, "-m", "tests.engine.interpreter_holder", str(file), str(note)]
    parent = subprocess.Popen(program)
    until_true(lambda: note.exists() and note.read_text() != "")
    pid = int(note.read_text())
    assert is_running(pid)
    parent.kill()
    parent.wait()
    assert ends(pid)


def test_a_handler_that_lets_nobody_else_run_holds_up_only_its_process(
    engine: Engine, tmp_path: Path
) -> None:
    """In a thread it would hold up every job, and this test, for ever: C code that computes."""
    note, others = tmp_path / "note", engine.queue("others")
    engine.queue("a").enqueue(str(note))
    with engine.queue("a").worker(child_handlers.hold_the_interpreter, isolation="process") as cpu:
        until_true(lambda: note.exists() and note.read_text() != "")
        others.enqueue_many(range(500))
        with others.worker(lambda job: None) as worker:
            assert worker.join_idle(PATIENCE)
        assert others.counts().done == 500
        cpu.stop(0.0)
    assert ends(int(note.read_text()))
    assert engine.queue("a").counts().ready == 1, "given back, no attempt charged"


def test_a_handlers_file_isolates_a_type(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "pbx_isolated.py").write_text("import os\ndef where(job): return os.getpid()\n")
    file = tmp_path / "handlers.toml"
    file.write_text(
        """
        [handlers.apart]
        python = "pbx_isolated:where"
        isolation = "process"
        [handlers.here]
        python = "pbx_isolated:where"
        """
    )
    queue, before = engine.queue("a"), list(sys.path)
    try:
        with load(file) as handlers, queue.worker(handlers.mapping) as worker:
            jobs = [queue.enqueue(1, type=type).id for type in ("here", "apart")]
            assert worker.join_idle(PATIENCE)
    finally:
        sys.path[:] = before
        sys.modules.pop("pbx_isolated", None)
    here, apart = (engine.job(id).result for id in jobs)
    assert here == os.getpid() != apart


def test_what_no_process_can_import_is_refused(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def local(job: object) -> None: ...

    main = types.ModuleType("__main__")
    exec("def handler(job): pass", main.__dict__)
    monkeypatch.setitem(sys.modules, "__main__", main)
    queue = engine.queue("a")
    for handler in (local, lambda job: None, {"t": local}, main.handler):
        with pytest.raises(InvalidOption, match="cannot run in a process of its own"):
            queue.worker(handler, isolation="process")
    with pytest.raises(InvalidOption, match="__main__"):
        queue.worker(main.handler, isolation="process")
