"""Filters: every part restricts, alternatives within one part add up, parts hold together."""

from __future__ import annotations

from typing import Any

import pytest

from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Failure
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
