"""Filters: every part restricts, alternatives within one part add up, parts hold together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pillarbox_engine.comparing import Bound
from pillarbox_engine.filters import Filter
from pillarbox_engine.flows import NewFlow
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.query import parse_query
from pillarbox_engine.states import State
from tests.contract.workshop import QUEUE, Workshop

DEAD = frozenset({State.DEAD})


def names(shop: Workshop, **parts: Any) -> set[str]:
    """The payloads' `name`s of the jobs that match; the count must agree."""
    where = Filter(**parts)
    rows = shop.backend.jobs(where).rows
    assert shop.backend.count(where) == len(rows)
    return {shop.job(row.id).payload["name"] for row in rows}


@pytest.fixture
def people(shop: Workshop) -> Workshop:
    """Ada dead, Bob done, Cid retrying, Dee scheduled, Eve ready in another queue."""
    failure = Failure(type="KeyError", message="No such User 42", fingerprint="f-key")
    shop.add({"name": "ada", "n": 1, "on": True, "deep": {"er": ["x", {"y": 7}]}}, type="mail")
    shop.reject(shop.take(), failure)
    shop.add({"name": "bob", "n": 2, "on": 1, "deep": None}, type="mail")
    shop.ack(shop.take())
    shop.clock.advance(60)
    shop.add({"name": "cid", "n": 1.0, "on": False}, type="fax")
    shop.nack(shop.take(), delay=500.0, failure=Failure(type="IOError", message="disk"))
    shop.add({"name": "dee", "n": "1", "on": "true"}, delay=500.0, type="telex")
    shop.clock.advance(60)
    shop.add({"name": "eve", "text": "100% O'Brien_x <b>"}, queue="other")
    return shop


def test_everything(people: Workshop) -> None:
    assert names(people) == {"ada", "bob", "cid", "dee", "eve"}


def test_by_state(people: Workshop) -> None:
    assert names(people, states=DEAD) == {"ada"}
    assert names(people, states=frozenset({State.DEAD, State.DONE})) == {"ada", "bob"}
    assert names(people, states=frozenset({State.TRASHED})) == set()


def test_retrying_is_scheduled_after_an_attempt(people: Workshop) -> None:
    assert names(people, states=frozenset({State.SCHEDULED})) == {"cid", "dee"}
    assert names(people, retrying=True) == {"cid"}
    assert names(people, retrying=True, states=DEAD) == set()


def test_by_queue_and_type(people: Workshop) -> None:
    assert names(people, queues=("other",)) == {"eve"}
    assert names(people, queues=("other", QUEUE, "nowhere"), types=("fax", "telex")) == {
        "cid", "dee",
    }  # fmt: skip
    assert names(people, types=("mai",)) == set()


def test_by_id(people: Workshop) -> None:
    ids = tuple(people.ids()[:2])
    assert people.ids(ids=(*ids, "404", "nonsense")) == list(ids)
    assert people.ids(ids=("404",)) == []
    assert people.ids(ids=ids, queues=("other",)) == list(ids[:1])


def test_by_error(people: Workshop) -> None:
    assert names(people, error="user 42") == {"ada"}
    assert names(people, error="KEYERR") == {"ada"}
    assert names(people, error="error") == {"ada", "cid"}
    assert names(people, fingerprint="f-key") == {"ada"}
    assert names(people, fingerprint="f-other") == set()


def test_by_text_of_id_type_or_payload(people: Workshop) -> None:
    assert names(people, text=("ADA",)) == {"ada"}
    assert names(people, text=("tele",)) == {"dee"}
    (ada,) = people.ids(states=DEAD)
    assert "ada" in names(people, text=(ada,))
    assert names(people, text=("mail", "bob")) == {"bob"}
    assert names(people, text=("nobody",)) == set()


@pytest.mark.parametrize("word", ["100%", "o'brien_x", "<b>"])
def test_text_is_taken_literally(people: Workshop, word: str) -> None:
    assert names(people, text=(word,)) == {"eve"}


@pytest.mark.parametrize("word", ["1%0", "ad_", "' OR 1=1 --", "*"])
def test_text_knows_no_wild_cards(people: Workshop, word: str) -> None:
    assert names(people, text=(word,)) == set()
    assert names(people, error=word) == set()


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("name", "ada", {"ada"}),
        ("name", "ADA", set()),
        ("n", 1, {"ada", "cid"}),
        ("n", 1.0, {"ada", "cid"}),
        ("n", "1", {"dee"}),
        ("n", 2, {"bob"}),
        ("on", True, {"ada"}),
        ("on", 1, {"bob"}),
        ("on", False, {"cid"}),
        ("on", "true", {"dee"}),
        ("deep", None, {"bob"}),
        ("deep.er.0", "x", {"ada"}),
        ("deep.er.1.y", 7, {"ada"}),
        ("deep.er.9", "x", set()),
        ("name.x", "ada", set()),
        ("missing", None, set()),
        ("missing", "x", set()),
    ],
)
def test_by_a_part_of_the_payload(people: Workshop, path: str, value: Any, found: set[str]) -> None:
    assert names(people, payload=((path, value),)) == found


def test_several_parts_of_the_payload_hold_together(people: Workshop) -> None:
    assert names(people, payload=(("n", 1), ("on", True))) == {"ada"}
    assert names(people, payload=(("n", 1), ("on", 1))) == set()


def test_by_age(people: Workshop) -> None:
    assert names(people, older_than=90.0) == {"ada", "bob"}
    assert names(people, younger_than=90.0) == {"cid", "dee", "eve"}
    assert names(people, older_than=30.0, younger_than=90.0) == {"cid", "dee"}


