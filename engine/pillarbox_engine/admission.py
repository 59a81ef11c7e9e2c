"""What is checked before anything is stored or asked: options, flows, states, a call's size."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from pillarbox_engine import arguments
from pillarbox_engine.clock import from_us
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.flows import MAX_FLOW, MAX_LEVELS, NewFlow
from pillarbox_engine.model import NewJob
from pillarbox_engine.names import check_group, check_queue_name, check_type
from pillarbox_engine.protocols import MAX_BULK
from pillarbox_engine.settings import RETRY_TIMES, check_backoff, check_number
from pillarbox_engine.uniqueness import check_unique

_RANGES: dict[str, tuple[float, float, bool]] = {
    "priority": (0, 1_000, True),
    "max_attempts": (1, 1_000, True),
    "timeout": (0.05, 30 * 86_400, False),
    "delay": (0, 100 * 366 * 86_400, False),
    "retry_for": (*RETRY_TIMES, False),
}
_MOMENTS = ("run_at", "expires_at")
PAST_US = 60_000_000
"""How far a time given may be past: clocks differ a little, and calls take a moment."""
MAX_KEY = 500
AUTO = "auto:"
"""How the keys begin that a backend makes for calls that brought none."""


def check_new(job: NewJob) -> None:
    """`InvalidName` or `InvalidOption` for a job no queue can take."""
    check_type(job.type)
    for name, (low, high, whole) in _RANGES.items():
        value = getattr(job, name)
        if value is not None:
            check_number(name, value, low, high, whole=whole)
    if job.delay is not None and job.run_at is not None:
        raise InvalidOption("delay and run_at exclude each other", "both were given", "Give one")
    for name in _MOMENTS:
        if getattr(job, name) is not None:
            arguments.moment(name, getattr(job, name))
    if job.backoff is not None:
        check_backoff(job.backoff)
    if job.idempotency_key is not None:
        check_key(job.idempotency_key)
    check_unique(job.unique_key, job.unique)
    if job.group is not None:
        check_group(job.group)


def check_key(key: object) -> str:
    """`key`, if it can be an idempotency key."""
    return arguments.text("idempotency_key", key, MAX_KEY, least=1)


def check_times(options: Any, now: int) -> None:
    """`InvalidOption` for a time in `options`, a mapping, that is no moment or is past by far.

    A call that carries an idempotency key may be the repetition of one made in time.
    """
    for name in _MOMENTS:
        given = options.get(name)
        if given is None:
            continue
        late = now - arguments.moment(name, given)
        if late > PAST_US and options.get("idempotency_key") is None:
            raise InvalidOption(
                f"{name} is past", f"it is {from_us(now)} now, {name} says {given.isoformat()}",
                "Give a time to come, or leave it out",
            )  # fmt: skip


def check_flow(flow: NewFlow) -> None:
    """`InvalidName` or `InvalidOption` for a flow that cannot be stored."""
    check_extent(*_extent(flow))
    for member in flow.each():
        check_queue_name(member.queue)
        check_new(member.job)
        if member is not flow:
            _check_keyless(member.job)
    if flow.children and flow.job.unique is not None and flow.job.unique.replace:
        raise InvalidOption(
            "unique.replace is not for flows",
            "a flow takes nothing over, it is stored or not",
            "Leave it out",
        )


def _extent(flow: NewFlow) -> tuple[int, int]:
    """Generations and jobs, counted no further than they matter."""
    generation, levels, jobs = [flow], 0, 0
    while generation and levels <= MAX_LEVELS and jobs <= MAX_FLOW:
        levels, jobs = levels + 1, jobs + len(generation)
        generation = [child for one in generation for child in one.children]
    return levels, jobs


def check_extent(levels: int, jobs: int) -> None:
    """`InvalidOption` for a flow of too many generations or jobs."""
    if levels > MAX_LEVELS:
        raise InvalidOption(
            f"A flow may have {MAX_LEVELS} generations",
            "there are more",
            "Have the handler of the deepest job enqueue a flow of its own",
        )
    if jobs > MAX_FLOW:
        raise InvalidOption(
            f"A flow may have {MAX_FLOW:,} jobs",
            "there are more, and all are stored in one transaction",
            "Give each child more of the work, or make several flows",
        )


def _check_keyless(job: NewJob) -> None:
    """A child's key could stand for a job with another parent, or with none."""
    for name in ("idempotency_key", "unique_key"):
        if getattr(job, name) is not None:
            raise InvalidOption(
                f"A child cannot have {'an' if name[0] == 'i' else 'a'} {name}",
                "a flow is stored whole or not at all",
                "Give the key to the flow's first parent",
            )


def check_bulk(job_ids: Sequence[str]) -> None:
    """`InvalidOption` for more ids than one call may have."""
    if len(job_ids) > MAX_BULK:
        raise InvalidOption(
            f"{len(job_ids):,} jobs are too many at once", f"the limit is {MAX_BULK:,}",
            "Make several calls",
        )  # fmt: skip


def check_known(options: Collection[str], known: Collection[str], *, what: str = "job") -> None:
    """`InvalidOption` that names the first of `options` a job (or `what`) does not have."""
    unknown = sorted(set(options).difference(known))
    if unknown:
        raise InvalidOption(
            f"Unknown {what} option {unknown[0]!r}",
            f"no option of a {what} has that name",
            f"Use one of: {', '.join(sorted(known))}",
        )
