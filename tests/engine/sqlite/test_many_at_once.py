"""Acks and inserts that go in by one statement obey the rules that single ones do."""

from __future__ import annotations

import pytest

from pillarbox_engine.leasing import Ack, Claimed, ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.sqlite.job_insert import MANY
from pillarbox_engine.states import State

NUMBER = 4 * MANY


@pytest.fixture
def claimed(backend: SqliteBackend) -> list[Claimed]:
    backend.enqueue("email", [NewJob(payload_json=f'{{"n":{n}}}') for n in range(NUMBER)])
    return backend.claim(ClaimRequest(queues=("email",), limit=NUMBER))


def _acks(claimed: list[Claimed]) -> list[Ack]:
    return [Ack(lease=job.lease, result_json=f'"{job.lease.job_id} \\u00e9"') for job in claimed]


def test_payloads_and_ids_keep_their_order(claimed: list[Claimed]) -> None:
    assert [job.payload_json for job in claimed] == [f'{{"n":{n}}}' for n in range(NUMBER)]
    assert [int(job.lease.job_id) for job in claimed] == list(range(1, NUMBER + 1))


def test_acks_together_keep_each_jobs_result(
    backend: SqliteBackend, claimed: list[Claimed]
) -> None:
    assert backend.settle(_acks(claimed)) == [None] * NUMBER
    job = backend.job("7")
    assert (job.state, job.result) == (State.DONE, "7 é")
    assert backend.counts("email").done_total == NUMBER
    assert backend.check() == ()


def test_one_stale_fence_among_many_is_told_and_the_others_are_done(
    backend: SqliteBackend, claimed: list[Claimed]
) -> None:
    backend.release([claimed[3].lease.job_id])
    notes = backend.settle(_acks(claimed))
    assert [note is None for note in notes] == [n != 3 for n in range(NUMBER)]
    assert backend.counts("email").done == NUMBER - 1
    assert backend.check() == ()


def test_a_lease_named_twice_in_one_call_counts_once(
    backend: SqliteBackend, claimed: list[Claimed]
) -> None:
    acks = _acks(claimed)
    assert backend.settle([*acks, acks[0]]) == [None] * (NUMBER + 1)
    assert backend.counts("email").done_total == NUMBER
    assert backend.check() == ()


@pytest.mark.parametrize(
    "text", ['"é\\u0000\\"\\\\ \U0001f600"', '{"a":1.0,"b":[1e5,-0,123456789012345678901]}', "null"]
)
def test_payloads_come_back_to_the_letter(backend: SqliteBackend, text: str) -> None:
    backend.enqueue("odd", [NewJob(payload_json=text)] * MANY)
    backend.enqueue("odd", [NewJob(payload_json=text)])
    claimed = backend.claim(ClaimRequest(queues=("odd",), limit=2 * MANY))
    assert [job.payload_json for job in claimed] == [text] * (MANY + 1)
    assert backend.job(claimed[0].lease.job_id).payload_json == text
