"""What can be set for a queue, with its defaults and its ranges.

Owns `QueueSettings` and its JSON form, which the queue file keeps and every process obeys.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

import msgspec

from pillarbox_engine.backoff import Backoff, Exponential, Fixed, Linear, Table
from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.retry_rules import (
    RetryRule,
    check_rules,
    rules_from_builtins,
    rules_to_builtins,
)
from pillarbox_engine.schema import parse_schema
from pillarbox_engine.states import GroupRetry, OnFull

MAX_NAME = 200
DEFAULT_PAYLOAD_LIMIT = 256 * 1024
LATEST_START = 0.25
"""Seconds after its claim by which the handler of a job that is not claimed ahead has begun."""
LEASES = (0.1, 86_400.0)
"""Seconds a lease may last, least and most."""
REPLAY_RATES = (0.0001, 1_000_000.0)
"""Jobs a second, least and most."""
RETRY_TIMES = (0.001, 100 * 366 * 86_400.0)
"""Seconds a total retry time may have, least and most."""

_POLICIES: dict[str, type[Backoff]] = {
    "fixed": Fixed,
    "linear": Linear,
    "exponential": Exponential,
    "table": Table,
}


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `max` starts in any `per` seconds, over all processes."""

    max: int
    per: float = 1.0

    @property
    def window(self) -> float:
        """How long a start counts, in seconds: a little longer than `per`.

        A start is noted with its claim, and its handler begins a moment later, sometimes sooner
        and sometimes later. So no `per` seconds hold more than `max` by the handlers' own clocks.
        """
        return self.per + min(LATEST_START, self.per * 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """A queue's settings. Durations are seconds, sizes bytes; None means no limit.

    A payload above `claim_check` is kept beside the store and fetched when its job is claimed;
    None keeps all within. `max_payload` bounds both.
    `retry_rules`: which failures are tried again, see `RetryRule`. `retry_for`: a job whose next
    attempt would begin longer than this after its first one is a dead letter. `alarm_…`: see
    `alarms`; the dead rate is in dead letters a minute.

    `ageing`: how long a job waits to gain one level of priority; None: it never does.
    `max_in_flight`: how many jobs may be leased at a time, over all processes. `group_rate_limit`
    holds for each group of jobs by itself; `group_retry`: whether a group goes on while its head
    waits for another attempt. `schema`: JSON Schema, as text, that the window holds new payloads
    against; the engine takes any payload.
    """

    max_attempts: int = 5
    backoff: Backoff = field(default_factory=Exponential)
    lease: float = 30.0
    timeout: float = 900.0
    max_lost: int = 3
    priority: int = 500
    rate_limit: RateLimit | None = None
    group_rate_limit: RateLimit | None = None
    group_retry: GroupRetry = GroupRetry.BLOCK
    ageing: float | None = None
    max_in_flight: int | None = None
    max_depth: int | None = None
    max_bytes: int | None = None
    on_full: OnFull = OnFull.REJECT
    block_timeout: float = 30.0
    max_payload: int = DEFAULT_PAYLOAD_LIMIT
    claim_check: int | None = None
    keep_done: int = 10_000
    keep_done_for: float = 3_600.0
    retry_rules: tuple[RetryRule, ...] = ()
    retry_for: float | None = None
    alarm_depth: int | None = None
    alarm_oldest: float | None = None
    alarm_dead_rate: float | None = None
    alarm_dead_age: float | None = None
    schema: str | None = None

    @property
    def limits_starts(self) -> bool:
        """Whether each start counts: then no job is claimed before it can start."""
        limits = (self.rate_limit, self.group_rate_limit, self.max_in_flight)
        return any(limit is not None for limit in limits)

    def changed(self, **changes: Any) -> QueueSettings:
        """These settings with `changes` applied; `InvalidOption` names the first bad one."""
        known = {entry.name for entry in fields(self)}
        for name in changes:
            if name not in known:
                raise InvalidOption(
                    f"Unknown queue setting {name!r}",
                    "no setting has that name",
                    f"Use one of: {', '.join(sorted(known))}",
                )
        settings = replace(self, **changes)
        check(settings)
        return settings


_RANGES: dict[str, tuple[float, float]] = {
    "max_attempts": (1, 1_000),
    "lease": LEASES,
    "timeout": (0.05, 30 * 86_400),
    "max_lost": (1, 1_000),
    "priority": (0, 1_000),
    "ageing": (0.001, 366 * 86_400),
    "max_in_flight": (1, 1_000_000),
    "max_depth": (1, 2**53),
    "max_bytes": (1, 2**53),
    "block_timeout": (0, 86_400),
    "max_payload": (1, 256 * 1024 * 1024),
    "claim_check": (1, 256 * 1024 * 1024),
    "keep_done": (0, 2**53),
    "keep_done_for": (0, 100 * 366 * 86_400),
    "retry_for": RETRY_TIMES,
    "alarm_depth": (1, 2**53),
    "alarm_oldest": (0.001, 100 * 366 * 86_400),
    "alarm_dead_rate": (0.001, 1_000_000),
    "alarm_dead_age": (0.001, 100 * 366 * 86_400),
}
_WHOLE = {"max_attempts", "max_lost", "priority", "max_in_flight", "max_depth", "max_bytes",
          "max_payload", "claim_check", "keep_done", "alarm_depth"}  # fmt: skip
_OPTIONAL = {entry.name for entry in fields(QueueSettings) if entry.default is None}


def check(settings: QueueSettings) -> None:
    """`InvalidOption` if any setting has the wrong type or is out of range."""
    for name, (low, high) in _RANGES.items():
        value = getattr(settings, name)
        if value is None and name in _OPTIONAL:
            continue
        check_number(name, value, low, high, whole=name in _WHOLE)
    check_backoff(settings.backoff)
    check_rules(settings.retry_rules)
    _check_schema(settings.schema)
    _check_kind("on_full", settings.on_full, OnFull)
    _check_kind("group_retry", settings.group_retry, GroupRetry)
    for name in _RATE_LIMITS:
        _check_rate_limit(name, getattr(settings, name))


def _check_schema(schema: object) -> None:
    if schema is None:
        return
    if not isinstance(schema, str):
        got = f"got {shown(schema)}"
        raise InvalidOption("schema must be JSON text", got, "Pass a string, or None")
    parse_schema(schema)


_RATE_LIMITS = ("rate_limit", "group_rate_limit")


def _check_rate_limit(name: str, limit: object) -> None:
    if limit is None:
        return
    if not isinstance(limit, RateLimit):
        got = f"got {shown(limit)}"
        raise InvalidOption(f"{name} must be a RateLimit", got, "Pass a RateLimit, or None")
    check_number(f"{name}.max", limit.max, 1, 1_000_000, whole=True)
    check_number(f"{name}.per", limit.per, 0.001, 31 * 86_400)


def check_number(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    """`InvalidOption` unless `value` is a number (an int, if `whole`) from `low` to `high`."""
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        wanted = "a whole number" if whole else "a number"
        span = f"Give one from {_figure(low)} to {_figure(high)}"
        raise InvalidOption(f"{name} must be {wanted}", f"got {shown(value)}", span)
    if not low <= value <= high:
        raise InvalidOption(
            f"{name} is out of range",
            f"{shown(value)} is not in {_figure(low)} to {_figure(high)}",
            "Give a figure in that range",
        )


def _figure(value: float) -> str:
    """A limit as people write it: no exponent, no needless decimals."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def check_backoff(policy: object) -> None:
    """`InvalidOption` unless `policy` is one of our delay policies with sane figures."""
    if not isinstance(policy, (Fixed, Linear, Exponential, Table)):
        raise InvalidOption(
            "backoff must be a delay policy",
            f"got {shown(policy)}",
            "Use Fixed, Linear, Exponential or Table",
        )
    check_number("backoff.jitter", policy.jitter, 0, 1)
    check_number("backoff.cap", policy.cap, 0, 366 * 86_400)
    for name, value in _figures(policy):
        check_number(f"backoff.{name}", value, 0, 366 * 86_400)


def _figures(policy: Backoff) -> list[tuple[str, object]]:
    if isinstance(policy, Table):
        if not isinstance(policy.delays, tuple) or not policy.delays:
            got = f"got {shown(policy.delays)}"
            raise InvalidOption("backoff.delays must be delays", got, "Pass a tuple of seconds")
        return [("delays", delay) for delay in policy.delays]
    return [(e.name, getattr(policy, e.name)) for e in fields(policy)]


def _check_kind(name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        raise InvalidOption(
            f"{name} must be a {kind.__name__}", f"got {shown(value)}", f"Pass a {kind.__name__}"
        )


def backoff_to_builtins(policy: Backoff) -> dict[str, Any]:
    """A policy as a JSON object: its figures and `policy`, its name."""
    figures: dict[str, Any] = msgspec.to_builtins(policy)
    return {"policy": type(policy).__name__.lower(), **figures}


def backoff_from_builtins(value: object) -> Backoff:
    """The policy a JSON object describes (`{"policy": "fixed", "seconds": 5}`).

    Raises `InvalidOption` for an unknown policy, an unknown figure or one out of range.
    """
    if not isinstance(value, dict) or value.get("policy") not in _POLICIES:
        raise InvalidOption(
            "backoff is not understood",
            f"got {shown(value)}",
            f'It is an object with "policy": one of {", ".join(_POLICIES)}',
        )
    figures = {name: figure for name, figure in value.items() if name != "policy"}
    kind = _POLICIES[value["policy"]]
    _check_known(figures, {entry.name for entry in fields(kind)})
    policy = _convert(figures, kind, "backoff")
    check_backoff(policy)
    return policy  # type: ignore[no-any-return]


def _check_known(figures: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(set(figures) - known)
    if unknown:
        raise InvalidOption(
            f"backoff has no figure {unknown[0]!r}", "", f"Known: {', '.join(sorted(known))}"
        )


def settings_to_builtins(settings: QueueSettings) -> dict[str, Any]:
    """Settings as the JSON object the queue file keeps."""
    shaped = {
        "backoff": backoff_to_builtins(settings.backoff),
        "retry_rules": rules_to_builtins(settings.retry_rules),
    }
    plain = {e.name: getattr(settings, e.name) for e in fields(settings) if e.name not in shaped}
    return {**msgspec.to_builtins(plain), **shaped}


def settings_from_builtins(value: dict[str, Any]) -> QueueSettings:
    """The settings a JSON object describes; what it leaves out has its default."""
    plain = dict(value)
    if "backoff" in value:
        plain["backoff"] = backoff_from_builtins(value["backoff"])
    if "retry_rules" in value:
        plain["retry_rules"] = rules_from_builtins(value["retry_rules"])
    for name, kind in _KINDS.items():
        if plain.get(name) is not None:
            plain[name] = _convert(plain[name], kind, name)
    return QueueSettings().changed(**plain)


_KINDS: dict[str, type] = {
    "rate_limit": RateLimit,
    "group_rate_limit": RateLimit,
    "group_retry": GroupRetry,
    "on_full": OnFull,
}


def _convert(value: object, kind: type, name: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise InvalidOption(f"{name} is not understood", str(error)) from error
