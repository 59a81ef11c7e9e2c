"""One valid lease per job at any time: a stale fence changes nothing, whoever comes with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pillarbox_engine.leasing import (
    Ack,
    CancelLease,
    Claimed,
    LeaseRef,
    Lost,
    Nack,
    Reject,
    Release,
    Report,
    Settlement,
    Snooze,
)
from pillarbox_engine.states import State
from tests.contract.workshop import FAILURE, LEASE, Workshop

SETTLEMENTS: dict[str, Callable[[LeaseRef], Settlement]] = {
    "ack": lambda lease: Ack(lease=lease),
    "nack": lambda lease: Nack(lease=lease, failure=FAILURE, delay=1.0),
    "reject": lambda lease: Reject(lease=lease, failure=FAILURE),
    "release": lambda lease: Release(lease=lease),
    "snooze": lambda lease: Snooze(lease=lease, delay=1.0),
    "cancel": lambda lease: CancelLease(lease=lease, reason=""),
    "lost": lambda lease: Lost(lease=lease),
}


def expire(shop: Workshop, claimed: Claimed) -> None:
    shop.pass_time(LEASE + 1)


def claim_again(shop: Workshop, claimed: Claimed) -> None:
    shop.pass_time(LEASE + 1)
    assert shop.take().lease.fence > claimed.lease.fence


def operator_release(shop: Workshop, claimed: Claimed) -> None:
    assert shop.backend.release([claimed.lease.job_id]).changed == 1


def operator_cancel(shop: Workshop, claimed: Claimed) -> None:
    assert shop.backend.cancel([claimed.lease.job_id]).changed == 1


def settle_otherwise(shop: Workshop, claimed: Claimed) -> None:
    assert shop.nack(claimed, delay=100.0) is None


def run_again_when_done(shop: Workshop, claimed: Claimed) -> None:
    assert shop.ack(claimed) is None
    assert shop.backend.requeue([claimed.lease.job_id]).changed == 1


TAKEN_AWAY = [
    expire, claim_again, operator_release, operator_cancel, settle_otherwise, run_again_when_done,
]  # fmt: skip


@pytest.mark.parametrize("settlement", SETTLEMENTS)
@pytest.mark.parametrize("take_away", TAKEN_AWAY)
def test_a_stale_settlement_changes_nothing(
    shop: Workshop, take_away: Callable[[Workshop, Claimed], None], settlement: str
) -> None:
    job_id = shop.add()
    claimed = shop.take()
    take_away(shop, claimed)
    job, counts = shop.job(job_id), shop.counts()
    note = shop.settle(SETTLEMENTS[settlement](claimed.lease))
    assert note is not None
    assert (note.job_id, bool(note.reason)) == (job_id, True)
    assert (shop.job(job_id), shop.counts()) == (job, counts)


@pytest.mark.parametrize("take_away", TAKEN_AWAY)
def test_a_stale_extension_or_report_changes_nothing(
    shop: Workshop, take_away: Callable[[Workshop, Claimed], None]
) -> None:
    job_id = shop.add()
    claimed = shop.take()
    take_away(shop, claimed)
    job = shop.job(job_id)
    stale = Report(lease=claimed.lease, progress=99.0, lines=((shop.now, "late"),))
    assert shop.backend.extend([claimed.lease]) == [False]
    assert shop.backend.report([stale]) == [False]
    assert shop.job(job_id) == job


def test_a_stale_call_beside_good_ones_spoils_none(shop: Workshop) -> None:
    shop.add_many(2)
    first, second = shop.claim(2)
    shop.release(first)
    assert shop.backend.extend([first.lease, second.lease]) == [False, True]


@pytest.mark.parametrize("settlement", SETTLEMENTS)
def test_a_lease_of_no_job_is_lost(shop: Workshop, settlement: str) -> None:
    shop.configure()
    for job_id in ("404", "nonsense"):
        assert shop.settle(SETTLEMENTS[settlement](LeaseRef(job_id, 1))) is not None
    assert shop.backend.extend([LeaseRef("404", 1)]) == [False]


@pytest.mark.parametrize("fence", [0, 2, 99])
def test_a_made_up_fence_is_refused(shop: Workshop, fence: int) -> None:
    job_id = shop.add()
    shop.take()
    assert shop.settle(Ack(lease=LeaseRef(job_id, fence))) is not None
    assert shop.state(job_id) is State.LEASED


def test_fences_grow_with_every_claim(shop: Workshop) -> None:
    shop.add()
    fences = []
    for ending in (shop.release, shop.lose, shop.nack, shop.snooze):
        claimed = shop.take()
        fences.append(claimed.lease.fence)
        ending(claimed)
        shop.clock.advance(5)
    fences.append(shop.take().lease.fence)
    assert fences == sorted(set(fences))


def test_a_double_ack_is_not_a_way_around_a_fence(shop: Workshop) -> None:
    job_id = shop.add()
    stale = shop.take()
    shop.pass_time(LEASE + 1)
    current = shop.take()
    assert shop.ack(current) is None
    assert shop.ack(stale) is not None
    assert shop.ack(current) is None
    assert (shop.state(job_id), shop.counts().done_total) == (State.DONE, 1)


def test_a_nacked_job_is_not_acked_by_the_same_fence(shop: Workshop) -> None:
    job_id = shop.add(max_attempts=1)
    claimed = shop.take()
    shop.nack(claimed)
    assert shop.ack(claimed) is not None
    assert shop.state(job_id) is State.DEAD
