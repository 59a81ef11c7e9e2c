"""What a retry rule matches, how it is written, and what follows from a match."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import pytest

from pillarbox_engine.backoff import Exponential, Fixed
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.fingerprint import failure_from, failure_of
from pillarbox_engine.leasing import CancelLease, Claimed, LeaseRef, Nack, Reject, Settlement
from pillarbox_engine.model import Failure
from pillarbox_engine.outcomes import Failed, Retry
from pillarbox_engine.retry_rules import (
    RetryRule,
    Then,
    check_rules,
    rules_from_builtins,
    rules_to_builtins,
    sentence,
)
from pillarbox_engine.settling import settlement, timed_out
from pillarbox_engine.states import State
from tests.engine.kit import PATIENCE


def ask(job: object) -> None:
    """A handler that asks for another run itself."""
    raise Retry("busy", after=600.0)


def fail(job: object) -> None:
    """A handler that fails."""
    raise NoStock("none left")


NOW_US = 1_767_225_600_000_000
CLAIMED = Claimed(
    lease=LeaseRef("7", 1), queue="q", type="t", payload_json="1", attempt=1, max_attempts=5,
    lost=0, priority=500, enqueued_us=NOW_US, claimed_us=NOW_US, expires_us=NOW_US,
    lease_seconds=30.0, timeout=60.0, backoff=Fixed(seconds=8.0, jitter=0.0),
)  # fmt: skip
ANSWER = Failure(type="HTTPStatusError", message="429", status=429, retry_after=17.0)


class NoStock(LookupError):
    """An error of a shop's own."""


def told(failure: Failure, *rules: RetryRule) -> Settlement:
    claimed = CLAIMED._replace(retry_rules=rules)
    return settlement(claimed, Failed(failure), NOW_US, lambda: 0.5)


@pytest.mark.parametrize(
    "name",
    [
        "NoStock", "tests.engine.test_retry_rules.NoStock", "LookupError", "Exception",
    ],
)  # fmt: skip
def test_a_class_is_named_bare_or_dotted_or_by_a_base(name: str) -> None:
    assert RetryRule(error=name).matches(failure_from(NoStock("none left")))


@pytest.mark.parametrize("name", ["KeyError", "Stock", "other.NoStock", "object", "nostock"])
def test_other_names_do_not_match(name: str) -> None:
    assert not RetryRule(error=name).matches(failure_from(NoStock("none left")))


def test_a_dotted_class_of_a_library_matches_bare_and_dotted() -> None:
    failure = failure_from(subprocess.CalledProcessError(3, "convert"))
    for name in ("CalledProcessError", "subprocess.CalledProcessError", "SubprocessError"):
        assert RetryRule(error=name).matches(failure)


def test_conditions_of_several_kinds_must_all_hold() -> None:
    rule = RetryRule(error=("HTTPStatusError", "KeyError"), status=(429, 503))
    assert rule.matches(ANSWER)
    assert not rule.matches(replace(ANSWER, status=500))
    assert not rule.matches(replace(ANSWER, type="Other"))
    assert RetryRule().matches(ANSWER)
    assert RetryRule(exit_code=75).matches(Failure(type="Exit", message="", exit_code=75))
    assert not RetryRule(exit_code=75).matches(ANSWER)


def test_the_first_match_wins() -> None:
    rules = (RetryRule(error="LookupError", then="dead"), RetryRule(error="NoStock"))
    assert isinstance(told(failure_from(NoStock()), *rules), Reject)
    assert isinstance(told(failure_from(NoStock()), *reversed(rules)), Nack)


def test_after_is_seconds_or_the_answers_own_wish_or_the_backoff() -> None:
    def delay(failure: Failure, *rules: RetryRule) -> float:
        nack = told(failure, *rules)
        assert isinstance(nack, Nack)
        return nack.delay

    assert delay(ANSWER, RetryRule(status=429, after=2.5)) == 2.5
    assert delay(ANSWER, RetryRule(status=429, after="header")) == 17.0
    assert delay(ANSWER, RetryRule(status=429)) == 8.0
    assert delay(ANSWER) == 17.0, "what the failure asks for is honoured without a rule too"
    unasked = replace(ANSWER, retry_after=None)
    assert delay(unasked, RetryRule(status=429, after="header")) == 8.0
    assert delay(unasked) == 8.0


