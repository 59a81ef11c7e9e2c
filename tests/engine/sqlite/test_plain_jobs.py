"""Jobs that are in no group pay nothing for there being groups."""

from __future__ import annotations

import pytest

from pillarbox_engine.leasing import Ack, ClaimRequest, Nack
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.sqlite.transaction import Transaction

QUEUE = "orders"
OF_GROUPS = {
    statement(name) for name in (
        "front_of_group", "hold_back", "set_head", "groups_of_queue", "rerank",
        "counting_start_of_group", "add_group_starts", "drop_group_starts", "free_limited",
    )
}  # fmt: skip


@pytest.fixture
def ran(backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that transactions run, as they run."""
    found: list[str] = []
    plain = Transaction.execute

    def execute(self: Transaction, name: str, *rest: object) -> object:
        found.append(statement(name))
        return plain(self, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Transaction, "execute", execute)
    return found


def life(backend: SqliteBackend, group: str | None) -> None:
    """Twelve jobs come, one fails and runs again, all are done."""
    jobs = [NewJob(payload_json="1", group=group and f"{group}{n}") for n in range(12)]
    backend.enqueue(QUEUE, jobs)
    claimed = backend.claim(ClaimRequest(queues=(QUEUE,), limit=12))
    failure = Failure(type="E", message="no", fingerprint="f")
    backend.settle([Nack(lease=claimed[0].lease, failure=failure, delay=0.0)])
    backend.settle([Ack(lease=job.lease) for job in claimed[1:]])
    (again,) = backend.claim(ClaimRequest(queues=(QUEUE,), limit=12))
    backend.settle([Ack(lease=again.lease)])
    assert backend.counts(QUEUE).done == 12


def test_no_statement_of_groups_runs_for_jobs_without_one(
    backend: SqliteBackend, ran: list[str]
) -> None:
    life(backend, None)
    assert ran
    assert not OF_GROUPS.intersection(ran)


def test_they_do_for_jobs_of_groups(backend: SqliteBackend, ran: list[str]) -> None:
    life(backend, "g")
    assert OF_GROUPS.intersection(ran)


def test_nor_does_one_in_a_queue_that_ages_or_bounds_what_is_in_flight(
    backend: SqliteBackend, ran: list[str]
) -> None:
    backend.configure(QUEUE, QueueSettings(ageing=60.0, max_in_flight=50))
    ran.clear()
    life(backend, None)
    assert not OF_GROUPS.intersection(ran)
