"""`pillarbox.testing`: jobs run in the test's own thread, on a clock the test moves."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

import pillarbox
from pillarbox import testing
from pillarbox_engine import inline
from pillarbox_engine.context import JobContext
from pillarbox_engine.model import JsonValue
from tests.app.test_public import loaded_by

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_it_loads_no_qt_and_no_sqlite() -> None:
    loaded = loaded_by("import pillarbox.testing")
    assert not {"PySide6", "numpy", "pyqtgraph", "apsw", "sqlite3", "click"} & loaded


def test_jobs_run_in_this_thread_in_claim_order() -> None:
    threads, ran = set(), []

    def handler(job: JobContext) -> JsonValue:
        threads.add(threading.current_thread())
        ran.append(job.payload)
        job.progress(50)
        job.log("half-way")
        return job.payload

    with testing.memory_engine() as engine:
        queue = engine.queue("a")
        queue.enqueue("later", priority=900)
        queue.enqueue("first", priority=1)
        jobs = testing.run_due(engine, handler)
    assert ran == ["first", "later"]
    assert threads == {threading.current_thread()}
    assert [(job.state, job.result, job.progress) for job in jobs] == [
        ("done", "first", 50.0),
        ("done", "later", 50.0),
    ]
    assert [line.text for line in jobs[0].log] == ["half-way"]


def test_what_a_job_enqueues_runs_too_and_what_is_due_later_does_not() -> None:
    clock = testing.Clock()
    with testing.memory_engine(clock) as engine:
        queue = engine.queue("a")

        def handler(job: JobContext) -> None:
            if job.payload == "parent":
                engine.queue("b").enqueue("child")

        queue.enqueue("parent")
        queue.enqueue("delayed", delay=60.0)
        assert [job.payload for job in testing.run_due(engine, handler)] == ["parent", "child"]
        clock.advance(59.0)
        assert testing.run_due(engine, handler) == ()
        clock.advance(1.0)
        assert [job.payload for job in testing.run_due(engine, handler)] == ["delayed"]


def test_retries_come_at_their_times_and_the_end_is_told() -> None:
    clock = testing.Clock(START)
    times = []

    def handler(job: JobContext) -> None:
        times.append((clock.now_us() - first) / 1e6)
        raise ConnectionError("not there")

    with testing.memory_engine(clock) as engine:
        queue = engine.queue("a")
        queue.configure(max_attempts=3, backoff=pillarbox.Fixed(seconds=10.0, jitter=0.5))
        first = clock.now_us()
        job_id = queue.enqueue({}).id
        jobs = testing.run_until_idle(engine, handler)
    assert times == [0.0, 10.0, 20.0]
    assert [job.id for job in jobs] == [job_id] * 3
    assert (jobs[0].state, jobs[0].reason) == ("dead", "exhausted")
    assert [attempt.error.type for attempt in jobs[0].attempts if attempt.error] == [
        "ConnectionError"
    ] * 3


def test_schedules_fire_as_time_passes_and_no_further() -> None:
    clock = testing.Clock(START)
    with testing.memory_engine(clock) as engine:
        engine.queue("reports").schedule("beat", every=60.0)
        jobs = testing.run_until_idle(engine, lambda job: None, within=200.0)
        assert len(jobs) == 3
        assert (clock.now_us() - int(START.timestamp()) * 1_000_000) == 180_000_000


def test_outcomes_rate_limits_and_types_of_nobody() -> None:
    def handler(job: JobContext) -> None:
        raise {"snooze": pillarbox.Snooze(5.0), "cancel": pillarbox.Cancel("no")}[job.payload]

    with testing.memory_engine() as engine:
        queue = engine.queue("a")
        queue.enqueue("cancel", type="t")
        other = queue.enqueue("nothing", type="other", delay=10.0)
        assert [job.state for job in testing.run_due(engine, {"t": handler})] == ["cancelled"]
        assert testing.run_until_idle(engine, {"t": handler}) == ()
        assert engine.job(other.id).state == "ready"
        limited = engine.queue("b")
        limited.configure(rate_limit=pillarbox.RateLimit(1, per=10.0))
        limited.enqueue_many([1, 2, 3])
        assert len(testing.run_due(engine, {"*": lambda job: None}, ["b"])) == 1
        assert len(testing.run_until_idle(engine, {"*": lambda job: None}, ["b"])) == 2


def test_what_never_ends_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "MOST", 50)

    def again(job: JobContext) -> None:
        raise pillarbox.Snooze(0.0)

    with testing.memory_engine() as engine:
        engine.queue("a").enqueue(1)
        with pytest.raises(pillarbox.ProgrammingFault, match="do not become idle"):
            testing.run_due(engine, again)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("engine", value) for value in (None, 1, "memory:", object())),
        *(("handlers", value) for value in (None, 1, {}, {"a": 1}, {"": print})),
        *(("queues", value) for value in ("a", b"a", 1, {"a"}, ("",), (1,))),
        *(("within", value) for value in (None, "1", -1, float("nan"), float("inf"), True)),
    ],
)
def test_bad_input_is_refused_in_words(name: str, value: Any) -> None:
    with testing.memory_engine() as engine:
        given = {"engine": engine, "handlers": lambda job: None, name: value}
        with pytest.raises(pillarbox.InputFault) as caught:
            testing.run_until_idle(**given)
    assert all((caught.value.title, caught.value.reason, caught.value.remedy))


def test_a_clock_that_cannot_be_moved_is_refused() -> None:
    with pytest.raises(pillarbox.InputFault):
        testing.memory_engine(object())  # type: ignore[arg-type]
    with pillarbox.connect("memory:") as engine:
        with pytest.raises(pillarbox.InputFault, match="cannot be moved"):
            testing.run_until_idle(engine, lambda job: None)
        engine.queue("a").enqueue(1)
        assert len(testing.run_due(engine, lambda job: None)) == 1
