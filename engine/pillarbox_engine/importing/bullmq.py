"""BullMQ's job shape, `{name, data, opts}` as `addBulk` takes it, in Pillarbox' terms.

Owns the translation of `opts`: milliseconds become seconds, `attempts` max_attempts, `jobId` the
idempotency key. An exponential backoff keeps our cap of an hour. What has no counterpart here is
an error that names it, not silently dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pillarbox_engine.backoff import Backoff, Exponential, Fixed
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.importing.records import LONGEST_DELAY, LONGEST_ID
from pillarbox_engine.json_fault import printable
from pillarbox_engine.settings import check_backoff, check_number

_SHAPE = frozenset({"name", "data", "opts"})
_BACKOFF_KEYS = frozenset({"type", "delay", "jitter"})

NAMES = {"attempts": "max_attempts", "jobId": "idempotency_key"}
"""What an option of BullMQ is called here, where that differs."""


def is_job(value: dict[str, Any]) -> bool:
    """Whether an object has BullMQ's shape: `name`, `data`, perhaps `opts`, nothing else."""
    return "name" in value and "data" in value and _SHAPE.issuperset(value)


def _delay(value: Any) -> float:
    check_number("delay (milliseconds)", value, 0, LONGEST_DELAY * 1_000)
    return float(value) / 1_000


def _priority(value: Any) -> int:
    check_number("priority", value, 0, 1_000, whole=True)
    return int(value)


def _attempts(value: Any) -> int:
    check_number("attempts", value, 1, 1_000, whole=True)
    return int(value)


def _key(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InvalidOption("expected text or a whole number")
    if not 0 < len(str(value)) <= LONGEST_ID:
        raise InvalidOption(f"it must have 1 to {LONGEST_ID} characters")
    return str(value)


def _backoff(value: Any) -> Backoff:
    """A number is a fixed delay; an object has `type`, `delay` and perhaps `jitter`."""
    if not isinstance(value, dict):
        return Fixed(seconds=_delay(value), jitter=0.0)
    unknown = sorted(set(value) - _BACKOFF_KEYS)
    if unknown:
        raise InvalidOption(f"there is no {printable(unknown[0])!r} in a backoff")
    policy = _policy(value.get("type"), _delay(value.get("delay", 0)), value.get("jitter", 0.0))
    check_backoff(policy)
    return policy


def _policy(kind: Any, seconds: float, jitter: Any) -> Backoff:
    if kind == "fixed":
        return Fixed(seconds=seconds, jitter=jitter)
    if kind == "exponential":
        return Exponential(first=seconds, factor=2.0, jitter=jitter)
    raise InvalidOption('backoff.type must be "fixed" or "exponential"')


OPTIONS: dict[str, Callable[[Any], Any]] = {
    "delay": _delay,
    "priority": _priority,
    "attempts": _attempts,
    "backoff": _backoff,
    "jobId": _key,
}
