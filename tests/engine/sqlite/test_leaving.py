"""A process that leaves gives back what it holds, and takes nothing any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pillarbox_engine.errors import EngineClosed
from pillarbox_engine.leasing import Ack, Claimed, ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend

REQUEST = ClaimRequest(queues=("email",))

Late = Callable[[SqliteBackend, Claimed], object]


@pytest.mark.parametrize(
    "late",
    [
        lambda backend, held: backend.claim(REQUEST),
        lambda backend, held: backend.exchange([Ack(lease=held.lease)], REQUEST),
    ],
    ids=["claim", "exchange"],
)
def test_a_claim_that_comes_behind_the_leaving_takes_nothing(
    reopen: Callable[..., SqliteBackend], late: Late
) -> None:
    leaving, other = reopen(), reopen()
    leaving.enqueue("email", [NewJob(payload_json="1")])
    (held,) = leaving.claim(REQUEST)
    # What `close` does first; a worker's thread may come before what it does next.
    leaving._file._leave(leaving._file.process_id or 0)
    with pytest.raises(EngineClosed):
        late(leaving, held)
    assert other.check() == ()
    assert other.job(held.lease.job_id).attempt == 0
    assert [job.lease.fence for job in other.claim(REQUEST)] == [3]
