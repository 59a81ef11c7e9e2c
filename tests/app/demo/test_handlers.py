"""What the demo's jobs do, on a context of their own: no store, no waiting."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pillarbox.demo import handlers
from pillarbox_engine.context import JobContext
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.outcomes import Reject, Snooze
from pillarbox_engine.routing import place_of


class Told:
    """What a handler told while it ran."""

    def __init__(self) -> None:
        self.percents: list[float] = []
        self.lines: list[str] = []

    def __call__(self, lease: LeaseRef, percent: float | None, line: str | None) -> None:
        if percent is not None:
            self.percents.append(percent)
        if line is not None:
            self.lines.append(line)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture(autouse=True)
def _no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in dir(handlers):
        if name.endswith("_SECONDS") or name == "BILLING_TIMEOUT":
            monkeypatch.setattr(handlers, name, 0.0)


Make = Callable[..., JobContext]


@pytest.fixture
def job(told: Told) -> Make:
    def make(payload: Any = None, attempt: int = 1, **changes: Any) -> JobContext:
        user = {"userId": 42, "email": "ada@mail.example", "billing": {"country": "GB"}, "seed": 7}
        return JobContext(
            LeaseRef("job", 1),
            queue="user-registration",
            type="process-registration",
            payload_json=json.dumps(payload or user | changes),
            attempt=attempt,
            max_attempts=5,
            tell=told,
        )

    return make


def lucky(job: Make) -> int:
    """A user whose first call to billing is answered."""
    return next(u for u in range(100) if handlers._billing_answers(job(userId=u), u))


def test_a_sign_up_reports_its_progress_and_logs(job: Make, told: Told) -> None:
    user = lucky(job)

    answer = handlers.process_registration(job(userId=user))

    assert answer == {"processed": True, "account": f"acct-{user}"}
    assert told.percents == [33, 66, 100]
    assert len(told.lines) == 3


def test_billing_times_out_a_tenth_of_the_time_and_a_retry_is_a_new_draw(job: Make) -> None:
    first = [handlers._billing_answers(job(), user) for user in range(2_000)]
    second = [handlers._billing_answers(job(attempt=2), user) for user in range(2_000)]

    assert first.count(False) == pytest.approx(200, abs=50)
    assert first != second
    assert first == [handlers._billing_answers(job(), user) for user in range(2_000)]


def test_no_answer_from_billing_is_an_error_that_names_the_user(job: Make) -> None:
    user = next(u for u in range(100) if not handlers._billing_answers(job(userId=u), u))

    with pytest.raises(handlers.BillingTimeout, match=f"user {user} "):
        handlers.process_registration(job(userId=user))


def test_the_poison_fails_in_three_ways(
    job: Make, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    with pytest.raises(KeyError, match="userId"):
        handlers.process_registration(job(payload={"email": "a@b.example"}))
    with pytest.raises(Reject) as caught:
        handlers.process_registration(job(billing={"country": "Atlantis"}))
    assert "Atlantis" in caught.value.reason

    monkeypatch.setattr(handlers, "SLOW_MAIL_SECONDS", 3_600.0)
    hanging = job(email=f"ada@{handlers.UNREACHABLE}")
    hanging.cancelled.set()
    with pytest.raises(Snooze):
        handlers.process_registration(hanging)


def test_each_handler_can_be_found_in_another_process() -> None:
    for handler in handlers.HANDLERS.values():
        place = place_of(handler)
        assert place is not None
        assert place.module == "pillarbox.demo.handlers"
