"""The sentence that says why a job is not running, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pillarbox_engine.model import Counts, JobSummary, ProcessInfo, QueueSummary
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import DeadReason, State
from pillarbox_ui.inspector.why import Surroundings, why

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
