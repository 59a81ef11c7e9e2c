"""The sentence that says why a job is not running, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.model import Counts, Event, Job, JobSummary, ProcessInfo, QueueSummary
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import DeadReason, EventKind, State
from pillarbox_engine.why import Surroundings, why

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
QUEUE = QueueSummary(
    name="email", settings=QueueSettings(), paused=False, draining=False, counts=Counts(),
    served=True,
)  # fmt: skip
JOB = JobSummary(
    id="7", queue="email", type="send", state=State.READY, priority=500, attempt=0,
    max_attempts=5, lost=0, fence=0, enqueued_at=NOW, run_at=NOW, preview="{}", payload_bytes=2,
)  # fmt: skip
PROCESS = ProcessInfo(
    id="p", pid=1, host="h", kind="work", registered_at=NOW, alive=True, own=False, threads=4,
    serving=("email",),
)  # fmt: skip


def sentence(job: JobSummary, *processes: ProcessInfo, queue: QueueSummary | None = QUEUE) -> str:
    around = Surroundings(now=NOW, queue=queue, processes=processes)
    return why(job, around, lambda moment: moment.strftime("%H:%M:%S"))


def test_a_paused_queue_is_named() -> None:
    said = sentence(JOB, queue=replace(QUEUE, paused=True, served=False))
    assert said == "Ready, but queue email is paused: nothing is claimed until it is resumed."


def test_no_worker_is_said_only_where_the_queue_is_not_paused() -> None:
    assert sentence(JOB, queue=replace(QUEUE, served=False)) == (
        "Ready, but no worker serves queue email."
    )


def test_a_used_up_rate_limit_is_said_with_its_window() -> None:
    limited = replace(
        QUEUE, settings=QueueSettings(rate_limit=RateLimit(50, per=60.0)), rate_used=50
    )
    assert sentence(JOB, queue=limited) == (
        "Ready, but queue email is rate-limited: 50 of 50 starts in the last 1m 00s are used up."
    )


def test_busy_and_given_up_threads_are_counted() -> None:
    assert "all 4 worker threads are busy" in sentence(JOB, replace(PROCESS, leased=4))
    assert "given up after time-outs" in sentence(JOB, replace(PROCESS, given_up=4))
    assert sentence(JOB, replace(PROCESS, leased=3)).startswith("Ready: a worker claims it")


def test_a_process_that_died_does_not_count() -> None:
    assert "busy" not in sentence(JOB, replace(PROCESS, leased=4, alive=False))


def test_a_scheduled_job_says_when_and_how_long() -> None:
    later = replace(JOB, state=State.SCHEDULED, run_at=NOW + timedelta(minutes=3, seconds=5))
    assert sentence(later) == "Scheduled: it runs no earlier than 12:03:05 (in 3m 05s)."


def test_a_retrying_job_says_which_attempt_failed() -> None:
    later = replace(JOB, state=State.SCHEDULED, attempt=2, run_at=NOW + timedelta(hours=2))
    assert sentence(later) == "Attempt 2 of 5 failed; the next is due at 14:00:00 (in 2h 00m)."


def test_a_due_job_in_a_paused_queue_says_paused() -> None:
    due = replace(JOB, state=State.SCHEDULED)
    assert sentence(due, queue=replace(QUEUE, paused=True)).startswith("Due, but queue email")


def test_a_leased_job_names_its_holder_and_the_end_of_the_lease() -> None:
    held = replace(
        JOB, state=State.LEASED, attempt=1, worker="4711/3",
        lease_expires_at=NOW + timedelta(seconds=30),
    )  # fmt: skip
    assert sentence(held) == "Running (attempt 1 of 5): its lease is held by 4711/3 until 12:00:30."
    gone = replace(held, lease_expires_at=NOW - timedelta(seconds=1))
    assert "ran out at 11:59:59" in sentence(gone)


@pytest.mark.parametrize("reason", list(DeadReason))
def test_every_reason_of_a_dead_letter_has_words(reason: DeadReason) -> None:
    said = sentence(replace(JOB, state=State.DEAD, reason=reason, lost=3))
    assert said.startswith("Dead letter: ")
    assert "{" not in said


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_sentence_even_with_nothing_known_around(state: State) -> None:
    assert sentence(replace(JOB, state=state), queue=None).endswith((".", "once."))


def test_draining_is_not_paused() -> None:
    draining = replace(QUEUE, paused=True, draining=True)
    assert sentence(JOB, queue=draining).startswith("Ready, but queue email is draining")


def test_a_type_nobody_serves_is_named() -> None:
    other = replace(PROCESS, types=(("email", ("bounce", "digest")),))
    assert sentence(JOB, other) == "Ready, but no worker of queue email serves type send."
    assert "no worker" not in sentence(JOB, other, replace(PROCESS, id="q"))
    assert "no worker" not in sentence(replace(JOB, type="digest"), other)


def test_a_rate_limit_says_until_when_where_that_is_known() -> None:
    limited = replace(
        QUEUE, settings=QueueSettings(rate_limit=RateLimit(1, per=5.0)), rate_used=1,
        rate_until=NOW + timedelta(seconds=4),
    )  # fmt: skip
    assert "is rate-limited until 12:00:04: 1 of 1 starts" in sentence(JOB, queue=limited)


def whole(last: Event | None = None, **parts: object) -> Job:
    known = {name: getattr(JOB, name) for name in JobSummary.__dataclass_fields__}
    history = () if last is None else (last,)
    return Job(
        **{**known, **parts}, payload_json="{}", backoff=Exponential(), timeout=9.0, history=history
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (EventKind.SNOOZED, "Snoozed by its handler: it runs again no earlier than 12:01:00"),
        (EventKind.REPLAYED, "Replayed at a rate: its turn is at 12:01:00"),
        (EventKind.FAILED, "Attempt 1 of 5 failed; the next is due at 12:01:00"),
    ],
)
def test_the_kind_of_wait_is_told_from_the_history(kind: EventKind, said: str) -> None:
    later = NOW + timedelta(minutes=1)
    event = Event(at=NOW, kind=kind, attempt=1, next_run_at=later)
    job = whole(event, state=State.SCHEDULED, run_at=later, attempt=1)
    assert sentence(job) == f"{said} (in 1m 00s)."


def test_a_dead_letter_says_which_rule_or_limit_it_was() -> None:
    rule = Event(at=NOW, kind=EventKind.REJECTED, attempt=1, detail="by a retry rule")
    job = whole(rule, state=State.DEAD, reason=DeadReason.REJECTED, error_type="KeyError")
    assert "a retry rule is for its error, KeyError" in sentence(job)
    late = Event(at=NOW, kind=EventKind.FAILED, attempt=2, detail="the next would be too late")
    job = whole(late, state=State.DEAD, reason=DeadReason.EXHAUSTED, attempt=2)
    assert "attempt 2 failed, and the next would be too late" in sentence(job)


def test_a_cancelled_job_gives_the_reason() -> None:
    event = Event(at=NOW, kind=EventKind.CANCELLED, attempt=1, detail="no longer wanted.")
    job = whole(event, state=State.CANCELLED, ended_at=NOW)
    assert sentence(job).startswith("Cancelled at 12:00:00, no longer wanted. Requeue it")
