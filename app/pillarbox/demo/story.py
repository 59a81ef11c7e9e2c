"""The plot of the demo: its queues, their settings, and what arrives when.

Owns every figure of the story. What arrives is a pure function of the seed.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pillarbox_engine.backoff import Exponential
from pillarbox_engine.settings import QueueSettings, RateLimit

REGISTRATION = "user-registration"
THUMBNAILS = "thumbnails"
CRM = "crm-sync"

SETTINGS: dict[str, QueueSettings] = {
    REGISTRATION: QueueSettings(
        max_attempts=5, backoff=Exponential(first=3.0, jitter=0.2), max_depth=10_000
    ),
    THUMBNAILS: QueueSettings(max_attempts=3, max_depth=60),
    CRM: QueueSettings(max_attempts=5, rate_limit=RateLimit(50, per=60.0)),
}
"""The demo's queues, in the order in which they are shown."""

CONCURRENCY: dict[str, int] = {REGISTRATION: 10, THUMBNAILS: 2, CRM: 2}
A_MINUTE: dict[str, float] = {REGISTRATION: 500.0, THUMBNAILS: 720.0, CRM: 66.0}
"""How many jobs arrive a minute: more than the second and third queue can take."""

POISON_UNTIL = 5.0
"""Seconds within which the poison jobs arrive."""

_NAMES = ("ada", "alan", "barbara", "edsger", "grace", "john", "katherine", "ken", "margaret")
_HOSTS = ("mail.example", "post.example", "inbox.example")
_COUNTRIES = ("DE", "FR", "GB", "IN", "JP", "KE", "NO", "US")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A job of the story: what is enqueued `at` seconds after the start."""

    at: float
    queue: str
    type: str
    payload: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)


def arrivals(seed: int, seconds: float | None, *, first: int = 1) -> Iterator[Arrival]:
    """What arrives within `seconds` (None: for ever), soonest first; users from `first` on."""
    streams = (
        _poison(seed) if first == 1 else iter(()),
        _registrations(seed, first),
        _thumbnails(seed, first),
        _contacts(seed, first),
    )
    for arrival in heapq.merge(*streams, key=lambda arrival: arrival.at):
        if seconds is not None and arrival.at >= seconds:
            return
        yield arrival


def _moments(queue: str, draw: random.Random) -> Iterator[float]:
    """When jobs of `queue` arrive: evenly, each up to half a gap early or late."""
    gap = 60.0 / A_MINUTE[queue]
    for number in count(1):
        yield gap * (number + draw.uniform(-0.5, 0.5))


def _registrations(seed: int, first: int) -> Iterator[Arrival]:
    draw = random.Random(f"{seed}:{first}:{REGISTRATION}")
    for user, at in enumerate(_moments(REGISTRATION, draw), start=first):
        yield _registration(at, _user(seed, user, draw))


def _registration(at: float, payload: dict[str, Any], **options: Any) -> Arrival:
    return Arrival(
        at=at, queue=REGISTRATION, type="process-registration", payload=payload, options=options
    )


def _user(seed: int, user: int, draw: random.Random) -> dict[str, Any]:
    name = draw.choice(_NAMES)
    return {
        "userId": user,
        "email": f"{name}.{user}@{draw.choice(_HOSTS)}",
        "plan": draw.choice(("free", "team", "business")),
        "billing": {"country": draw.choice(_COUNTRIES)},
        "seed": seed,
    }


def _poison(seed: int) -> Iterator[Arrival]:
    """Jobs that cannot succeed: no user id, a country nobody knows, a mail host that hangs."""
    draw = random.Random(f"{seed}:poison")
    moments = sorted(draw.uniform(0.2, POISON_UNTIL) for _ in range(9))
    for number, at in enumerate(moments):
        payload = _user(seed, 900_001 + number, draw)
        yield (_without_user, _nowhere, _hanging)[number % 3](at, payload, number)


def _without_user(at: float, payload: dict[str, Any], number: int) -> Arrival:
    del payload["userId"]
    return _registration(at, payload, max_attempts=5 if number == 0 else 3)


def _nowhere(at: float, payload: dict[str, Any], number: int) -> Arrival:
    return _registration(at, payload | {"billing": {"country": "Atlantis"}})


def _hanging(at: float, payload: dict[str, Any], number: int) -> Arrival:
    payload["email"] = f"user.{payload['userId']}@unreachable.example"
    return _registration(at, payload, max_attempts=2, timeout=2.0)


def _thumbnails(seed: int, first: int) -> Iterator[Arrival]:
    draw = random.Random(f"{seed}:{first}:{THUMBNAILS}")
    for number, at in enumerate(_moments(THUMBNAILS, draw), start=first):
        picture = f"portraits/{number:06d}.png"
        payload = {"picture": picture, "bytes": draw.randrange(40_000, 4_000_000)}
        yield Arrival(at=at, queue=THUMBNAILS, type="make-thumbnail", payload=payload)


def _contacts(seed: int, first: int) -> Iterator[Arrival]:
    draw = random.Random(f"{seed}:{first}:{CRM}")
    for user, at in enumerate(_moments(CRM, draw), start=first):
        payload = {"userId": user, "score": draw.randrange(100)}
        yield Arrival(at=at, queue=CRM, type="sync-contact", payload=payload)
