"""Retry rules: kept with the queue, handed out with each claim, obeyed at each nack."""

from __future__ import annotations

import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.retry_rules import RetryRule, Then
from pillarbox_engine.states import DeadReason, State
from tests.contract.workshop import QUEUE, Workshop

RULES = (
    RetryRule(error="KeyError", then=Then.DEAD),
    RetryRule(error=("LookupError", "OSError"), after=90.0),
    RetryRule(error="ValueError", then="discard"),
)


def settled(shop: Workshop, error: BaseException) -> str:
    """One job nacked with `error` through the low-level way; its id."""
    job = shop.add()
    engine = Engine(shop.backend, clock=shop.clock, maintain=False)
    delivery = engine.queue(QUEUE).claim()
    assert delivery is not None
    delivery.nack(error)
    return job


def test_rules_come_with_each_claim(shop: Workshop) -> None:
    shop.configure(retry_rules=RULES)
    assert shop.queue().settings.retry_rules == RULES
    shop.add()
    assert shop.take().retry_rules == RULES


def test_the_first_rule_that_matches_decides(shop: Workshop) -> None:
    shop.configure(retry_rules=RULES)
    dead = shop.job(settled(shop, KeyError("gone")))
    assert (dead.state, dead.reason) == (State.DEAD, DeadReason.REJECTED)
    assert dead.history[-1].detail == "by a retry rule"


def test_a_rule_may_say_when(shop: Workshop) -> None:
    shop.configure(retry_rules=RULES)
    later = shop.job(settled(shop, IndexError("no more")))
    assert later.state is State.SCHEDULED
    assert (later.run_at - shop.now).total_seconds() == 90.0


def test_what_is_discarded_is_cancelled_with_its_error_kept(shop: Workshop) -> None:
    shop.configure(retry_rules=RULES)
    gone = shop.job(settled(shop, ValueError("no such user")))
    assert gone.state is State.CANCELLED
    assert gone.history[-1].detail == "discarded by a retry rule: ValueError: no such user"


def test_what_no_rule_is_for_waits_as_the_backoff_says(shop: Workshop) -> None:
    shop.configure(retry_rules=RULES)
    job = shop.job(settled(shop, RuntimeError("odd")))
    assert job.state is State.SCHEDULED
    assert 0 < (job.run_at - shop.now).total_seconds() <= job.backoff.longest(1)


@pytest.mark.parametrize("wrong", [[], (1,), (RetryRule(then="maybe"),), (RetryRule(error="a b"),)])
def test_rules_that_cannot_be_are_refused_and_nothing_changes(
    shop: Workshop, wrong: object
) -> None:
    shop.configure(retry_rules=RULES)
    with pytest.raises(InvalidOption):
        shop.configure(retry_rules=wrong)
    assert shop.queue().settings.retry_rules == RULES
