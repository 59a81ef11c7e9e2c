"""Ordered groups: one of a group at a time, first in, first out, and the groups in turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pillarbox_engine.errors import InvalidName, InvalidOption
from pillarbox_engine.flows import NewFlow
from pillarbox_engine.leasing import Ack, Claimed
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import GroupRetry, HeldBy, OnFull, State
from pillarbox_engine.uniqueness import Unique
from tests.contract.workshop import QUEUE, Workshop

ALL = 1_000


def ids(claimed: list[Claimed]) -> list[str]:
    return [job.lease.job_id for job in claimed]


def taken(shop: Workshop, **more: Any) -> list[str]:
    """The ids of all that can be claimed."""
    return ids(shop.claim(ALL, **more))


# One at a time


def test_one_of_a_group_is_in_flight(shop: Workshop) -> None:
    first, second, _ = shop.add_many(3, group="a")
    (claimed,) = shop.claim(ALL)
    assert claimed.lease.job_id == first
    assert shop.claim(ALL) == []
    shop.ack(claimed)
    assert taken(shop) == [second]


def test_those_behind_are_ready_and_say_what_holds_them(shop: Workshop) -> None:
    head, second = shop.add_many(2, group="a")
    assert (shop.job(head).group, shop.job(head).held_by) == ("a", None)
    assert (shop.state(second), shop.job(second).held_by) == (State.READY, HeldBy.GROUP)
    assert shop.counts().ready == 2
    shop.ack(shop.take())
    assert shop.job(second).held_by is None


def test_groups_and_jobs_without_one_do_not_wait_for_each_other(shop: Workshop) -> None:
    a = shop.add_many(2, group="a")
    b = shop.add_many(2, group="b")
    free = shop.add_many(2)
    assert taken(shop) == [a[0], b[0], *free]


def test_a_group_is_of_its_queue(shop: Workshop) -> None:
    here, there = shop.add(group="a"), shop.add(group="a", queue="other")
    assert taken(shop, queues=(QUEUE, "other")) == [here, there]


def test_the_order_is_that_of_enqueue_whatever_the_priority(shop: Workshop) -> None:
    first, second = shop.add(group="a", priority=900), shop.add(group="a", priority=1)
    other = shop.add(group="b", priority=500)
    assert ids(shop.claim(1)) == [other]
    claimed = shop.take()
    assert claimed.lease.job_id == first
    shop.ack(claimed)
    assert ids(shop.claim(1)) == [second]


@pytest.mark.parametrize("number", [2, 20])
def test_many_acks_at_once_free_the_next_of_each_group(shop: Workshop, number: int) -> None:
    groups = [f"g{place}" for place in range(number)]
    heads = [shop.add(group=group) for group in groups]
    nexts = [shop.add(group=group) for group in groups]
    plain = shop.add_many(3)
    claimed = shop.claim(ALL)
    assert ids(claimed) == [*heads, *plain]
    assert shop.backend.settle([Ack(lease=job.lease) for job in claimed]) == [None] * (number + 3)
    assert sorted(taken(shop)) == sorted(nexts)


def test_several_of_a_group_acked_in_one_call(shop: Workshop) -> None:
    jobs = [NewJob(payload_json="1", group=group) for group in "abab"]
    numbers = [e.id for e in shop.backend.enqueue(QUEUE, jobs)]
    for expected in (numbers[:2], numbers[2:]):
        claimed = shop.claim(ALL)
        assert ids(claimed) == expected
        shop.backend.settle([Ack(lease=job.lease) for job in claimed])


def test_a_worker_of_other_types_does_not_pass_the_head(shop: Workshop) -> None:
    head = shop.add(group="a", type="mail")
    shop.add(group="a", type="bill")
    assert taken(shop, types=frozenset({"bill"})) == []
    assert taken(shop, types=frozenset({"mail"})) == [head]


# In turn


def test_groups_are_served_in_turn(shop: Workshop) -> None:
    groups = {name: shop.add_many(3, group=name) for name in "abc"}
    order = []
    for _ in range(9):
        claimed = shop.take()
        order.append(claimed.lease.job_id)
        shop.ack(claimed)
    assert order == [groups[name][place] for place in range(3) for name in "abc"]


def test_a_group_waits_its_turn_behind_jobs_without_one(shop: Workshop) -> None:
    first, second = shop.add_many(2, group="a")
    plain = shop.add()
    shop.ack(shop.take())
    assert taken(shop) == [plain, second]
    assert first not in shop.ids(states=frozenset({State.READY}))


# What a head does that does not end


def fail(shop: Workshop, delay: float = 20.0) -> str:
    claimed = shop.take()
    shop.nack(claimed, delay=delay)
    return claimed.lease.job_id


def test_a_retrying_head_blocks_its_group(shop: Workshop) -> None:
    head, second = shop.add_many(2, group="a")
    other = shop.add(group="b")
    fail(shop)
    assert taken(shop) == [other]
    shop.clock.advance(20)
    (again,) = shop.claim(ALL)
    assert again.lease.job_id == head
    shop.ack(again)
    assert taken(shop) == [second]


def test_or_lets_the_others_pass(shop: Workshop) -> None:
    shop.configure(group_retry=GroupRetry.YIELD)
    head, second, third = shop.add_many(3, group="a")
    fail(shop)
    claimed = shop.take()
    assert claimed.lease.job_id == second
    shop.clock.advance(20)
    assert shop.claim(ALL) == []
    shop.ack(claimed)
    again = shop.take()
    assert again.lease.job_id == head
    shop.ack(again)
    assert taken(shop) == [third]


def test_a_dead_letter_blocks_nobody(shop: Workshop) -> None:
    shop.configure(max_attempts=1)
    _, second = shop.add_many(2, group="a")
    fail(shop)
    assert taken(shop) == [second]


def test_a_snoozed_head_blocks_too(shop: Workshop) -> None:
    shop.add_many(2, group="a")
    shop.snooze(shop.take(), delay=20.0)
    assert taken(shop) == []


def test_a_delayed_job_takes_its_place_when_it_is_due(shop: Workshop) -> None:
    late = shop.add(group="a", delay=20.0)
    first, second = shop.add_many(2, group="a")
    claimed = shop.take()
    assert claimed.lease.job_id == first
    shop.pass_time(21)
    assert shop.claim(ALL) == []
    shop.ack(claimed)
    claimed = shop.take()
    assert claimed.lease.job_id == late
    shop.ack(claimed)
    assert taken(shop) == [second]


def test_a_released_or_lost_head_stays_the_head(shop: Workshop) -> None:
    head, _ = shop.add_many(2, group="a")
    for ending in (shop.release, shop.lose):
        ending(shop.take())
        claimed = shop.take()
        assert claimed.lease.job_id == head
        shop.release(claimed)


def test_a_lease_that_ran_out_frees_its_head_again(shop: Workshop) -> None:
    head, _ = shop.add_many(2, group="a")
    shop.take()
    shop.clock.advance(31)
    assert taken(shop) == [head]


def test_a_changed_setting_is_obeyed_at_once(shop: Workshop) -> None:
    head, second = shop.add_many(2, group="a")
    fail(shop)
    assert shop.claim() == []
    shop.configure(group_retry=GroupRetry.YIELD)
    (claimed,) = shop.claim()
    assert claimed.lease.job_id == second
    shop.release(claimed)
    shop.configure(group_retry=GroupRetry.BLOCK)
    assert shop.claim() == []
    shop.clock.advance(21)
    assert ids([shop.take()]) == [head]


# What operators and time do to a head


def _cancel(shop: Workshop, job_id: str) -> None:
    shop.backend.cancel([job_id])


def _purge(shop: Workshop, job_id: str) -> None:
    shop.backend.purge([job_id])


@pytest.mark.parametrize("end", [_cancel, _purge])
@pytest.mark.parametrize("retrying", [False, True])
def test_without_its_head_a_group_goes_on(
    shop: Workshop, end: Callable[[Workshop, str], None], retrying: bool
) -> None:
    head, second = shop.add_many(2, group="a")
    if retrying:
        fail(shop)
    end(shop, head)
    assert taken(shop) == [second]


@pytest.mark.parametrize("end", [_cancel, _purge])
def test_without_a_job_in_its_line_too(
    shop: Workshop, end: Callable[[Workshop, str], None]
) -> None:
    head, second, third = shop.add_many(3, group="a")
    end(shop, second)
    claimed = shop.take()
    assert claimed.lease.job_id == head
    shop.ack(claimed)
    assert taken(shop) == [third]


def test_a_cancelled_lease_frees_the_next(shop: Workshop) -> None:
    head, second = shop.add_many(2, group="a")
    shop.take()
    _cancel(shop, head)
    assert taken(shop) == [second]


def test_an_expired_head_makes_way(shop: Workshop) -> None:
    shop.add(group="a", expires_at=shop.now + timedelta(seconds=10))
    second = shop.add(group="a")
    shop.clock.advance(11)
    assert taken(shop) == [second]


def test_an_expired_head_makes_way_without_a_claim(shop: Workshop) -> None:
    shop.add(group="a", expires_at=shop.now + timedelta(seconds=10))
    second = shop.add(group="a")
    shop.pass_time(11)
    assert shop.job(second).held_by is None


def test_a_dropped_head_makes_way(shop: Workshop) -> None:
    shop.configure(max_depth=2, on_full=OnFull.DROP_OLDEST)
    shop.add(group="a")
    second = shop.add(group="a")
    third = shop.add(group="a")
    (claimed,) = shop.claim(ALL)
    assert claimed.lease.job_id == second
    shop.ack(claimed)
    assert taken(shop) == [third]


def dead(shop: Workshop, group: str) -> str:
    """A dead letter of that group."""
    job_id = shop.add(group=group)
    shop.reject(shop.take())
    return job_id


def test_a_replayed_job_takes_its_place_again(shop: Workshop) -> None:
    letter = dead(shop, "a")
    second, third = shop.add_many(2, group="a")
    shop.backend.replay([letter])
    for expected in (letter, second, third):
        (claimed,) = shop.claim(ALL)
        assert claimed.lease.job_id == expected
        shop.ack(claimed)


def test_a_replayed_job_waits_while_one_is_in_flight(shop: Workshop) -> None:
    letter = dead(shop, "a")
    shop.add_many(2, group="a")
    claimed = shop.take()
    shop.backend.replay([letter])
    assert shop.claim(ALL) == []
    shop.ack(claimed)
    assert taken(shop) == [letter]


def test_a_replay_elsewhere_joins_the_group_there(shop: Workshop) -> None:
    letter = dead(shop, "a")
    there = shop.add(group="a", queue="other")
    later = shop.add(group="a", queue="other")
    shop.backend.replay([letter], to="other")
    for expected in (letter, there, later):
        (claimed,) = shop.claim(ALL, queues=("other",))
        assert claimed.lease.job_id == expected
        shop.ack(claimed)


def test_replays_at_a_rate_block_nobody_before_they_are_due(shop: Workshop) -> None:
    letters = [dead(shop, "a") for _ in range(2)]
    third = shop.add(group="a")
    shop.backend.replay(letters, rate=0.1)
    claimed = shop.take()
    assert claimed.lease.job_id == letters[0]
    shop.ack(claimed)
    assert taken(shop) == [third]


def test_a_requeued_retry_is_the_head_at_once(shop: Workshop) -> None:
    head, second = shop.add_many(2, group="a")
    fail(shop)
    shop.backend.requeue([head])
    claimed = shop.take()
    assert claimed.lease.job_id == head
    shop.ack(claimed)
    shop.backend.requeue([head])
    assert taken(shop) == [head]
    assert shop.job(second).held_by is HeldBy.GROUP


def test_restored_jobs_stand_where_they_stood(shop: Workshop) -> None:
    head, second, third = shop.add_many(3, group="a")
    fail(shop)
    for job_id in (head, third):
        shop.backend.purge([job_id])
    claimed = shop.take()
    assert claimed.lease.job_id == second
    shop.backend.restore([head, third])
    shop.ack(claimed)
    assert shop.claim(ALL) == []
    shop.clock.advance(20)
    for expected in (head, third):
        claimed = shop.take()
        assert claimed.lease.job_id == expected
        shop.ack(claimed)


def test_a_head_that_is_put_off_is_no_head(shop: Workshop) -> None:
    put_off = Unique(replace=frozenset({"run_at"}))
    head = shop.add(group="a", unique_key="k")
    second = shop.add(group="a")
    late = NewJob(payload_json="1", unique_key="k", unique=put_off, delay=20.0)
    assert shop.backend.enqueue(QUEUE, [late])[0].replaced
    (claimed,) = shop.claim(ALL)
    assert claimed.lease.job_id == second
    shop.ack(claimed)
    shop.clock.advance(20)
    assert taken(shop) == [head]


def test_a_job_in_line_can_be_brought_forward_and_changed(shop: Workshop) -> None:
    late = shop.add(group="a", unique_key="k", delay=20.0)
    second = shop.add(group="a")
    now = Unique(replace=frozenset({"run_at", "priority"}))
    shop.add(unique_key="k", unique=now, priority=3)
    assert taken(shop) == [late]
    assert (shop.job(late).priority, shop.job(second).held_by) == (3, HeldBy.GROUP)


def test_release_by_an_operator(shop: Workshop) -> None:
    head, _ = shop.add_many(2, group="a")
    shop.take()
    shop.backend.release([head])
    assert taken(shop) == [head]


def test_what_a_paused_queue_gives_when_it_runs_again(shop: Workshop) -> None:
    head, _ = shop.add_many(2, group="a")
    shop.backend.pause(QUEUE)
    assert shop.claim(ALL) == []
    shop.backend.pause(QUEUE, False)
    assert taken(shop) == [head]


# What a group can be called, and the setting


@pytest.mark.parametrize("name", ["", "x" * 201, " a", "a\nb", "a\x00", "\ud800", 5, b"a"])
def test_a_group_has_a_proper_name(shop: Workshop, name: object) -> None:
    job = NewJob(payload_json="1", group=name)  # type: ignore[arg-type]
    with pytest.raises(InvalidName):
        shop.backend.enqueue(QUEUE, [job])
    assert shop.backend.queues() == ()


@pytest.mark.parametrize("name", ["customer/42", "Größe", "a b", "x" * 200])
def test_most_names_will_do(shop: Workshop, name: str) -> None:
    assert shop.job(shop.add(group=name)).group == name


@pytest.mark.parametrize("value", ["block", None, 1])
def test_group_retry_is_one_of_its_words(value: object) -> None:
    with pytest.raises(InvalidOption):
        QueueSettings().changed(group_retry=value)


def test_a_parent_joins_its_group_when_its_children_have_ended(shop: Workshop) -> None:
    child = NewFlow(queue="other", job=NewJob(payload_json="1"))
    parent = NewFlow(queue=QUEUE, job=NewJob(payload_json="1", group="a"), children=(child,))
    first = shop.backend.enqueue_flow(parent).id
    second, third = shop.add_many(2, group="a")
    claimed = shop.take()
    assert claimed.lease.job_id == second
    shop.ack(shop.take("other"))
    assert (shop.state(first), shop.job(first).held_by) == (State.READY, HeldBy.GROUP)
    shop.ack(claimed)
    for expected in (first, third):
        claimed = shop.take()
        assert claimed.lease.job_id == expected
        shop.ack(claimed)


def test_a_blocked_group_waits_as_anyone_can_see(shop: Workshop) -> None:
    since = shop.now
    shop.add_many(2, group="a")
    shop.nack(shop.take(), delay=500.0)
    shop.clock.advance(60)
    assert (shop.claim(ALL), shop.queue().oldest_ready_at) == ([], since)
