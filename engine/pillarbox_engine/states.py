"""The closed vocabularies of the queue: states, verbs, events and reasons.

Owns the words that `docs/lifecycle.md` tabulates. Everything else imports them from here,
so a state or a verb is spelled in one place.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a job is in its life. "Retrying" is only a label: scheduled with attempt > 0."""

    WAITING = "waiting"
    SCHEDULED = "scheduled"
    READY = "ready"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"
    TRASHED = "trashed"


LIVE_STATES = frozenset({State.WAITING, State.SCHEDULED, State.READY, State.LEASED})
"""The states a queue's bound counts: a leased job keeps its place, so a retry never overflows."""


class Verb(StrEnum):
    """What can be done to a job, by a worker, an operator or the maintainer."""

    CLAIM = "claim"
    EXTEND = "extend"
    ACK = "ack"
    NACK = "nack"
    REJECT = "reject"
    RELEASE = "release"
    SNOOZE = "snooze"
    LOSE = "lose"
    AWAIT = "await"
    PROCEED = "proceed"
    FAIL = "fail"
    EXPIRE = "expire"
    OVERFLOW = "overflow"
    PROMOTE = "promote"
    REQUEUE = "requeue"
    REPLAY = "replay"
    CANCEL = "cancel"
    PURGE = "purge"
    RESTORE = "restore"
    ERASE = "erase"


class EventKind(StrEnum):
    """One entry in a job's history: how an attempt ended, or what an operator did."""

    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    REJECTED = "rejected"
    RELEASED = "released"
    SNOOZED = "snoozed"
    LOST = "lost"
    EXPIRED = "expired"
    OVERFLOWED = "overflowed"
    CHILD_FAILED = "child_failed"
    REQUEUED = "requeued"
    REPLAYED = "replayed"
    EDITED = "edited"
    CANCELLED = "cancelled"
    PURGED = "purged"
    RESTORED = "restored"


class DeadReason(StrEnum):
    """Why a job is a dead letter."""

    EXHAUSTED = "exhausted"
    TIMED_OUT = "timed_out"
    REJECTED = "rejected"
    EXPIRED = "expired"
    OVERFLOW = "overflow"
    LOST = "lost"
    CHILD_FAILED = "child_failed"


class OnChildFailure(StrEnum):
    """What a child that ended other than done does to its parent; see `flows`."""

    FAIL = "fail"
    IGNORE = "ignore"
    CONTINUE = "continue"


class OnFull(StrEnum):
    """What an enqueue does when the queue's bound is reached."""

    REJECT = "reject"
    BLOCK = "block"
    DROP_OLDEST = "drop_oldest"


class Overlap(StrEnum):
    """What a schedule does when it is time and a job it fired before is still live."""

    SKIP = "skip"
    ALLOW = "allow"


class Missed(StrEnum):
    """What a schedule does about the times at which nobody was there to fire it."""

    NONE = "none"
    LATEST = "latest"
    ALL = "all"


class GroupRetry(StrEnum):
    """What a group's head that failed, and is to run again later, does to the jobs behind it."""

    BLOCK = "block"
    YIELD = "yield"


class HeldBy(StrEnum):
    """Why a ready job of a group may not be claimed yet: others of it first, or its rate limit."""

    GROUP = "group"
    LIMIT = "limit"
