"""Listings in an order that was asked for: every key, both ways, page by page."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Failure, JobSummary
from pillarbox_engine.ordering import Order, SortKey, natural, parse_order
from pillarbox_engine.states import State
from tests.contract.workshop import QUEUE, Workshop

EVERY = [(key, down) for key in SortKey for down in (False, True)]


@pytest.fixture
def mixed(shop: Workshop) -> Workshop:
    """Jobs of all kinds, and several that are alike in each respect."""
    for place in range(4):
        shop.add("x" * place, type=f"t{place % 2}", priority=place % 3)
        failure = Failure(type="E", message=f"no {place % 2}", fingerprint=str(place))
        claimed = shop.take()
        shop.clock.advance(place)
        shop.reject(claimed, failure)
    shop.done({"a": 1})
    shop.add(delay=20.0)
    shop.add(delay=10.0)
    shop.add(priority=0)
    shop.take()
    shop.add(queue="archive")
    shop.add(queue="zoo")
    return shop


def listed(shop: Workshop, where: Filter, order: Order | None, limit: int) -> list[JobSummary]:
    """All jobs that match, page by page."""
    rows: list[JobSummary] = []
    cursor = None
    while True:
        page = shop.backend.jobs(where, order=order, limit=limit, cursor=cursor)
        assert len(page.rows) <= limit
        assert not page.partial
        rows += page.rows
        cursor = page.cursor
        if cursor is None:
            return rows


def value(job: JobSummary, key: SortKey) -> object:
    """What a job is sorted by, where that is a field of the listing; what is None comes first."""
    moments = {"due": job.run_at, "started": job.started_at, "ended": job.ended_at,
               "lease": job.lease_expires_at, "heartbeat": job.heartbeat_at}  # fmt: skip
    if key in moments:
        found = moments[key]
        return 0.0 if found is None else found.timestamp()
    plain = {
        SortKey.ID: int(job.id), SortKey.QUEUE: job.queue, SortKey.TYPE: job.type,
        SortKey.STATE: str(job.state), SortKey.PRIORITY: job.priority,
        SortKey.ATTEMPT: job.attempt, SortKey.PROGRESS: job.progress or -1.0,
        SortKey.WORKER: job.worker or "", SortKey.SIZE: job.payload_bytes,
        SortKey.ERROR: f"{job.error_type or ''}: {job.error_message or ''}",
        SortKey.REASON: job.reason or "",
    }  # fmt: skip
    if key is SortKey.DURATION:
        ended = job.started_at is not None and job.ended_at is not None
        return (job.ended_at - job.started_at).total_seconds() if ended else -1.0  # type: ignore[operator]
    return plain[key]


@pytest.mark.parametrize(
    "where", [Filter(), Filter(queues=(QUEUE,)), Filter(states=frozenset({State.DEAD}))]
)
def test_by_every_key_both_ways(mixed: Workshop, where: Filter) -> None:
    for key, down in EVERY:
        rows = listed(mixed, where, Order(key, down), 3)
        places = {row.id: (value(row, key), int(row.id)) for row in rows}
        assert len(places) == len(mixed.backend.jobs(where).rows)
        expected = sorted(places, key=places.__getitem__, reverse=down)
        assert [row.id for row in rows] == expected, (key, down)


@pytest.mark.parametrize("state", [State.LEASED, State.SCHEDULED, State.DONE, State.DEAD])
def test_along_an_index_or_not_it_is_the_same(mixed: Workshop, state: State) -> None:
    plain = Filter(states=frozenset({state}))
    looked_through = Filter(states=frozenset({state}), older_than=0.0)
    for order in (Order(key, down) for key, down in EVERY):
        assert listed(mixed, plain, order, 2) == listed(mixed, looked_through, order, 2), order


def test_a_filter_is_heeded_in_every_order(mixed: Workshop) -> None:
    where = Filter(types=("t1",))
    for key, down in EVERY:
        found = listed(mixed, where, Order(key, down), 1)
        assert {row.type for row in found} == {"t1"}
        assert len(found) == 2


def test_several_queues_are_merged(mixed: Workshop) -> None:
    where = Filter(queues=("zoo", QUEUE, "nowhere"))
    ids = [int(row.id) for row in listed(mixed, where, None, 2)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 9
    assert [row.queue for row in mixed.backend.jobs(where, limit=1).rows] == ["zoo"]


def test_ids_alone_are_listed(mixed: Workshop) -> None:
    where = Filter(ids=("2", "9", "404", "1"))
    assert [row.id for row in listed(mixed, where, Order(SortKey.ID), 2)] == ["1", "2", "9"]


def test_a_cursor_of_another_order_is_refused_or_begins_anew(mixed: Workshop) -> None:
    page = mixed.backend.jobs(order=Order(SortKey.TYPE), limit=1)
    again = mixed.backend.jobs(order=Order(SortKey.TYPE), limit=1, cursor=page.cursor)
    assert again.rows != page.rows
    for bad in ("nonsense", "[1]", '["a", "b"]', "[null, 1]", "[1e999, 1]", '["a", 1e3]'):
        with pytest.raises(InvalidOption):
            mixed.backend.jobs(order=Order(SortKey.TYPE), cursor=bad)


def test_a_look_that_is_stopped_says_so_or_is_whole(mixed: Workshop) -> None:
    where = Filter(text=("x",))
    whole = [row.id for row in mixed.backend.jobs(where).rows]
    page = mixed.backend.jobs(where, stop=lambda: True)
    if page.cursor is None:
        assert page.partial or [row.id for row in page.rows] == whole
    assert mixed.backend.count(where, stop=lambda: True) <= len(whole)


def test_an_order_is_written_as_a_key() -> None:
    assert parse_order("-priority") == Order(SortKey.PRIORITY, descending=True)
    assert parse_order("id") == Order(SortKey.ID)
    for bad in ("", "-", "colour", "--id"):
        with pytest.raises(InvalidOption, match="priority"):
            parse_order(bad)
    assert natural(Filter(states=frozenset({State.LEASED}))) == Order(SortKey.LEASE)
