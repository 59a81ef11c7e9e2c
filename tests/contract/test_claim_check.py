"""Large payloads kept apart: callers see no difference, on either backend."""

from __future__ import annotations

import json

import pytest

from pillarbox_engine.alike import Alike
from pillarbox_engine.errors import InvalidOption, PayloadTooLarge, QueueFull
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.model import NewJob
from pillarbox_engine.operation import OperationOptions
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import EventKind, State, Verb
from pillarbox_engine.uniqueness import Unique
from tests.contract.workshop import QUEUE, Workshop

LIMIT = 1_000


def large(mark: str, size: int = 5_000) -> str:
    """A payload above the limit that begins, and ends, with `mark`."""
    return json.dumps({"mark": mark, "rest": "x" * size, "end": mark})


@pytest.fixture(autouse=True)
def claim_checked(shop: Workshop) -> None:
    shop.configure(claim_check=LIMIT, max_payload=100_000)


def put(shop: Workshop, *texts: str, **options: object) -> list[str]:
    jobs = [NewJob(payload_json=text, **options) for text in texts]  # type: ignore[arg-type]
    return [answer.id for answer in shop.backend.enqueue(QUEUE, jobs)]


def test_a_large_payload_comes_back_whole(shop: Workshop) -> None:
    texts = [large("é"), "{}", large("b"), large("é")]
    ids = put(shop, *texts)
    assert [shop.job(job_id).payload_json for job_id in ids] == texts
    assert [claimed.payload_json for claimed in shop.claim(4)] == texts
    assert [shop.job(job_id).payload_bytes for job_id in ids] == [len(t.encode()) for t in texts]


def test_alike_jobs_come_back_whole(shop: Workshop) -> None:
    texts = [large(str(number)) for number in range(20)]
    answers = shop.backend.enqueue(QUEUE, Alike(NewJob(payload_json=""), [*texts, "1"]))
    assert [shop.job(answer.id).payload_json for answer in answers] == [*texts, "1"]
    assert shop.counts().ready == 21


def test_a_listing_shows_how_it_begins(shop: Workshop) -> None:
    (job_id,) = put(shop, large("first"))
    (row,) = shop.backend.jobs().rows
    assert row.id == job_id
    assert row.preview.startswith('{"mark": "first", "rest": "xxx')
    assert row.payload_bytes == len(large("first"))


def test_filters_look_into_all_of_it(shop: Workshop) -> None:
    first, _second, small = put(shop, large("one"), large("two"), '{"end": "one"}')
    assert shop.ids(payload=(("end", "one"),)) == [small, first]
    assert shop.ids(text=('"end": "one"',)) == [small, first]


def test_the_limit_of_a_payload_still_holds(shop: Workshop) -> None:
    with pytest.raises(PayloadTooLarge, match="the queue allows 100,000"):
        put(shop, large("too large", 100_000))
    assert shop.backend.jobs().rows == ()


def test_a_bound_in_bytes_counts_all_of_it(shop: Workshop) -> None:
    shop.configure(claim_check=LIMIT, max_bytes=8_000)
    put(shop, large("fits"))
    with pytest.raises(QueueFull):
        put(shop, large("does not"))
    assert shop.counts().ready == 1


def test_it_is_kept_through_failure_replay_purge_and_restore(shop: Workshop) -> None:
    text = large("long lived")
    (job_id,) = put(shop, text)
    shop.nack(shop.take(), delay=0.0)
    shop.reject(shop.take())
    shop.backend.replay([job_id])
    shop.backend.purge([job_id])
    shop.pass_time(7_200.0)
    shop.backend.restore([job_id])
    shop.pass_time(7_200.0)
    assert shop.take().payload_json == text


@pytest.mark.parametrize(("before", "patch", "size"), [
    ({"rest": "x" * 5_000}, {"rest": "y" * 5_000}, 5_000),
    ({"rest": "x" * 5_000}, {"rest": "y"}, 1),
    ({"rest": "x"}, {"rest": "y" * 5_000}, 5_000),
], ids=["large to large", "large to small", "small to large"])  # fmt: skip
def test_a_replay_can_patch_it(
    shop: Workshop, before: dict[str, str], patch: dict[str, str], size: int
) -> None:
    job_id = shop.dead(before)
    options = OperationOptions(patch_json=json.dumps(patch))
    where = Filter(queues=(QUEUE,))
    plan = OperationPlan(verb=Verb.REPLAY, where=where, options=options)
    started = shop.backend.start_operation(plan)
    assert shop.backend.advance_operation(started.id).changed == 1
    shop.pass_time(7_200.0)
    job = shop.job(job_id)
    (edited,) = [event for event in job.history if event.kind is EventKind.EDITED]
    assert json.loads(edited.payload_json or "") == before
    assert json.loads(shop.take().payload_json) == {"rest": "y" * size}
    assert shop.counts().bytes == len(job.payload_json)


def test_keys_answer_the_job_that_is_there(shop: Workshop) -> None:
    (first,) = put(shop, large("a"), idempotency_key="k")
    (again,) = put(shop, large("a"), idempotency_key="k")
    assert first == again
    assert shop.counts().ready == 1


@pytest.mark.parametrize(("before", "after"), [
    (large("old"), large("new")), (large("old"), '"new"'), ('"old"', large("new")),
])  # fmt: skip
def test_a_payload_can_be_taken_over(shop: Workshop, before: str, after: str) -> None:
    unique = Unique(replace=frozenset({"payload"}))
    (first,) = put(shop, before, unique_key="u", unique=unique)
    (again,) = put(shop, after, unique_key="u", unique=unique)
    assert first == again
    shop.pass_time(7_200.0)
    assert shop.take().payload_json == after
    assert shop.counts().bytes == len(after.encode())


def test_groups_keep_their_order(shop: Workshop) -> None:
    texts = [large("a"), large("b"), '"small"']
    put(shop, *texts, group="g")
    for text in texts:
        (claimed,) = shop.claim(5)
        assert claimed.payload_json == text
        shop.ack(claimed)


def test_switched_off_it_leaves_what_is_kept_apart(shop: Workshop) -> None:
    text = large("from before")
    put(shop, text)
    shop.configure(claim_check=None)
    put(shop, large("from after"))
    assert [claimed.payload_json for claimed in shop.claim(2)] == [text, large("from after")]


def test_erased_jobs_leave_the_store_whole(shop: Workshop) -> None:
    first, second = put(shop, large("goes"), large("stays"))
    shop.backend.purge([first])
    shop.backend.erase([first])
    shop.pass_time(7_200.0)
    assert shop.state(second) is State.READY
    assert shop.take().payload_json == large("stays")
    assert shop.backend.remarks() == ()


@pytest.mark.parametrize("value", [0, -1, 2**40, 1.5, "1000", True])
def test_a_limit_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(InvalidOption, match="claim_check"):
        QueueSettings().changed(claim_check=value)