def test_all_parts_hold_together(people: Workshop) -> None:
    assert names(people, states=DEAD, types=("mail",), error="user", text=("ada",)) == {"ada"}
    assert names(people, states=DEAD, types=("fax",)) == set()


def test_counting_stops_at_its_limit(people: Workshop) -> None:
    assert people.backend.count(Filter(), limit=3) == 3
    assert people.backend.count(Filter(), limit=100) == 5


def test_a_filter_pages_like_any_listing(people: Workshop) -> None:
    where = Filter(queues=(QUEUE,))
    first = people.backend.jobs(where, limit=3)
    second = people.backend.jobs(where, limit=3, cursor=first.cursor)
    assert (len(first.rows), len(second.rows), second.cursor) == (3, 1, None)


def found(shop: Workshop, query: str) -> set[str]:
    """The `name`s of the jobs a query finds."""
    return {shop.job(row.id).payload["name"] for row in shop.backend.jobs(parse_query(query)).rows}


QUERIES: list[tuple[str, set[str]]] = [
    ("-state:dead,done", {"cid", "dee", "eve"}),
    ("-queue:other -type:mail", {"cid", "dee"}),
    ("-is:retrying -state:dead,done", {"dee", "eve"}),
    ("-error:disk", {"ada", "bob", "dee", "eve"}),
    ("-error:disk,user", {"bob", "dee", "eve"}),
    ("error:disk,user", {"ada", "cid"}),
    ("error:nothing,elsewhere", set()),
    ("-payload.n:1", {"bob", "dee", "eve"}),
    ('payload.n:2,"1"', {"bob", "dee"}),
    ("-mail", {"cid", "dee", "eve"}),
    ("-age>90s", {"cid", "dee", "eve"}),
    ("payload.n>1", {"bob"}),
    ("payload.n>=1", {"ada", "bob", "cid"}),
    ('payload.n>="0"', {"dee"}),
    ('payload.name<"bo"', {"ada"}),
    ("payload.on>0", {"bob"}),
    ("payload.missing<1", set()),
    ("payload.n<99999999999999999999999", {"ada", "bob", "cid"}),
    ("attempt>0", {"ada", "bob", "cid"}),
    ("attempt:0", {"dee", "eve"}),
    ("attempt:0,1 -queue:other", {"ada", "bob", "cid", "dee"}),
    ("-attempt>0", {"dee", "eve"}),
    ("size<12", set()),
    ("size>12", {"ada", "bob", "cid", "dee", "eve"}),
    ("priority<=500 lost:0", {"ada", "bob", "cid", "dee", "eve"}),
    ("progress>0", set()),
    ("ended>1m", {"ada", "bob"}),
    ("ended<90s", set()),
    ("started<90s", {"cid"}),
    ("-started<90s", {"ada", "bob", "dee", "eve"}),
    ("due<445s", {"cid", "dee"}),
    ("due<400s", set()),
    ("enqueued>90s", {"ada", "bob"}),
    ("enqueued>2000-01-01", {"ada", "bob", "cid", "dee", "eve"}),
    ("enqueued<2000-01-01", set()),
    ("worker:none", set()),
    ("-worker:none", {"ada", "bob", "cid", "dee", "eve"}),
]


def test_by_what_a_query_says(people: Workshop) -> None:
    answers = [(query, found(people, query)) for query, _ in QUERIES]
    assert answers == QUERIES


def test_by_group_and_worker(shop: Workshop) -> None:
    shop.add({"name": "a"}, group="eu")
    shop.add({"name": "b"}, group="us")
    shop.add({"name": "c"})
    assert found(shop, "group:eu") == {"a"}
    assert found(shop, "group:eu,us") == {"a", "b"}
    assert found(shop, "-group:eu") == {"b", "c"}
    held = shop.take()
    (worker,) = {row.worker for row in shop.backend.jobs(Filter(ids=(held.lease.job_id,))).rows}
    assert found(shop, f'worker:"{(worker or "")[:4].upper()}"') == {"a"}


def test_by_parent_and_schedule(shop: Workshop) -> None:
    kid = NewFlow(queue="x", job=NewJob(payload_json='{"name": "kid"}'))
    plan = NewFlow(queue="x", job=NewJob(payload_json='{"name": "parent"}'), children=(kid,))
    parent = shop.backend.enqueue_flow(plan)
    assert found(shop, f"parent:{parent.id}") == {"kid"}
    job = NewJob(payload_json='{"name": "tick"}')
    shop.backend.put_schedule(NewSchedule(name="nightly", queue="x", job=job, every=10.0))
    shop.backend.run_schedule("nightly")
    assert found(shop, "schedule:nightly") == {"tick"}
    assert found(shop, "schedule:hourly") == set()
    assert found(shop, "-schedule:nightly") == {"parent", "kid"}


def test_letters_beyond_ascii_are_compared_as_they_are(shop: Workshop) -> None:
    shop.add({"name": "a"}, type="Ärger")
    assert found(shop, "ÄRGER") == {"a"}
    assert found(shop, "ärger") == set()


def test_a_bound_between_two_moments(people: Workshop) -> None:
    since, until = people.now - timedelta(seconds=90), people.now - timedelta(seconds=30)
    bounds = (Bound("enqueued", ">=", since), Bound("enqueued", "<", until))
    assert names(people, bounds=bounds) == {"cid", "dee"}
