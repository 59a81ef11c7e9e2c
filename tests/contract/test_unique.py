"""Unique keys: one job of a queue holds a key, others of it add nothing or change the holder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pillarbox_engine.errors import InvalidOption, QueueFull
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.protocols import Backend
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import LIVE_STATES, OnFull, State
from pillarbox_engine.uniqueness import REPLACEABLE, UNSTARTED, Unique
from tests.contract.workshop import LEASE, QUEUE, Workshop

KEY = "customer-42"


def unique(payload: str = "1", key: str | None = KEY, **options: Any) -> NewJob:
    return NewJob(payload_json=payload, unique_key=key, **options)


def put(shop: Workshop, *jobs: NewJob, queue: str = QUEUE) -> list[Enqueued]:
    return shop.backend.enqueue(queue, jobs)


def put_one(shop: Workshop, payload: str = "1", *, queue: str = QUEUE, **options: Any) -> Enqueued:
    return put(shop, unique(payload, **options), queue=queue)[0]


# Who holds a key


def test_a_second_job_of_a_key_adds_nothing(shop: Workshop) -> None:
    first, second = put_one(shop, "1"), put_one(shop, "2")
    assert second == Enqueued(first.id, conflict=True, replaced=False)
    assert (shop.job(first.id).payload, shop.job(first.id).unique_key) == (1, KEY)
    assert (shop.counts().enqueued_total, shop.counts().ready) == (1, 1)


def test_jobs_are_found_by_their_key(shop: Workshop) -> None:
    ended = dead(shop)
    live, *_ = put(shop, unique(), unique(key="other"), unique(key=None))
    assert shop.ids(unique=KEY) == [live.id, ended]
    assert shop.ids(unique="none of it") == []


def test_other_keys_and_none_are_no_conflict(shop: Workshop) -> None:
    answers = put(shop, unique(), unique(key="other"), unique(key=None), unique(key=None))
    assert not any(answer.conflict for answer in answers)
    assert shop.job(answers[2].id).unique_key is None


def test_each_queue_has_its_own_keys(shop: Workshop) -> None:
    first = put_one(shop)
    assert not put_one(shop, queue="elsewhere").conflict
    assert put_one(shop).id == first.id


def test_one_key_twice_in_a_call_is_one_job(shop: Workshop) -> None:
    first, second, other = put(shop, unique("1"), unique("2"), unique("3", key="other"))
    assert (second.id, second.conflict) == (first.id, True)
    assert not other.conflict
    assert shop.counts().ready == 2


def test_many_jobs_alike_with_keys_of_their_own(shop: Workshop) -> None:
    jobs = [unique(str(number), key=f"k{number}") for number in range(40)]
    first, again = put(shop, *jobs), put(shop, *jobs)
    assert [answer.id for answer in again] == [answer.id for answer in first]
    assert [shop.job(answer.id).unique_key for answer in first] == [f"k{n}" for n in range(40)]


def test_a_live_job_holds_its_key_through_its_attempts(shop: Workshop) -> None:
    first = put_one(shop)
    claimed = shop.take()
    assert put_one(shop).conflict
    shop.nack(claimed, delay=5.0)
    assert put_one(shop).conflict
    shop.pass_time(6)
    shop.take()
    shop.pass_time(LEASE + 1)
    assert shop.state(first.id) is State.READY
    assert put_one(shop).id == first.id


@pytest.mark.parametrize("end", ["ack", "reject", "cancel_lease"])
def test_the_end_frees_the_key(shop: Workshop, end: str) -> None:
    first = put_one(shop)
    getattr(shop, end)(shop.take())
    second = put_one(shop)
    assert (second.conflict, second.id == first.id) == (False, False)
    assert shop.job(first.id).unique_key == KEY


def test_the_trash_frees_the_key(shop: Workshop) -> None:
    first = put_one(shop)
    shop.backend.purge([first.id])
    assert not put_one(shop).conflict


@pytest.mark.parametrize(
    ("end", "state"),
    [("ack", State.DONE), ("reject", State.DEAD), ("cancel_lease", State.CANCELLED)],
)
def test_further_states_can_hold_it(shop: Workshop, end: str, state: State) -> None:
    first = put_one(shop, unique=Unique(states=LIVE_STATES | {state}))
    getattr(shop, end)(shop.take())
    assert put_one(shop) == Enqueued(first.id, conflict=True)
    shop.backend.purge([first.id])
    assert not put_one(shop).conflict


def test_without_leased_the_next_may_come_once_it_runs(shop: Workshop) -> None:
    terms = Unique(states=UNSTARTED)
    first = put_one(shop, unique=terms)
    claimed = shop.take()
    second = put_one(shop, unique=terms)
    assert not second.conflict
    shop.nack(claimed, delay=5.0)
    assert shop.state(first.id) is State.SCHEDULED
    assert put_one(shop).id == second.id


# Windows


def test_a_window_ends(shop: Workshop) -> None:
    terms = Unique(window=60.0)
    first = put_one(shop, unique=terms)
    shop.pass_time(59)
    assert put_one(shop, unique=terms).conflict
    shop.pass_time(1)
    second = put_one(shop, unique=terms)
    assert not second.conflict
    shop.pass_time(59)
    assert put_one(shop).id == second.id
    assert (shop.state(first.id), shop.counts().ready) == (State.READY, 2)


def test_a_window_can_outlast_the_work(shop: Workshop) -> None:
    first = put_one(shop, unique=Unique(states=LIVE_STATES | {State.DONE}, window=60.0))
    shop.ack(shop.take())
    assert put_one(shop).id == first.id
    shop.pass_time(60)
    assert not put_one(shop).conflict


# Replacing


def test_the_holder_takes_over_what_is_named(shop: Workshop) -> None:
    first = put_one(shop, "[1]", priority=9, type="old")
    answer = put_one(
        shop, "[1,2]", priority=3, type="new", unique=Unique(replace=frozenset({"payload"}))
    )
    assert answer == Enqueued(first.id, conflict=True, replaced=True)
    job = shop.job(first.id)
    assert (job.payload, job.payload_bytes, job.priority, job.type) == ([1, 2], 5, 9, "old")
    assert (shop.counts().bytes, shop.counts().enqueued_total) == (5, 1)


def test_it_can_take_over_everything(shop: Workshop) -> None:
    first = put_one(shop)
    due = shop.now + timedelta(seconds=60)
    put_one(
        shop, '"é"', type="new", priority=3, delay=50.0, max_attempts=2, timeout=7.0,
        expires_at=due, unique=Unique(replace=REPLACEABLE),
    )  # fmt: skip
    job = shop.job(first.id)
    assert (job.payload, job.payload_bytes, job.type, job.priority) == ("é", 4, "new", 3)
    assert (job.state, job.run_at) == (State.SCHEDULED, shop.now + timedelta(seconds=50))
    assert (job.max_attempts, job.timeout, job.expires_at) == (2, 7.0, due)
    assert (shop.counts().scheduled, shop.counts().ready) == (1, 0)
    shop.pass_time(51)
    assert shop.take().payload_json == '"é"'


def test_a_scheduled_job_can_be_brought_forward(shop: Workshop) -> None:
    first = put_one(shop, delay=500.0)
    put_one(shop, unique=Unique(replace=frozenset({"run_at"})))
    assert shop.state(first.id) is State.READY


def test_a_retrying_job_stays_counted(shop: Workshop) -> None:
    put_one(shop)
    shop.nack(shop.take(), delay=50.0)
    assert shop.counts().retrying == 1
    put_one(shop, unique=Unique(replace=frozenset({"run_at"})))
    assert (shop.counts().retrying, shop.counts().ready) == (0, 1)
    put_one(shop, delay=9.0, unique=Unique(replace=frozenset({"run_at"})))
    assert (shop.counts().retrying, shop.counts().scheduled) == (1, 1)


def test_a_running_or_ended_holder_is_left_as_it_is(shop: Workshop) -> None:
    keep = Unique(states=LIVE_STATES | {State.DONE}, replace=frozenset({"payload"}))
    first = put_one(shop, "1", unique=keep)
    claimed = shop.take()
    assert put_one(shop, "2", unique=keep) == Enqueued(first.id, conflict=True)
    shop.ack(claimed)
    assert put_one(shop, "3", unique=keep) == Enqueued(first.id, conflict=True)
    assert shop.job(first.id).payload == 1


def test_the_last_of_a_call_wins(shop: Workshop) -> None:
    terms = Unique(replace=frozenset({"payload"}))
    answers = put(shop, *(unique(str(number), unique=terms) for number in (1, 2, 3)))
    assert [answer.replaced for answer in answers] == [False, True, True]
    assert (shop.job(answers[0].id).payload, shop.counts().bytes) == (3, 1)


# Bounds and idempotency keys


def test_a_conflict_needs_no_room(shop: Workshop) -> None:
    shop.configure(max_depth=1)
    first = put_one(shop)
    assert put_one(shop).id == first.id


def test_a_payload_that_grows_needs_room(shop: Workshop) -> None:
    shop.configure(max_bytes=10)
    first = put_one(shop, "12345678")
    terms = Unique(replace=frozenset({"payload"}))
    assert put_one(shop, "1234567890", unique=terms).replaced
    with pytest.raises(QueueFull):
        put(shop, unique("12345678901", unique=terms))
    assert shop.job(first.id).payload == 1234567890
    assert put_one(shop, "1", unique=terms).replaced
    assert shop.counts().bytes == 1


def test_a_holder_dropped_for_others_of_the_call_is_not_changed(shop: Workshop) -> None:
    shop.configure(max_depth=1, on_full=OnFull.DROP_OLDEST)
    first = put_one(shop, "1")
    terms = Unique(replace=frozenset({"payload"}))
    held, other = put(shop, unique("2", unique=terms), unique("3", key="other"))
    assert held == Enqueued(first.id, conflict=True)
    assert (shop.state(first.id), shop.job(first.id).payload) == (State.DEAD, 1)
    assert shop.counts().ready == 1
    assert shop.state(other.id) is State.READY


def test_an_idempotency_key_is_asked_first(shop: Workshop) -> None:
    (first,) = put(shop, unique("1", idempotency_key="a"))
    shop.ack(shop.take())
    (again,) = put(shop, unique("1", idempotency_key="a"))
    assert again == Enqueued(first.id, conflict=True)


def test_an_attempt_that_met_a_holder_adds_nothing_later_either(shop: Workshop) -> None:
    first = put_one(shop)
    assert put_one(shop, idempotency_key="attempt").id == first.id
    shop.ack(shop.take())
    assert put_one(shop, idempotency_key="attempt") == Enqueued(first.id, conflict=True)
    assert not put_one(shop, idempotency_key="another").conflict


# Coming back


def dead(shop: Workshop, **options: Any) -> str:
    answer = put_one(shop, **options)
    shop.reject(shop.take())
    return answer.id


@pytest.mark.parametrize("verb", ["requeue", "replay"])
def test_a_job_whose_key_is_taken_is_left_alone(shop: Workshop, verb: str) -> None:
    old = dead(shop)
    new = put_one(shop)
    result = getattr(shop.backend, verb)([old])
    assert (result.changed, result.skipped) == (0, {"unique": 1})
    assert shop.state(old) is State.DEAD
    shop.ack(shop.take())
    assert getattr(shop.backend, verb)([old]).changed == 1
    assert put_one(shop).id == old != new.id


def test_of_two_only_one_comes_back(shop: Workshop) -> None:
    old, older = dead(shop), dead(shop)
    shop.configure(max_depth=1)
    operation = shop.backend.begin_operation("replay", "both")
    result = shop.backend.replay([old, older], operation=operation)
    assert (result.changed, result.skipped) == (1, {"unique": 1})
    assert (shop.state(old), shop.state(older)) == (State.READY, State.DEAD)
    (entry,) = shop.backend.operations()
    assert (entry.changed, entry.skipped) == (1, 1)


def test_a_replay_elsewhere_asks_there(shop: Workshop) -> None:
    old, older = dead(shop), dead(shop)
    put_one(shop)
    shop.configure("elsewhere")
    result = shop.backend.replay([old, older], to="elsewhere")
    assert (result.changed, result.skipped) == (1, {"unique": 1})
    assert put_one(shop, queue="elsewhere").id == old


def test_a_replay_at_a_rate_spaces_only_what_comes_back(shop: Workshop) -> None:
    old, older = dead(shop), dead(shop)
    other = dead(shop, key="other")
    shop.backend.replay([old, older, other], rate=1.0)
    assert shop.job(other).run_at - shop.job(old).run_at == timedelta(seconds=1)


def test_a_job_that_holds_its_key_when_dead_comes_back_to_it(shop: Workshop) -> None:
    old = dead(shop, unique=Unique(states=LIVE_STATES | {State.DEAD}))
    assert shop.backend.requeue([old]).changed == 1
    assert put_one(shop).id == old


def test_restoring_asks_where_the_key_would_be_held(shop: Workshop) -> None:
    waiting = put_one(shop).id
    shop.backend.purge([waiting])
    ended = dead(shop)
    shop.backend.purge([ended])
    put_one(shop)
    result = shop.backend.restore([waiting, ended])
    assert (result.changed, result.skipped) == (1, {"unique": 1})
    assert (shop.state(waiting), shop.state(ended)) == (State.TRASHED, State.DEAD)


def test_a_job_past_its_window_comes_back_without_its_key(shop: Workshop) -> None:
    old = dead(shop, unique=Unique(window=10.0))
    shop.pass_time(11)
    new = put_one(shop)
    assert shop.backend.requeue([old]).changed == 1
    assert put_one(shop).id == new.id
    assert shop.counts().ready == 2


def test_it_comes_back_to_a_key_held_only_by_one_past_its_window(shop: Workshop) -> None:
    old = dead(shop)
    new = put_one(shop, unique=Unique(window=10.0))
    shop.pass_time(11)
    assert shop.backend.requeue([old]).changed == 1
    assert put_one(shop).id == old != new.id


def test_requeueing_a_scheduled_holder_is_no_conflict(shop: Workshop) -> None:
    first = put_one(shop, delay=50.0)
    assert shop.backend.requeue([first.id]).changed == 1


# What cannot be taken

BAD: list[dict[str, Any]] = [
    {"unique_key": ""},
    {"unique_key": "x" * 501},
    {"unique_key": 7},
    {"unique": Unique()},
    {"unique_key": KEY, "unique": "payload"},
    {"unique_key": KEY, "unique": Unique(states=frozenset({State.LEASED}))},
    {"unique_key": KEY, "unique": Unique(states=LIVE_STATES | {State.TRASHED})},
    {"unique_key": KEY, "unique": Unique(states=["ready"])},  # type: ignore[arg-type]
    {"unique_key": KEY, "unique": Unique(window=0)},
    {"unique_key": KEY, "unique": Unique(window=float("nan"))},
    {"unique_key": KEY, "unique": Unique(replace=frozenset({"id"}))},
    {"unique_key": KEY, "unique": Unique(replace="payload")},  # type: ignore[arg-type]
]


@pytest.mark.parametrize("options", BAD, ids=range(len(BAD)))
def test_bad_terms_are_refused(backend: Backend, options: dict[str, Any]) -> None:
    backend.ensure_queue(QUEUE, QueueSettings())
    good = NewJob(payload_json="1")
    with pytest.raises(InvalidOption):
        backend.enqueue(QUEUE, [good, NewJob(payload_json="1", **options)])
    assert backend.counts(QUEUE).enqueued_total == 0


def test_a_key_may_be_as_long_as_said(shop: Workshop) -> None:
    assert shop.job(put_one(shop, key="é" * 500).id).unique_key == "é" * 500
