"""Why a job is not running, asked of a whole engine."""

from __future__ import annotations

import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import NotFound
from pillarbox_engine.settings import RateLimit
from pillarbox_engine.states import GroupRetry
from tests.contract.workshop import QUEUE, Workshop


@pytest.fixture
def engine(shop: Workshop) -> Engine:
    return Engine(shop.backend, clock=shop.clock, maintain=False)


def test_what_holds_a_ready_job_back(shop: Workshop, engine: Engine) -> None:
    job = shop.add(type="welcome")
    assert engine.why(job) == f"Ready, but no worker serves queue {QUEUE}."
    shop.backend.serve([QUEUE], 2, types={QUEUE: ("digest",)})
    assert engine.why(job) == f"Ready, but no worker of queue {QUEUE} serves type welcome."
    shop.backend.serve([QUEUE], 2, types={})
    assert engine.why(job) == "Ready: a worker claims it as soon as its turn comes."
    shop.backend.pause(QUEUE)
    assert "is paused" in engine.why(job)
    shop.backend.pause(QUEUE, False)
    shop.claim(types=frozenset({"welcome"}))
    shop.backend.drain(QUEUE)
    assert "is draining" in engine.why(shop.add())


def test_a_rate_limit_says_until_when(shop: Workshop, engine: Engine) -> None:
    shop.configure(rate_limit=RateLimit(1, per=60.0))
    shop.backend.serve([QUEUE], 2)
    shop.add_many(2)
    shop.claim(1)
    waiting = shop.ids(states=frozenset({"ready"}))[0]
    started = shop.now
    shop.clock.advance(10)
    until = shop.queue().rate_until
    assert until is not None
    assert 60.0 <= (until - started).total_seconds() < 61.0
    assert f"rate-limited until {until:%Y-%m-%d %H:%M:%S} UTC" in engine.why(waiting)
    shop.clock.advance(51)
    assert shop.queue().rate_until is None


def test_what_a_scheduled_job_waits_for(shop: Workshop, engine: Engine) -> None:
    delayed = shop.add(delay=60.0)
    assert engine.why(delayed).startswith("Scheduled: it runs no earlier than")
    snoozed = shop.add()
    shop.snooze(shop.take(), 60.0)
    assert engine.why(snoozed).startswith("Snoozed by its handler")
    failed = shop.add()
    shop.nack(shop.take(), 60.0)
    assert engine.why(failed).startswith("Attempt 1 of 5 failed; the next is due at")
    assert engine.why(failed).endswith("(in 1m 00s).")


def test_who_has_a_job_and_how_it_ended(shop: Workshop, engine: Engine) -> None:
    job = shop.add(retry_for=10.0)
    claimed = shop.claim(worker="4711/2")[0]
    assert "its lease is held by 4711/2 until" in engine.why(job)
    shop.nack(claimed, 60.0)
    assert "retry time of 10 s" in engine.why(job)
    shop.backend.purge([job])
    assert engine.why(job) == "In the Trash (it was dead). Restore it to take it back."
    assert engine.why(shop.done()).startswith("Done at")
    gone = shop.add()
    shop.backend.cancel([gone], "sent by hand")
    assert "sent by hand" in engine.why(gone)
    with pytest.raises(NotFound):
        engine.why("999")


def test_a_process_tells_which_types_it_takes(shop: Workshop) -> None:
    shop.configure()
    shop.backend.serve([QUEUE, "other"], 2, types={"other": ("a", "b")})
    (own,) = [process for process in shop.backend.processes() if process.own]
    assert set(own.serving) == {QUEUE, "other"}
    assert own.serves(QUEUE, "anything")
    assert own.serves("other", "a")
    assert not own.serves("other", "c")
    assert not own.serves("third", "a")
    shop.backend.serve([], 0)
    (own,) = [process for process in shop.backend.processes() if process.own]
    assert (own.serving, own.types) == ((), ())


def test_a_busy_group_names_the_job_that_comes_first(shop: Workshop, engine: Engine) -> None:
    shop.configure()
    shop.backend.serve([QUEUE], 2)
    first, second = shop.add(group="ann"), shop.add(group="ann")
    assert engine.why(second) == f"Ready, but group ann is busy: job {first} of it comes first."
    claimed = shop.take()
    assert engine.why(second) == f"Ready, but group ann is busy: job {first} of it runs."
    shop.nack(claimed, 60.0)
    assert f"job {first} of it, which comes first, waits for another" in engine.why(second)
    shop.backend.cancel([first])
    assert engine.why(second) == "Ready: a worker claims it as soon as its turn comes."
    assert shop.backend.ahead(second) is None
    assert shop.backend.ahead("999") is None


def test_a_group_that_yields_names_who_runs(shop: Workshop, engine: Engine) -> None:
    shop.configure(group_retry=GroupRetry.YIELD)
    shop.backend.serve([QUEUE], 2)
    first, second, third = (shop.add(group="ann") for _ in range(3))
    shop.nack(shop.take(), 60.0)
    assert engine.why(third) == f"Ready, but group ann is busy: job {second} of it comes first."
    assert shop.state(first) == "scheduled"


def test_a_groups_rate_limit_and_a_queue_at_its_concurrency(shop: Workshop, engine: Engine) -> None:
    shop.configure(group_rate_limit=RateLimit(1, per=60.0))
    shop.backend.serve([QUEUE], 2)
    shop.add(group="ann")
    second = shop.add(group="ann")
    shop.ack(shop.take())
    assert "group ann is rate-limited: its next job may start at" in engine.why(second)
    shop.configure("narrow", max_in_flight=1)
    shop.backend.serve(["narrow"], 2)
    shop.add(queue="narrow")
    shop.take("narrow")
    said = "Ready, but queue narrow has 1 in flight, as many as it may have."
    assert engine.why(shop.add(queue="narrow")) == said
