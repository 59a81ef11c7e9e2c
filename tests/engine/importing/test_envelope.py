"""From a value to a job: envelopes, BullMQ's shape, bare payloads, and what each refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pillarbox_engine.backoff import Exponential, Fixed, Linear, Table
from tests.engine.importing.files import accepted, rejected


def as_line(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "value", [1, None, "x", [1], {}, {"to": "a"}, {"name": "x", "data": 1, "y": 2}]
)
def test_what_is_no_envelope_is_the_payload(value: Any) -> None:
    entry = accepted(as_line(value))
    assert json.loads(entry.job.payload_json) == value
    assert (entry.queue, entry.job.type, entry.job.priority) == ("inbox", "default", None)


def test_an_envelope_gives_every_option() -> None:
    entry = accepted(
        as_line(
            {
                "payload": {"b": 1, "a": 2},
                "type": "send",
                "queue": "mail",
                "priority": 7,
                "run_at": "2026-01-31T08:00:00+01:00",
                "unique_key": "ada",
                "idempotency_key": "k1",
                "max_attempts": 3,
                "backoff": {"policy": "table", "delays": [1, 2.5]},
                "timeout": 1.5,
                "expires_at": "2026-02-01T00:00:00Z",
            }
        )
    )
    assert entry.queue == "mail"
    job = entry.job
    assert (job.payload_json, job.type, job.priority) == ('{"b":1,"a":2}', "send", 7)
    assert job.run_at == datetime(2026, 1, 31, 7, tzinfo=UTC)
    assert job.expires_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert (job.idempotency_key, job.max_attempts, job.timeout) == ("k1", 3, 1.5)
    assert job.backoff == Table(delays=(1.0, 2.5))
    assert job.unique_key == "ada"


def test_null_means_not_given_and_the_import_s_own_options_fill_in() -> None:
    line = as_line({"payload": 1, "type": None, "priority": None})
    job = accepted(line, type="send", priority=3, delay=5.0).job
    assert (job.type, job.priority, job.delay) == ("send", 3, 5.0)


def test_an_entry_s_time_wins_over_the_import_s_delay() -> None:
    job = accepted(as_line({"payload": 1, "run_at": "2026-01-31T08:00:00Z"}), delay=5.0).job
    assert job.delay is None


def test_bare_takes_everything_as_it_is() -> None:
    for value in ({"payload": 1, "x": 2}, {"name": "a", "data": 1}):
        assert json.loads(accepted(as_line(value), bare=True).job.payload_json) == value


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"prio": 1}, "$.prio", "known are type, queue"),
    ({"odd key": 1}, '$["odd key"]', "no option"),
    ({"unique_key": ""}, "$.unique_key", "1 to 500"),
    ({"unique_key": 7}, "$.unique_key", "1 to 500"),
    ({"group": ""}, "$.group", "it is empty"),
    ({"group": 5}, "$.group", "must be text"),
    ({"type": ""}, "$.type", "empty"),
    ({"type": 3}, "$.type", "must be text"),
    ({"queue": "a/b"}, "$.queue", "slash"),
    ({"queue": "x" * 10_000}, "$.queue", "10,000 characters"),
    ({"priority": 1001}, "$.priority", "out of range"),
    ({"priority": 1.5}, "$.priority", "whole number"),
    ({"priority": True}, "$.priority", "whole number"),
    ({"priority": 10**4000}, "$.priority", "out of range"),
    ({"delay": -1}, "$.delay", "out of range"),
    ({"delay": "5"}, "$.delay", "must be a number"),
    ({"run_at": "2026-01-31"}, "$.run_at", "with its zone"),
    ({"run_at": "2026-01-31T08:00:00"}, "$.run_at", "with its zone"),
    ({"run_at": "soon"}, "$.run_at", "with its zone"),
    ({"run_at": 17}, "$.run_at", "with its zone"),
    ({"delay": 1, "run_at": "2026-01-31T08:00:00Z"}, "$.run_at", "keep one"),
    ({"idempotency_key": ""}, "$.idempotency_key", "1 to 500"),
    ({"idempotency_key": "x" * 501}, "$.idempotency_key", "1 to 500"),
    ({"max_attempts": 0}, "$.max_attempts", "out of range"),
    ({"backoff": 5}, "$.backoff", "policy"),
    ({"backoff": {"policy": "fixed", "secs": 5}}, "$.backoff", "secs"),
    ({"timeout": 0}, "$.timeout", "out of range"),
    ({"expires_at": []}, "$.expires_at", "with its zone"),
]


@pytest.mark.parametrize(("said", "path", "reason"), FAULTS, ids=range(len(FAULTS)))
def test_a_bad_option_is_named_with_its_path(said: dict[str, Any], path: str, reason: str) -> None:
    verdict = rejected(as_line({"payload": {}, **said}))
    assert verdict.path == path
    assert reason in verdict.reason
    assert str(verdict).startswith(f"line 1, {path}: ")
    assert len(str(verdict)) < 400


def test_bullmq_jobs_are_taken_in_our_terms() -> None:
    opts = {"delay": 1500, "priority": 4, "attempts": 3, "jobId": 17,
            "backoff": {"type": "exponential", "delay": 1000}}  # fmt: skip
    entry = accepted(as_line({"name": "send", "data": {"to": "a"}, "opts": opts}))
    job = entry.job
    assert (job.payload_json, job.type) == ('{"to":"a"}', "send")
    assert (job.delay, job.priority, job.max_attempts) == (1.5, 4, 3)
    assert job.backoff == Exponential(first=1.0, factor=2.0, jitter=0.0)
    assert job.idempotency_key == "bullmq:inbox:17"


def test_bullmq_backoffs() -> None:
    for backoff, meaning in (
        (2000, Fixed(seconds=2.0, jitter=0.0)),
        ({"type": "fixed", "delay": 500, "jitter": 0.5}, Fixed(seconds=0.5, jitter=0.5)),
    ):
        line = as_line({"name": "a", "data": 1, "opts": {"backoff": backoff}})
        assert accepted(line).job.backoff == meaning
    assert accepted(as_line({"name": "a", "data": None, "opts": None})).job.backoff is None


BULLMQ_FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"name": 3, "data": 1}, "$.name", "must be text"),
    ({"name": "a", "data": 1, "opts": 3}, "$.opts", "expected an object"),
    ({"name": "a", "data": 1, "opts": {"lifo": True}}, "$.opts.lifo", "no option 'lifo'"),
    ({"name": "a", "data": 1, "opts": {"delay": -1}}, "$.opts.delay", "milliseconds"),
    ({"name": "a", "data": 1, "opts": {"priority": 2_000_000}}, "$.opts.priority", "range"),
    ({"name": "a", "data": 1, "opts": {"attempts": 0}}, "$.opts.attempts", "range"),
    ({"name": "a", "data": 1, "opts": {"jobId": True}}, "$.opts.jobId", "text"),
    ({"name": "a", "data": 1, "opts": {"backoff": {"type": "x"}}}, "$.opts.backoff", "fixed"),
    ({"name": "a", "data": 1, "opts": {"backoff": {"wait": 1}}}, "$.opts.backoff", "wait"),
    ({"name": "a", "data": 1, "opts": {"backoff": {"type": "fixed", "jitter": 2}}},
     "$.opts.backoff", "jitter"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "path", "reason"), BULLMQ_FAULTS)
def test_what_bullmq_has_and_we_have_not_is_named(
    value: dict[str, Any], path: str, reason: str
) -> None:
    verdict = rejected(as_line(value))
    assert verdict.path == path
    assert reason in verdict.reason


def test_linear_backoff_is_only_ours() -> None:
    line = as_line({"payload": 1, "backoff": {"policy": "linear", "first": 1, "step": 2}})
    assert accepted(line).job.backoff == Linear(first=1.0, step=2.0)


def test_a_payload_that_is_too_large_says_what_to_do() -> None:
    verdict = rejected(as_line({"payload": "x" * 300_000}))
    assert "enqueue a reference" in verdict.reason
    verdict = rejected(as_line("x" * 200), limits={"inbox": 100})
    assert "allows 100" in verdict.reason
    assert accepted(as_line({"payload": "x" * 200, "queue": "b"}), limits={"inbox": 100})


def test_an_entry_s_group_wins_over_the_import_s() -> None:
    assert accepted(as_line({"payload": 1, "group": "customer/42"}), group="b").job.group == (
        "customer/42"
    )
    assert accepted(as_line({"n": 1}), group="b").job.group == "b"
