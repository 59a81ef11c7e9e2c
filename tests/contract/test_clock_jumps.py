"""A wall clock that jumps: no lease comes back to life, and none is taken back in haste."""

from __future__ import annotations

import pytest

from pillarbox_engine.states import State
from tests.contract.workshop import LEASE, Workshop

HOUR = 3_600.0
GRACE = 15.0


def test_a_jump_forward_gives_running_leases_time_to_renew(shop: Workshop) -> None:
    job_id = shop.add()
    claimed = shop.take()
    shop.clock.step(HOUR)
    shop.backend.maintain()
    assert shop.claim() == []
    assert (shop.state(job_id), shop.job(job_id).lost) == (State.LEASED, 0)
    assert shop.backend.extend([claimed.lease]) == [True]
    shop.pass_time(GRACE + 1)
    assert shop.state(job_id) is State.LEASED
    assert shop.ack(claimed) is None


def test_what_is_not_renewed_within_the_grace_is_lost(shop: Workshop) -> None:
    job_id = shop.add()
    shop.take()
    shop.clock.step(HOUR)
    shop.backend.maintain()
    shop.pass_time(GRACE + 1)
    assert (shop.state(job_id), shop.job(job_id).lost) == (State.READY, 1)


@pytest.mark.parametrize("seconds", [-60.0, -HOUR, -86_400.0])
def test_a_jump_back_brings_no_lease_back(shop: Workshop, seconds: float) -> None:
    job_id = shop.add()
    claimed = shop.take()
    shop.pass_time(LEASE + 1)
    shop.clock.step(seconds)
    shop.backend.maintain()
    assert shop.ack(claimed) is not None
    assert shop.backend.extend([claimed.lease]) == [False]
    assert shop.state(job_id) is State.READY


def test_work_goes_on_after_a_jump_back(shop: Workshop) -> None:
    shop.clock.step(-HOUR)
    job_id = shop.add()
    assert shop.ack(shop.take()) is None
    shop.backend.maintain()
    assert shop.state(job_id) is State.DONE