def test_the_store_gets_nothing_that_only_rules_look_at() -> None:
    nack, reject = told(ANSWER), told(ANSWER, RetryRule(then=Then.DEAD))
    assert isinstance(nack, Nack)
    assert isinstance(reject, Reject)
    for failure in (nack.failure, reject.failure):
        assert failure == Failure(type="HTTPStatusError", message="429")


def test_a_time_out_can_be_named() -> None:
    rule = RetryRule(error="TimeoutExpired", then="discard")
    answer = settlement(
        CLAIMED._replace(retry_rules=(rule,)), timed_out(CLAIMED), NOW_US, lambda: 0.0
    )
    assert isinstance(answer, CancelLease)
    assert "longer than its time-out" in answer.reason


def test_a_long_error_is_kept_in_part_only() -> None:
    answer = told(failure_of("Odd", "x" * 10_000), RetryRule(then="discard"))
    assert isinstance(answer, CancelLease)
    assert len(answer.reason) < 600


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (RetryRule(error=("A", "B"), then="dead"), "A, B: a dead letter"),
        (RetryRule(status=429, after="header"), "HTTP 429: again after what the answer says"),
        (RetryRule(error="A", exit_code=75, after=90), "A and exit 75: again after 1m 30s"),
        (RetryRule(then="discard"), "any failure: discarded"),
        (RetryRule(error="A"), "A: again after the backoff"),
    ],
)
def test_a_rule_is_said_in_words(rule: RetryRule, said: str) -> None:
    assert sentence(rule) == said


def test_rules_go_through_json_and_back() -> None:
    rules = (
        RetryRule(error=("A", "b.C"), after=3.0),
        RetryRule(status=[429], after="header"),  # type: ignore[arg-type]
        RetryRule(exit_code=(1, -9), then="dead"),
        RetryRule(then=Then.DISCARD),
    )
    check_rules(rules)
    text = json.dumps(rules_to_builtins(rules))
    assert rules_from_builtins(json.loads(text)) == rules
    assert rules_to_builtins(rules)[3] == {"then": "discard"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "not a list"),
        ([3], "retry rule 1 is not an object"),
        ([{"error": 3}], "retry rule 1: error"),
        ([{}, {"error": ""}], "retry rule 2: error"),
        ([{"exit_code": "x"}], "exit_code"),
        ([{"exit_code": True}], "exit_code"),
        ([{"status": 600}], "status"),
        ([{"then": "later"}], "then"),
        ([{"after": -1}], "after"),
        ([{"after": float("nan")}], "after"),
        ([{"then": "discard", "after": 1}], "after goes with"),
        ([{"wen": 1}], "no part 'wen'"),
        ([{}] * 51, "too many"),
    ],
)
def test_what_cannot_be_a_rule_is_said(value: object, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        rules_from_builtins(value)


def test_the_coming_delays_end_with_the_retry_time() -> None:
    policy = Exponential(first=3.0, jitter=0.0)
    assert policy.schedule(5) == (3.0, 6.0, 12.0, 24.0)
    assert policy.schedule(5, 21.0) == (3.0, 6.0, 12.0)
    assert policy.schedule(5, 2.0) == ()
    assert policy.schedule(3, 1_000.0) == (3.0, 6.0)


def test_a_worker_obeys_them_but_a_handler_has_the_last_word(engine: Engine) -> None:
    queue = engine.queue("a")
    queue.configure(retry_rules=(RetryRule(error="LookupError", then=Then.DEAD),))
    asked, failed = queue.enqueue(None, type="asks"), queue.enqueue(None, type="fails")
    with queue.worker({"asks": ask, "fails": fail}) as worker:
        assert worker.join_idle(PATIENCE)
    assert engine.job(asked.id).state is State.SCHEDULED
    assert engine.job(failed.id).state is State.DEAD


def test_a_child_tells_the_base_classes_of_an_error_too() -> None:
    from pillarbox_engine.child import ChildRunner
    from pillarbox_engine.context import JobContext
    from tests.engine import child_handlers

    context = JobContext.of(CLAIMED._replace(payload_json='"error"'), lambda *told: None)
    outcome = ChildRunner().run(context, child_handlers.outcome)
    assert isinstance(outcome, Failed)
    assert RetryRule(error="Exception").matches(outcome.failure)
