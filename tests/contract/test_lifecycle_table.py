"""Every verb in every state, driven through the seam and compared with `lifecycle.TABLE`.

The job is a parent throughout; its one child, in a queue of its own, is done until a test has it
come back: that is what `waiting` takes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from pillarbox_engine.errors import NotFound, QueueFull
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.lifecycle import Attempts, Transition, transition
from pillarbox_engine.model import Job
from pillarbox_engine.states import LIVE_STATES, OnFull, State, Verb
from tests.contract.families import member
from tests.contract.workshop import FAILURE, LEASE, QUEUE, Workshop

HELPERS = "helpers"


def bring_to(shop: Workshop, state: State, verb: Verb) -> str:
    """A job in `state` that has been through an attempt, and a loss where that can be."""
    expires = shop.now + timedelta(seconds=1_000) if verb is Verb.EXPIRE else None
    parent = member("default", member("help", queue=HELPERS), max_attempts=5, expires_at=expires)
    job_id = shop.backend.enqueue_flow(parent).id
    shop.ack(shop.take(HELPERS))
    shop.lose(shop.take())
    shop.nack(shop.take(), delay=0.0)
    _PATHS[state](shop, job_id)
    assert shop.state(job_id) is state
    return job_id


def _child(shop: Workshop, job_id: str) -> str:
    return shop.backend.flow(job_id).children[0].id


def _child_comes_back(shop: Workshop, job_id: str) -> None:
    shop.backend.requeue([_child(shop, job_id)])


def _child_ends(shop: Workshop) -> None:
    for claimed in shop.claim(queues=(HELPERS,)):
        shop.ack(claimed)


def _cancel(shop: Workshop, job_id: str) -> None:
    shop.backend.cancel([job_id])


def _trash(shop: Workshop, job_id: str) -> None:
    shop.reject(shop.take())
    shop.backend.purge([job_id])


def _ready(shop: Workshop, job_id: str) -> None:
    shop.backend.requeue([job_id])


_PATHS: dict[State, Callable[[Workshop, str], object]] = {
    State.WAITING: _child_comes_back,
    State.SCHEDULED: lambda shop, job_id: shop.nack(shop.take(), delay=500.0),
    State.READY: _ready,
    State.LEASED: lambda shop, job_id: shop.take(),
    State.DONE: lambda shop, job_id: shop.ack(shop.take()),
    State.DEAD: lambda shop, job_id: shop.reject(shop.take()),
    State.CANCELLED: _cancel,
    State.TRASHED: _trash,
}


def _settle(ending: str) -> Callable[[Workshop, Job], bool]:
    def run(shop: Workshop, job: Job) -> bool:
        claimed = _Held(LeaseRef(job.id, job.fence))
        return getattr(shop, ending)(claimed) is None

    return run


class _Held:
    """What `Workshop`'s settlements need of a claim: its lease."""

    def __init__(self, lease: LeaseRef) -> None:
        self.lease = lease


def _bulk(verb: str) -> Callable[[Workshop, Job], bool]:
    def run(shop: Workshop, job: Job) -> bool:
        result = getattr(shop.backend, verb)([job.id])
        assert result.changed + sum(result.skipped.values()) == 1
        assert result.skipped in ({}, {str(job.state): 1})
        return bool(result.changed)

    return run


def _claim(shop: Workshop, job: Job) -> bool:
    return bool(shop.claim())


def _extend(shop: Workshop, job: Job) -> bool:
    return shop.backend.extend([LeaseRef(job.id, job.fence)]) == [True]


def _expire(shop: Workshop, job: Job) -> bool:
    if job.state is State.LEASED:
        shop.backend.extend([LeaseRef(job.id, job.fence)], 10_000.0)
    return _changes(shop, job, lambda: shop.pass_time(1_001))


def _overflow(shop: Workshop, job: Job) -> bool:
    shop.configure(max_depth=1, on_full=OnFull.DROP_OLDEST)
    try:
        shop.add()
    except QueueFull:
        return False
    return shop.state(job.id) is not job.state


def _promote(shop: Workshop, job: Job) -> bool:
    if job.state is State.LEASED:
        shop.backend.extend([LeaseRef(job.id, job.fence)], 10_000.0)
    return _changes(shop, job, lambda: shop.pass_time(501))


def _await(shop: Workshop, job: Job) -> bool:
    return _changes(shop, job, lambda: _child_comes_back(shop, job.id))


def _proceed(shop: Workshop, job: Job) -> bool:
    return _changes(shop, job, lambda: _child_ends(shop))


def _fail(shop: Workshop, job: Job) -> bool:
    return _changes(shop, job, lambda: _cancel(shop, _child(shop, job.id)))


