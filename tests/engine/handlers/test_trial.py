"""Running a handler once, by hand: its outcomes, its time-out, and no queue."""

from __future__ import annotations

import threading

import pytest

from pillarbox_engine.bound import Bound
from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.handlers import trial
from pillarbox_engine.handlers.trial import run_once
from pillarbox_engine.isolation import marked
from pillarbox_engine.model import JsonValue
from pillarbox_engine.outcomes import Cancel, Reject, Retry, Snooze
from tests.engine import child_handlers
from tests.engine.kit import PATIENCE


def raises(error: Exception) -> Bound:
    def handler(job: JobContext) -> JsonValue:
        raise error

    return Bound(run=handler)


def test_what_a_handler_returns_and_tells() -> None:
    def handler(job: JobContext) -> JsonValue:
        job.progress(50)
        job.log(f"{job.type} {job.attempt}")
        return {"got": job.payload}

    found = run_once(Bound(run=handler), "send", ' {"a": 1} ')
    assert (found.outcome, found.result_json) == ("done", '{"got":{"a":1}}')
    assert (found.progress, found.log, found.stuck) == (50.0, ("send 1",), False)


@pytest.mark.parametrize(
    ("error", "outcome", "words"),
    [
        (ValueError("wrong"), "failed", "backoff would decide"),
        (Retry("again", after=3), "failed", "asked to run again"),
        (Reject("no"), "rejected", "dead letter"),
        (Snooze(9.0), "snoozed", "in 9 s"),
        (Cancel("not needed"), "cancelled", "not needed"),
    ],
)
def test_every_outcome_is_said(error: Exception, outcome: str, words: str) -> None:
    found = run_once(raises(error), "send", "1")
    assert found.outcome == outcome
    assert words in found.said
    assert (found.failure is None) == (outcome in {"snoozed", "cancelled"})


def test_in_a_process_where_it_says_so() -> None:
    bound = Bound(run=marked("send", child_handlers.die))
    found = run_once(bound, "send", "1")
    assert (found.outcome, found.said) == ("lost", "Its process exited with code 3")


def test_a_process_is_ended_at_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "GRACE", 0.1)
    bound = Bound(run=marked("send", child_handlers.note_process), timeout=0.05)
    found = run_once(bound, "send", '"/dev/null"')
    assert (found.outcome, found.stuck) == ("timed out", False)


def test_one_that_heeds_the_request_stops_and_one_that_does_not_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "GRACE", 0.1)
    gate, begun = threading.Event(), threading.Event()

    def heeding(job: JobContext) -> JsonValue:
        begun.set()
        return job.cancelled.wait(PATIENCE)

    asked = run_once(Bound(run=heeding), "send", "1", begun.is_set)
    assert (asked.outcome, asked.said) == ("stopped", "It was stopped")
    deaf = run_once(Bound(run=lambda job: gate.wait(PATIENCE), timeout=0.05), "send", "1")
    gate.set()
    assert deaf.stuck
    assert "could not be ended" in deaf.said


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a":1,"a":2}'])
def test_what_is_no_json_is_refused_before_anything_runs(text: str) -> None:
    with pytest.raises(InvalidPayload):
        run_once(raises(AssertionError("it ran")), "send", text)
