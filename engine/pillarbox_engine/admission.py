"""What is checked before anything is stored or asked: options, states, the size of a bulk call."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pillarbox_engine.clock import to_us
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.model import NewJob
from pillarbox_engine.names import check_type
from pillarbox_engine.protocols import MAX_BULK
from pillarbox_engine.settings import check_backoff, check_number
from pillarbox_engine.states import State
from pillarbox_engine.uniqueness import check_unique

_RANGES: dict[str, tuple[float, float, bool]] = {
    "priority": (0, 1_000, True),
    "max_attempts": (1, 1_000, True),
    "timeout": (0.05, 30 * 86_400, False),
    "delay": (0, 100 * 366 * 86_400, False),
}
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
    for moment in (job.run_at, job.expires_at):
        if moment is not None:
            to_us(moment)
    if job.backoff is not None:
        check_backoff(job.backoff)
    if job.idempotency_key is not None and not 0 < len(job.idempotency_key) <= MAX_KEY:
        raise InvalidOption(f"idempotency_key must have 1 to {MAX_KEY} characters")
    check_unique(job.unique_key, job.unique)


def check_bulk(job_ids: Sequence[str]) -> None:
    """`InvalidOption` for more ids than one call may have."""
    if len(job_ids) > MAX_BULK:
        raise InvalidOption(
            f"{len(job_ids):,} jobs are too many at once", f"the limit is {MAX_BULK:,}"
        )


def check_known(options: Collection[str], known: Collection[str]) -> None:
    """`InvalidOption` that names the first of `options` a job does not have."""
    unknown = sorted(set(options).difference(known))
    if unknown:
        raise InvalidOption(
            f"Unknown job option {unknown[0]!r}",
            "no option of a job has that name",
            f"Use one of: {', '.join(sorted(known))}",
        )


def state_named(name: State | str) -> State:
    """The state of that name; `InvalidOption` where there is none."""
    try:
        return State(name)
    except ValueError:
        raise InvalidOption(
            f"There is no state {name!r}", "no job is ever in it", f"Use one of: {', '.join(State)}"
        ) from None