def _changes(shop: Workshop, job: Job, act: Callable[[], None]) -> bool:
    """Whether the job changed state by itself: how verbs that nobody calls can be seen."""
    act()
    return shop.state(job.id) is not job.state


VERBS: dict[Verb, Callable[[Workshop, Job], bool]] = {
    Verb.CLAIM: _claim,
    Verb.EXTEND: _extend,
    Verb.ACK: _settle("ack"),
    Verb.NACK: _settle("nack"),
    Verb.REJECT: _settle("reject"),
    Verb.RELEASE: _settle("release"),
    Verb.SNOOZE: _settle("snooze"),
    Verb.LOSE: _settle("lose"),
    Verb.AWAIT: _await,
    Verb.PROCEED: _proceed,
    Verb.FAIL: _fail,
    Verb.EXPIRE: _expire,
    Verb.OVERFLOW: _overflow,
    Verb.PROMOTE: _promote,
    Verb.REQUEUE: _bulk("requeue"),
    Verb.REPLAY: _bulk("replay"),
    Verb.CANCEL: _bulk("cancel"),
    Verb.PURGE: _bulk("purge"),
    Verb.RESTORE: _bulk("restore"),
    Verb.ERASE: _bulk("erase"),
}


def test_every_verb_is_driven() -> None:
    assert set(VERBS) == set(Verb)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_the_cell_is_what_happens(shop: Workshop, verb: Verb, state: State) -> None:
    job_id = bring_to(shop, state, verb)
    before, counts = shop.job(job_id), shop.counts()
    cell = transition(verb, state)
    assert VERBS[verb](shop, before) is (cell is not None)
    if cell is None:
        assert _steady(shop.job(job_id)) == _steady(before)
        assert shop.counts().dead_total == counts.dead_total
    elif verb is Verb.ERASE:
        with pytest.raises(NotFound):
            shop.job(job_id)
    else:
        _check(cell, before, shop.job(job_id))


def _steady(job: Job) -> tuple[object, ...]:
    return (job.state, job.attempt, job.lost, job.fence, job.history, job.reason)


def _check(cell: Transition, before: Job, after: Job) -> None:
    assert after.state is (cell.to or before.trashed_from)
    expected = {
        Attempts.KEEP: before.attempt,
        Attempts.CHARGE: before.attempt + 1,
        Attempts.GIVE_BACK: before.attempt - 1,
        Attempts.RESET: 0,
    }
    assert after.attempt == expected[cell.attempts]
    lost = {"keep": before.lost, "add one": before.lost + 1, "reset": 0}
    assert after.lost == lost[cell.lost]
    assert after.fence == before.fence + cell.raises_fence
    new = after.history[len(before.history) :]
    assert [event.kind for event in new] == ([] if cell.event is None else [cell.event])


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", [Verb.REQUEUE, Verb.REPLAY, Verb.RESTORE])
def test_the_bound_is_checked_where_the_cell_says_so(
    shop: Workshop, verb: Verb, state: State
) -> None:
    cell = transition(verb, state)
    job_id = bring_to(shop, state, verb)
    before = shop.job(job_id)
    shop.configure(max_depth=1)
    if shop.counts().live == 0:
        shop.add()
    comes_alive = (cell.to if cell and cell.to else before.trashed_from) in LIVE_STATES
    if cell is not None and cell.checks_bound and comes_alive:
        with pytest.raises(QueueFull):
            VERBS[verb](shop, before)
        assert shop.job(job_id) == before
    else:
        VERBS[verb](shop, before)
    assert shop.counts(QUEUE).live <= 1


UNDO = [
    (verb, state)
    for verb in Verb
    for state in State
    if (cell := transition(verb, state)) is not None and cell.undo != "none"
]


@pytest.mark.parametrize(("verb", "state"), UNDO)
def test_undo_applies_to_what_the_verb_led_to(shop: Workshop, verb: Verb, state: State) -> None:
    cell = transition(verb, state)
    assert cell is not None
    job_id = bring_to(shop, state, verb)
    VERBS[verb](shop, shop.job(job_id))
    shop.configure()  # an overflow leaves a full queue behind
    undone = getattr(shop.backend, cell.undo)([job_id])
    assert undone.changed == 1
    as_it_was = cell.undo == "restore" or state is State.WAITING
    assert shop.state(job_id) is (state if as_it_was else State.READY)


def test_the_last_attempt_and_the_last_loss_are_dead_letters(shop: Workshop) -> None:
    shop.configure(max_lost=1)
    exhausted = shop.add(max_attempts=1)
    assert shop.nack(shop.take(), failure=FAILURE) is None
    lost = shop.add()
    shop.take()
    shop.pass_time(LEASE + 1)
    assert (shop.state(exhausted), shop.state(lost)) == (State.DEAD, State.DEAD)
