"""What a plan may say, and how a store keeps it.

Owns the check of a `NewSchedule` and its JSON form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

import msgspec

from pillarbox_engine.admission import check_new
from pillarbox_engine.clock import from_us, to_us
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.model import NewJob
from pillarbox_engine.names import check_queue_name, check_schedule_name
from pillarbox_engine.planning import DAY, NewSchedule
from pillarbox_engine.schedules import check_cron, check_zone
from pillarbox_engine.settings import backoff_from_builtins, backoff_to_builtins, check_number
from pillarbox_engine.states import Missed, Overlap

SHORTEST_EVERY, LONGEST_EVERY = 1.0, 366 * DAY
OF_ONE_RUN = frozenset({"run_at", "delay", "expires_at", "idempotency_key"})
"""Options of a job that mean one moment or one call: no schedule can have them."""

E = TypeVar("E", Missed, Overlap)


def check_plan(plan: NewSchedule) -> NewSchedule:
    """The plan as it is kept; `InvalidName` or `InvalidOption` for the first thing wrong."""
    check_schedule_name(plan.name)
    check_queue_name(plan.queue)
    check_number("missed_window", plan.missed_window, 0, LONGEST_EVERY)
    checked = replace(
        check_rhythm(plan),
        overlap=overlap_named(plan.overlap),
        missed=missed_named(plan.missed),
    )
    _check_job(plan.job)
    return checked


def check_rhythm(plan: NewSchedule) -> NewSchedule:
    """The plan with what says when it fires checked, and as it is kept; `InvalidOption`."""
    if (plan.cron is None) == (plan.every is None):
        raise InvalidOption(
            "A schedule needs either cron or every",
            "both were given" if plan.cron is not None else "neither was given",
            "Give cron='0 3 * * *' for times of the clock, or every=60.0 for seconds between runs",
        )
    if plan.every is not None:
        check_number("every", plan.every, SHORTEST_EVERY, LONGEST_EVERY)
    return replace(
        plan,
        cron=None if plan.cron is None else check_cron(plan.cron),
        zone=check_zone(plan.zone),
        start_at=None if plan.start_at is None else from_us(to_us(_moment(plan.start_at))),
    )


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise InvalidOption(
            "start_at must be a time", f"got {shown(value)}", "Pass an aware datetime"
        )
    return value


def overlap_named(name: object) -> Overlap:
    """The overlap policy of that name; `InvalidOption` where there is none."""
    return _word("overlap", name, Overlap)


def missed_named(name: object) -> Missed:
    """The policy for missed times of that name; `InvalidOption` where there is none."""
    return _word("missed", name, Missed)


def _word(name: str, value: object, kind: type[E]) -> E:
    if isinstance(value, str) and value in set(kind):
        return kind(value)
    raise InvalidOption(
        f"{name} is not understood", f"got {shown(value)}", f"Use one of: {', '.join(kind)}"
    )


def _check_job(job: NewJob) -> None:
    for name in sorted(OF_ONE_RUN):
        if getattr(job, name) is not None:
            raise InvalidOption(
                f"A scheduled job cannot have {name}",
                "it would be the same at every run",
                "Leave it out: when to run is said by cron or every",
            )
    check_new(job)


def require_to_come(plan: NewSchedule, now: int) -> None:
    """`InvalidOption` for a plan that is new and begins in the past."""
    if plan.start_at is not None and to_us(plan.start_at) <= now:
        raise InvalidOption(
            "start_at is in the past",
            f"it is {plan.start_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            "Give a time to come, or leave it out to begin now",
        )


def plan_to_builtins(plan: NewSchedule) -> dict[str, Any]:
    """A plan as a JSON object, without its name and queue."""
    own = {e.name: getattr(plan, e.name) for e in fields(NewSchedule) if e.name not in _APART}
    return {**msgspec.to_builtins(own), "job": job_to_builtins(plan.job)}


_APART = ("name", "queue", "job")


def job_to_builtins(job: NewJob) -> dict[str, Any]:
    """What was said about a job, as a JSON object."""
    given = {e.name: getattr(job, e.name) for e in fields(job)}
    stored = {name: value for name, value in given.items() if value is not None}
    backoff = stored.pop("backoff", None)
    plain: dict[str, Any] = msgspec.to_builtins(stored)
    return plain if backoff is None else {**plain, "backoff": backoff_to_builtins(backoff)}


def plan_from_builtins(name: str, queue: str, value: dict[str, Any]) -> NewSchedule:
    """The plan that `plan_to_builtins` wrote."""
    own = _converted(NewSchedule, {k: v for k, v in value.items() if k != "job"}, {})
    job = _converted(NewJob, value["job"], {"backoff": backoff_from_builtins})
    return NewSchedule(name=name, queue=queue, job=NewJob(**job), **own)


def _converted(
    kind: type, values: dict[str, Any], special: dict[str, Callable[[object], Any]]
) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {
        name: special[name](value) if name in special else msgspec.convert(value, hints[name])
        for name, value in values.items()
    }
