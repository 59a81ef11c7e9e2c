"""Listings: their order, their pages, single jobs, dead letters by error."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Failure, JobSummary
from pillarbox_engine.states import DeadReason, State
from tests.contract.workshop import FAILURE, QUEUE, Workshop

LEASED = frozenset({State.LEASED})
SCHEDULED = frozenset({State.SCHEDULED})


def pages(shop: Workshop, where: Filter, limit: int) -> list[list[str]]:
    """The ids of every page, following the cursors."""
    found, cursor = [], None
    while True:
        page = shop.backend.jobs(where, limit=limit, cursor=cursor)
        found.append([row.id for row in page.rows])
        cursor = page.cursor
        if cursor is None:
            return found


def test_newest_first(shop: Workshop) -> None:
    ids = shop.add_many(5)
    assert shop.ids() == ids[::-1]


def test_newest_first_means_by_number_not_by_text(shop: Workshop) -> None:
    ids = shop.add_many(12)
    assert shop.ids() == ids[::-1]


def test_in_flight_the_lease_that_ends_first_comes_first(shop: Workshop) -> None:
    shop.add_many(3)
    first, second, third = shop.claim(3)
    shop.clock.advance(5)
    shop.backend.extend([first.lease])
    shop.backend.extend([third.lease], 1.0)
    order = [third.lease.job_id, second.lease.job_id, first.lease.job_id]
    assert shop.ids(states=LEASED) == order
    assert pages(shop, Filter(states=LEASED), 1) == [[job_id] for job_id in order]


def test_scheduled_the_next_due_comes_first(shop: Workshop) -> None:
    late, soon, middle = shop.add(delay=30.0), shop.add(delay=10.0), shop.add(delay=20.0)
    assert shop.ids(states=SCHEDULED) == [soon, middle, late]
    assert pages(shop, Filter(states=SCHEDULED), 2) == [[soon, middle], [late]]


def test_retrying_the_next_due_comes_first(shop: Workshop) -> None:
    shop.add_many(2)
    first, second = shop.claim(2)
    shop.nack(first, delay=30.0)
    shop.nack(second, delay=10.0)
    shop.add(delay=1.0)
    assert shop.ids(retrying=True) == [second.lease.job_id, first.lease.job_id]


def test_equal_times_are_told_apart_by_page_cursors(shop: Workshop) -> None:
    ids = [shop.add(delay=10.0) for _ in range(5)]
    assert pages(shop, Filter(states=SCHEDULED), 2) == [ids[:2], ids[2:4], ids[4:]]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 100])
def test_pages_hold_everything_once(shop: Workshop, limit: int) -> None:
    ids = shop.add_many(7)
    found = pages(shop, Filter(), limit)
    assert [job_id for page in found for job_id in page] == ids[::-1]
    assert all(len(page) == limit for page in found[:-1])
    assert len(found) == -(-7 // limit)


def test_a_cursor_holds_its_place_while_jobs_come_and_go(shop: Workshop) -> None:
    ids = shop.add_many(6)
    page = shop.backend.jobs(limit=2)
    shop.add_many(3)
    shop.backend.purge([ids[4], ids[5]])
    shop.backend.erase([ids[4], ids[5]])
    rest = shop.backend.jobs(limit=10, cursor=page.cursor)
    assert [row.id for row in rest.rows] == ids[3::-1]


@pytest.mark.parametrize("cursor", ["nonsense", "", "1:2:3:x", "[1", "null"])
def test_a_cursor_of_no_listing_is_refused(shop: Workshop, cursor: str) -> None:
    shop.add_many(3)
    with pytest.raises(InvalidOption):
        shop.backend.jobs(limit=1, cursor=cursor)


def test_a_listing_of_nothing(shop: Workshop) -> None:
    page = shop.backend.jobs()
    assert (page.rows, page.cursor) == ((), None)


def test_a_row_is_the_job_in_short(shop: Workshop) -> None:
    shop.dead({"userId": 42})
    (row,) = shop.backend.jobs().rows
    job = shop.job(row.id)
    for name in JobSummary.__slots__:
        assert getattr(row, name) == getattr(job, name), name


def test_due_times_are_soonest_first(shop: Workshop) -> None:
    for delay in (30.0, 10.0, 20.0):
        shop.add(delay=delay)
    shop.add(delay=5.0, queue="other")
    times = [moment - shop.now for moment in shop.backend.due_times(QUEUE)]
    assert times == [timedelta(seconds=delay) for delay in (10, 20, 30)]
    assert len(shop.backend.due_times()) == 4
    assert shop.backend.due_times(limit=1) == (shop.now + timedelta(seconds=5),)


def kill(shop: Workshop, fingerprint: str, number: int, *, queue: str = QUEUE, **more: str) -> None:
    failure = Failure(type="IOError", message=f"broken {number}", fingerprint=fingerprint)
    for _ in range(number):
        shop.add(queue=queue, priority=0, **more)
        shop.reject(shop.take(queue), failure)


def test_dead_letters_by_error_the_largest_group_first(shop: Workshop) -> None:
    kill(shop, "few", 2, type="mail")
    start = shop.now
    shop.clock.advance(10)
    kill(shop, "many", 3)
    kill(shop, "few", 1, queue="other", type="fax")
    many, few = sorted(shop.backend.dead_groups(), key=lambda group: group.fingerprint)[::-1]
    assert [group.count for group in shop.backend.dead_groups()] == [3, 3]
    assert (many.fingerprint, many.queues, many.types) == ("many", (QUEUE,), ("default",))
    assert (few.fingerprint, few.queues, few.types) == ("few", (QUEUE, "other"), ("fax", "mail"))
    assert (few.error_type, few.error_message) == ("IOError", "broken 1")
    assert (few.first_at, few.last_at, few.reason) == (start, shop.now, DeadReason.REJECTED)
    (only,) = [g for g in shop.backend.dead_groups("other") if g.fingerprint == "few"]
    assert only.count == 1


def test_a_group_says_how_old_its_letters_are(shop: Workshop) -> None:
    kill(shop, "f", 1)
    shop.clock.advance(3 * 86_400)
    kill(shop, "f", 2)
    shop.clock.advance(2 * 3_600)
    kill(shop, "f", 4)
    (group,) = shop.backend.dead_groups()
    assert (group.count, group.last_hour, group.last_day, group.last_week) == (7, 4, 6, 7)
    assert len(group.trend) == 24
    assert (group.trend[-1], group.trend[-3], sum(group.trend)) == (4, 2, 6)


def test_the_largest_group_is_first(shop: Workshop) -> None:
    for fingerprint, number in (("b", 1), ("a", 3), ("c", 2)):
        kill(shop, fingerprint, number)
    assert [group.fingerprint for group in shop.backend.dead_groups()] == ["a", "c", "b"]


def test_a_group_can_be_found_again_by_its_fingerprint(shop: Workshop) -> None:
    kill(shop, "f", 2)
    shop.add(expires_at=shop.now + timedelta(seconds=1))
    shop.pass_time(2)
    for group in shop.backend.dead_groups():
        found = Filter(fingerprint=group.fingerprint, states=frozenset({State.DEAD}))
        assert shop.backend.count(found) == group.count


def test_replayed_letters_leave_their_group(shop: Workshop) -> None:
    job_id = shop.dead()
    assert [group.fingerprint for group in shop.backend.dead_groups()] == [FAILURE.fingerprint]
    shop.backend.replay([job_id])
    assert shop.backend.dead_groups() == ()


def test_the_store_tells_about_itself(shop: Workshop) -> None:
    before = shop.backend.file_info()
    shop.add()
    after = shop.backend.file_info()
    assert before.uuid == after.uuid
    assert after.sequence > before.sequence
    assert not after.read_only
