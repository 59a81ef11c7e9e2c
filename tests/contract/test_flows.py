"""Flows: a parent runs when its children have ended, and is told what they ended with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pillarbox_engine.errors import InvalidName, InvalidOption, NotFound, PayloadTooLarge, QueueFull
from pillarbox_engine.flows import MAX_FLOW, MAX_LEVELS, Flow, NewFlow
from pillarbox_engine.leasing import Ack
from pillarbox_engine.model import NewJob
from pillarbox_engine.states import DeadReason, EventKind, OnChildFailure, OnFull, State
from pillarbox_engine.uniqueness import Unique
from tests.contract.families import Family, member, nothing_added, simple, store
from tests.contract.workshop import FAILURE, QUEUE, Workshop

S = State


# -- storing ---------------------------------------------------------------------------------


def test_a_parent_waits_until_its_last_child_is_done(shop: Workshop) -> None:
    family = simple(shop)
    assert shop.job(family["parent"]).children_left == 3
    assert [job.type for job in shop.claim(10)] == ["a", "b", "c"]
    assert shop.state(family["parent"]) is S.WAITING
    assert shop.counts().waiting == 1
    for name in "abc":
        assert shop.state(family["parent"]) is S.WAITING
        claimed = shop.job(family[name])
        shop.backend.release([claimed.id])
        family.done(name)
    assert shop.state(family["parent"]) is S.READY
    assert shop.counts().waiting == 0
    assert shop.take().lease.job_id == family["parent"]


def test_the_handler_is_shown_results_in_order(shop: Workshop) -> None:
    family = simple(shop)
    family.done("c", "a", "b")
    children = shop.backend.children(family["parent"])
    assert [child.id for child in children] == [family["a"], family["b"], family["c"]]
    assert [child.result for child in children] == [f"result of {n}" for n in "abc"]
    assert all(child.ok and child.error is None for child in children)


def test_the_answer_names_the_children_and_the_family_is_told(shop: Workshop) -> None:
    answer = shop.backend.enqueue_flow(member("parent", member("a"), member("b")))
    flow = shop.backend.flow(answer.id)
    assert [child.id for child in flow.children] == list(answer.children)
    assert (flow.children_left, flow.on_child_failure) == (2, OnChildFailure.FAIL)
    assert flow.parent is None
    below = shop.backend.flow(answer.children[0])
    assert below.parent is not None
    assert (below.parent.id, below.children) == (answer.id, ())
    assert shop.job(answer.children[0]).parent_id == answer.id
    assert shop.backend.flow(shop.add()) == Flow()
    with pytest.raises(NotFound):
        shop.backend.flow("999999")


def test_many_acked_at_once_let_the_parent_go(shop: Workshop) -> None:
    children = [member(f"child{number}") for number in range(20)]
    family = store(shop, member("parent", *children))
    other = shop.add()
    claimed = shop.claim(50)
    notes = shop.backend.settle([Ack(lease=one.lease) for one in claimed])
    assert notes == [None] * 21
    assert shop.state(other) is S.DONE
    assert shop.job(family["parent"]).children_left == 0
    assert shop.state(family["parent"]) is S.READY


def test_a_flow_without_children_is_a_job(shop: Workshop) -> None:
    answer = shop.backend.enqueue_flow(member("parent"))
    assert answer.children == ()
    assert shop.state(answer.id) is S.READY
    assert shop.job(answer.id).children_left is None
    assert shop.backend.children(answer.id) == ()


def test_a_parent_that_is_due_later_is_scheduled_first(shop: Workshop) -> None:
    family = simple(shop, delay=100.0)
    assert shop.state(family["parent"]) is S.WAITING
    family.done("a", "b", "c")
    assert shop.state(family["parent"]) is S.SCHEDULED
    shop.pass_time(101)
    assert shop.state(family["parent"]) is S.READY


def test_children_of_other_queues_and_of_their_own(shop: Workshop) -> None:
    family = store(
        shop,
        member("top", member("left", member("leaf", queue="mail")), member("right", queue="mail")),
    )
    assert family.states("top", "left", "leaf", "right") == [S.WAITING, S.WAITING, S.READY, S.READY]
    assert (shop.counts("mail").enqueued_total, shop.counts().enqueued_total) == (2, 2)
    family.done("leaf", "right", queue="mail")
    assert family.states("top", "left") == [S.WAITING, S.READY]
    family.done("left")
    assert family.states("top") == [S.READY]
    assert family.shown("top") == [("left", "done"), ("right", "done")]


# -- keys and bounds -------------------------------------------------------------------------


def test_keys_stand_for_the_whole_flow(shop: Workshop) -> None:
    for options in ({"idempotency_key": "once"}, {"unique_key": "report"}):
        first = shop.backend.enqueue_flow(member("parent", member("a"), **options))
        total = shop.counts().enqueued_total
        again = shop.backend.enqueue_flow(member("parent", member("a"), **options))
        assert nothing_added(shop, again, total)
        assert (again.id, again.children) == (first.id, first.children)


def test_a_unique_parent_that_waits_takes_over_and_goes_on_waiting(shop: Workshop) -> None:
    family = simple(shop, unique_key="report")
    terms = Unique(replace=frozenset({"run_at", "priority"}))
    assert shop.add(unique_key="report", unique=terms, priority=7) == family["parent"]
    assert shop.job(family["parent"]).priority == 7
    assert family.states("parent") == [S.WAITING]


def test_the_bound_counts_all_of_a_flow_and_takes_none_of_it(shop: Workshop) -> None:
    shop.configure(max_depth=3)
    shop.configure("mail", max_depth=1, on_full=OnFull.DROP_OLDEST)
    oldest = shop.add(queue="mail")
    flow = member("parent", member("a"), member("b"), member("c"), member("m", queue="mail"))
    with pytest.raises(QueueFull):
        shop.backend.enqueue_flow(flow)
    assert shop.counts().enqueued_total == 0
    assert shop.state(oldest) is S.READY
    shop.configure(max_depth=4)
    store(shop, flow)
    assert shop.state(oldest) is S.DEAD
    assert shop.counts().live == 4


def test_a_child_dropped_from_a_full_queue_has_failed(shop: Workshop) -> None:
    family = simple(shop)
    shop.configure(max_depth=4, on_full=OnFull.DROP_OLDEST)
    shop.add()
    assert family.states("a", "parent", "b", "c") == [S.DEAD, S.DEAD, S.CANCELLED, S.CANCELLED]


@pytest.mark.parametrize("key", ["idempotency_key", "unique_key"])
def test_a_child_has_no_keys(shop: Workshop, key: str) -> None:
    with pytest.raises(InvalidOption, match=key):
        shop.backend.enqueue_flow(member("parent", member("a", **{key: "k"})))
    assert shop.backend.queues() == ()


def test_flows_have_an_extent(shop: Workshop) -> None:
    deep: NewFlow = member("leaf")
    for _ in range(MAX_LEVELS):
        deep = member("level", deep)
    with pytest.raises(InvalidOption, match="generations"):
        shop.backend.enqueue_flow(deep)
    leaf = member("leaf")
    with pytest.raises(InvalidOption, match="jobs"):
        shop.backend.enqueue_flow(member("wide", *[leaf] * MAX_FLOW))
    for bad in (member("ok", member("", queue=QUEUE)), member("ok", member("a", queue=""))):
        with pytest.raises((InvalidName, InvalidOption)):
            shop.backend.enqueue_flow(bad)
    terms = Unique(replace=frozenset({"payload"}))
    with pytest.raises(InvalidOption, match="replace"):
        shop.backend.enqueue_flow(member("p", member("a"), unique_key="k", unique=terms))
    assert shop.backend.queues() == ()


def test_the_largest_and_the_deepest_flow_are_taken(shop: Workshop) -> None:
    shop.backend.enqueue_flow(member("wide", *[member("leaf")] * (MAX_FLOW - 1)))
    deep: NewFlow = member("leaf")
    for _ in range(MAX_LEVELS - 1):
        deep = member("level", deep)
    shop.backend.enqueue_flow(deep)
    assert shop.counts().enqueued_total == MAX_FLOW + MAX_LEVELS
    assert shop.counts().waiting == MAX_LEVELS


def test_a_child_too_large_for_its_queue_refuses_the_flow(shop: Workshop) -> None:
    shop.configure("mail", max_payload=1_024)
    large = NewFlow(queue="mail", job=member("a").job)
    object.__setattr__(large.job, "payload_json", f'"{"x" * 2_000}"')
    with pytest.raises(PayloadTooLarge):
        shop.backend.enqueue_flow(NewFlow(queue="mail", job=member().job, children=(large,)))
    assert shop.counts("mail").enqueued_total == 0


# -- a child that fails ----------------------------------------------------------------------


def test_fail_buries_the_parent_and_cancels_what_has_not_started(shop: Workshop) -> None:
    family = simple(shop)
    running = family.take("b")
    family.dead("a")
    assert family.states("parent", "a", "b", "c") == [S.DEAD, S.DEAD, S.LEASED, S.CANCELLED]
    parent = shop.job(family["parent"])
    assert parent.reason is DeadReason.CHILD_FAILED
    assert parent.error_type == "ChildFailed"
    assert [event.kind for event in parent.history] == [EventKind.CHILD_FAILED]
    assert parent.history[0].detail == f"child {family['a']} is dead"
    assert shop.ack(running) is None
    assert family.states("parent", "b") == [S.DEAD, S.DONE]
    assert shop.job(family["parent"]).children_left == 0


def test_fail_goes_up_and_down_the_family(shop: Workshop) -> None:
    family = store(
        shop,
        member("top", member("left", member("a"), member("b")), member("right", member("c"))),
    )
    family.dead("a")
    assert family.states("left", "top") == [S.DEAD, S.DEAD]
    assert family.states("b", "right", "c") == [S.CANCELLED, S.CANCELLED, S.CANCELLED]
    assert shop.claim(10) == []


def test_continue_runs_the_parent_which_sees_the_failure(shop: Workshop) -> None:
    family = simple(shop, "continue")
    family.dead("a")
    family.done("b")
    shop.backend.cancel([family["c"]])
    assert family.states("parent") == [S.READY]
    assert family.shown("parent") == [("a", "dead"), ("b", "done"), ("c", "cancelled")]
    failed, done, cancelled = shop.backend.children(family["parent"])
    assert failed.error is not None
    assert failed.error.message == FAILURE.message
    assert (failed.ok, failed.result, done.ok, cancelled.error) == (False, None, True, None)


def test_ignore_runs_the_parent_as_if_the_child_had_not_been(shop: Workshop) -> None:
    family = simple(shop, "ignore")
    family.dead("a")
    assert family.states("parent") == [S.WAITING]
    family.done("b", "c")
    assert family.states("parent") == [S.READY]
    assert family.shown("parent") == [("b", "done"), ("c", "done")]


def test_a_retry_is_no_failure(shop: Workshop) -> None:
    family = simple(shop)
    shop.nack(family.take("a"), delay=5.0)
    assert family.states("parent", "a") == [S.WAITING, S.SCHEDULED]
    shop.pass_time(6)
    family.done("a", "b", "c")
    assert family.states("parent") == [S.READY]


def test_every_bad_end_of_a_child_is_a_failure(shop: Workshop) -> None:
    shop.configure(max_lost=1)
    soon = shop.now + timedelta(seconds=50)
    ways: dict[str, Callable[[Family], object]] = {
        "exhausted": lambda f: shop.nack(f.take("a")),
        "lost": lambda f: shop.lose(f.take("a")),
        "cancelled": lambda f: shop.cancel_lease(f.take("a"), "not needed"),
        "by hand": lambda f: shop.backend.cancel([f["a"]]),
        "expired": lambda f: shop.pass_time(51),
        "erased": lambda f: (shop.backend.purge([f["a"]]), shop.backend.erase([f["a"]])),
    }
    for way, end in ways.items():
        family = store(shop, member("parent", member("a", max_attempts=1, expires_at=soon)))
        end(family)
        assert family.states("parent") == [S.DEAD], way


# -- what operators do -----------------------------------------------------------------------


def test_cancelling_a_parent_cancels_its_children_not_in_flight(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a"), member("b", member("leaf")), member("c")))
    running = family.take("a")
    assert shop.backend.cancel([family["parent"]], "no need").changed == 1
    assert family.states("parent", "b", "leaf", "c") == [S.CANCELLED] * 4
    assert shop.job(family["c"]).history[-1].detail == f"its parent {family['parent']} has ended"
    assert shop.ack(running) is None
    assert family.states("parent") == [S.CANCELLED]


def test_an_expired_parent_cancels_its_children(shop: Workshop) -> None:
    family = simple(shop, expires_at=shop.now + timedelta(seconds=50))
    shop.pass_time(51)
    assert family.states("parent", "a", "b", "c") == [S.DEAD, *[S.CANCELLED] * 3]
    assert shop.job(family["parent"]).reason is DeadReason.EXPIRED


def test_several_of_a_family_in_one_call_are_counted_as_they_are_met(shop: Workshop) -> None:
    family = simple(shop)
    result = shop.backend.cancel([family["parent"], family["a"], family["b"]])
    assert (result.changed, result.skipped) == (1, {"cancelled": 2})


@pytest.mark.parametrize("verb", ["requeue", "replay"])
def test_a_failed_parent_comes_back_with_its_failed_children(shop: Workshop, verb: str) -> None:
    family = store(
        shop, member("top", member("left", member("a"), member("b")), member("c"), member("d"))
    )
    family.done("c")
    family.dead("a")
    assert family.states("top", "left", "b", "d") == [S.DEAD, S.DEAD, S.CANCELLED, S.CANCELLED]
    assert getattr(shop.backend, verb)([family["top"]]).changed == 1
    assert family.states("top", "left") == [S.WAITING, S.WAITING]
    assert family.states("a", "b", "c", "d") == [S.READY, S.READY, S.DONE, S.READY]
    assert shop.job(family["a"]).attempt == 0
    assert shop.job(family["a"]).history[-1].kind is EventKind.REQUEUED
    family.done("a", "b", "d")
    assert family.states("left", "top") == [S.READY, S.WAITING]
    family.done("left")
    assert family.states("top") == [S.READY]


def test_a_parent_that_comes_back_waits_for_a_child_still_in_flight(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a"), member("b")))
    running = family.take("b")
    family.dead("a")
    shop.backend.requeue([family["parent"]])
    assert family.states("parent", "a", "b") == [S.WAITING, S.READY, S.LEASED]
    shop.ack(running)
    family.done("a")
    assert family.states("parent") == [S.READY]


def test_the_bound_counts_the_children_that_come_along(shop: Workshop) -> None:
    family = simple(shop)
    family.dead("a")
    shop.configure(max_depth=3)
    with pytest.raises(QueueFull):
        shop.backend.requeue([family["parent"]])
    assert family.states("parent", "a", "b") == [S.DEAD, S.DEAD, S.CANCELLED]
    shop.configure(max_depth=4)
    shop.backend.requeue([family["parent"], family["a"]])
    assert family.states("parent", "a", "b", "c") == [S.WAITING, *[S.READY] * 3]


def test_a_replay_at_a_rate_brings_parent_and_children_at_their_time(shop: Workshop) -> None:
    family = simple(shop)
    family.dead("a")
    start = shop.now + timedelta(seconds=100)
    shop.backend.replay([family["parent"]], rate=1.0, start_at=start)
    assert family.states("parent", "a", "b") == [S.WAITING, S.SCHEDULED, S.SCHEDULED]
    shop.pass_time(101)
    family.done("a", "b", "c")
    assert family.states("parent") == [S.READY]


def test_a_child_that_comes_back_alone_leaves_a_dead_parent_dead(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a")))
    family.dead("a")
    shop.backend.replay([family["a"]])
    assert family.states("parent", "a") == [S.DEAD, S.READY]
    assert shop.job(family["parent"]).children_left == 1
    shop.backend.replay([family["parent"]])
    assert family.states("parent") == [S.WAITING]
    family.done("a")
    assert family.states("parent") == [S.READY]


def test_a_parent_that_ran_leaves_failed_children_unless_they_must_be_done(shop: Workshop) -> None:
    for policy, expected in (("continue", S.READY), ("fail", S.WAITING)):
        family = store(shop, member("parent", member("a"), policy=policy))
        family.done("a")
        family.dead("parent")
        shop.backend.requeue([family["a"]])
        family.dead("a")
        shop.backend.replay([family["parent"]])
        assert family.states("parent") == [expected]
        shop.backend.purge([family["parent"], family["a"]])


def test_a_child_that_comes_back_holds_a_parent_that_has_not_started(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a")))
    family.done("a")
    shop.backend.requeue([family["a"]])
    assert family.states("parent") == [S.WAITING]
    family.done("a")
    claimed = family.take("parent")
    shop.backend.requeue([family["a"]])
    assert family.states("parent") == [S.LEASED]
    shop.nack(claimed, delay=5.0)
    assert family.states("parent") == [S.WAITING]
    assert shop.counts().retrying == 0
    family.done("a")
    assert family.states("parent") == [S.SCHEDULED]
    assert shop.counts().retrying == 1


def test_purge_and_restore_leave_the_family_as_it_was(shop: Workshop) -> None:
    for order in (1, -1):
        family = simple(shop)
        ids = [family[name] for name in ("parent", "a", "b")][::order]
        shop.backend.purge(ids)
        assert family.states("c") == [S.READY]
        shop.backend.restore(ids)
        assert family.states("parent", "a", "b", "c") == [S.WAITING, *[S.READY] * 3]
        assert shop.job(family["parent"]).children_left == 3
        family.done("a", "b", "c", "parent")


def test_a_parent_waits_for_a_child_in_the_trash(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a"), member("b"), policy="ignore"))
    shop.backend.purge([family["a"]])
    family.done("b")
    assert family.states("parent") == [S.WAITING]
    shop.backend.erase([family["a"]])
    assert family.states("parent") == [S.READY]
    assert family.shown("parent") == [("b", "done")]


def test_a_purge_of_a_child_that_has_ended_takes_nothing_from_the_parent(shop: Workshop) -> None:
    family = simple(shop)
    family.done("a", "b", "c")
    shop.backend.purge([family["a"]])
    assert family.states("parent") == [S.READY]
    assert family.shown("parent")[0] == ("a", "done")


def test_a_restored_parent_hears_what_became_of_its_children(shop: Workshop) -> None:
    for end, expected in (("done", S.READY), ("dead", S.DEAD)):
        family = store(shop, member("parent", member("a")))
        shop.backend.purge([family["parent"]])
        getattr(family, end)("a")
        assert family.states("parent") == [S.TRASHED]
        shop.backend.restore([family["parent"]])
        assert family.states("parent") == [expected]
        shop.backend.purge([family["parent"]])


def test_an_erased_parent_leaves_its_children_to_themselves(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a")))
    shop.backend.purge([family["parent"]])
    shop.backend.erase([family["parent"]])
    assert shop.backend.flow(family["a"]).parent is None
    assert shop.job(family["a"]).parent_id is None
    family.done("a")
    assert family.states("a") == [S.DONE]


# -- retention -------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{"keep_done_for": 10.0}, {"keep_done": 0}])
def test_no_child_is_pruned_before_its_parent(shop: Workshop, settings: dict[str, Any]) -> None:
    shop.configure(**settings)
    family = simple(shop)
    plain = shop.add()
    family.done("a", "b")
    shop.ack(shop.claim(types=frozenset({"default"}))[0])
    shop.pass_time(20)
    with pytest.raises(NotFound):
        shop.state(plain)
    assert family.states("a", "b") == [S.DONE, S.DONE]
    family.done("c", "parent")
    for _ in range(3):  # first the parent, then who was its child
        shop.pass_time(20)
    for name in ("parent", "a", "b", "c"):
        with pytest.raises(NotFound):
            shop.state(family[name])


def test_a_dead_parent_keeps_its_children_for_its_replay(shop: Workshop) -> None:
    shop.configure(keep_done_for=1.0)
    family = simple(shop)
    family.done("a", "b", "c")
    family.dead("parent")
    shop.pass_time(20)
    shop.backend.replay([family["parent"]])
    assert family.shown("parent") == [(name, "done") for name in "abc"]


# -- counting --------------------------------------------------------------------------------


def test_the_ledger_balances_through_all_of_it(shop: Workshop) -> None:
    family = simple(shop)
    family.dead("a")
    shop.backend.requeue([family["parent"]])
    ledger = shop.counts().ledger()
    assert (ledger["enqueued"], ledger["waiting"]) == (4, 4)
    assert shop.counts().dead_total == 2
    assert shop.counts().cancelled_total == 2
    assert shop.counts().requeued_total == 4


def test_large_payloads_of_a_flow_lie_apart_too(shop: Workshop) -> None:
    shop.configure("mail", claim_check=1_000)
    text = f'"{"x" * 5_000}"'
    job = NewJob(payload_json=text, type="large")
    children = (NewFlow(queue="mail", job=job), NewFlow(queue=QUEUE, job=member("a").job))
    answer = shop.backend.enqueue_flow(NewFlow(queue="mail", job=job, children=children))
    assert shop.job(answer.id).payload_json == text
    assert shop.take("mail").payload_json == text
    assert shop.state(answer.id) is S.WAITING


def test_a_flow_in_a_group_runs_in_its_order(shop: Workshop) -> None:
    children = [member(name, group="g") for name in "abc"]
    family = store(shop, member("parent", *children, group="g"))
    later = shop.add(group="g")
    for name in "abc":
        claimed = shop.claim(10)
        assert [job.type for job in claimed] == [name]
        shop.ack(claimed[0])
    assert family.states("parent") == [S.READY]
    assert shop.take().lease.job_id == family["parent"]
    assert shop.claim(10) == []
    assert shop.state(later) is S.READY


def test_a_parent_that_waits_holds_up_no_group(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a"), group="g"))
    second = shop.add(group="g")
    assert {job.lease.job_id for job in shop.claim(10)} == {family["a"], second}
    shop.backend.release([family["a"]])
    family.done("a")
    assert shop.claim(10) == []
    shop.backend.release([second])
    assert shop.take().lease.job_id == family["parent"]


def test_a_cancelled_family_gives_its_group_to_the_next(shop: Workshop) -> None:
    family = store(shop, member("parent", member("a", group="g"), member("b", group="g")))
    later = shop.add(group="g")
    shop.backend.cancel([family["parent"]])
    assert [job.lease.job_id for job in shop.claim(10)] == [later]
