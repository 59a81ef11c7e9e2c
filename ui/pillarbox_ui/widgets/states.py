"""The words for states and for how attempts ended, and which state a job is shown in."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from pillarbox_engine.flows import Relative
from pillarbox_engine.model import JobSummary
from pillarbox_engine.states import EventKind, State

RETRYING = "retrying"

_STATES: dict[str, object] = {
    "waiting": QT_TRANSLATE_NOOP("states", "Waiting"),
    "scheduled": QT_TRANSLATE_NOOP("states", "Scheduled"),
    "ready": QT_TRANSLATE_NOOP("states", "Ready"),
    "leased": QT_TRANSLATE_NOOP("states", "Leased"),
    "retrying": QT_TRANSLATE_NOOP("states", "Retrying"),
    "done": QT_TRANSLATE_NOOP("states", "Done"),
    "dead": QT_TRANSLATE_NOOP("states", "Dead"),
    "cancelled": QT_TRANSLATE_NOOP("states", "Cancelled"),
    "trashed": QT_TRANSLATE_NOOP("states", "Trashed"),
    "paused": QT_TRANSLATE_NOOP("states", "Paused"),
    "draining": QT_TRANSLATE_NOOP("states", "Draining"),
    "running": QT_TRANSLATE_NOOP("states", "Running"),
    "approved": QT_TRANSLATE_NOOP("states", "Approved"),
    "unapproved": QT_TRANSLATE_NOOP("states", "Needs approval"),
    "fault": QT_TRANSLATE_NOOP("states", "Fault"),
}

_OUTCOMES: dict[str, object] = {
    EventKind.DONE: QT_TRANSLATE_NOOP("states", "Done"),
    EventKind.FAILED: QT_TRANSLATE_NOOP("states", "Failed"),
    EventKind.TIMED_OUT: QT_TRANSLATE_NOOP("states", "Timed out"),
    EventKind.REJECTED: QT_TRANSLATE_NOOP("states", "Rejected"),
    EventKind.RELEASED: QT_TRANSLATE_NOOP("states", "Released"),
    EventKind.SNOOZED: QT_TRANSLATE_NOOP("states", "Snoozed"),
    EventKind.LOST: QT_TRANSLATE_NOOP("states", "Lease lost"),
    EventKind.EXPIRED: QT_TRANSLATE_NOOP("states", "Expired"),
    EventKind.OVERFLOWED: QT_TRANSLATE_NOOP("states", "Overflowed"),
    EventKind.CHILD_FAILED: QT_TRANSLATE_NOOP("states", "Child failed"),
    EventKind.REQUEUED: QT_TRANSLATE_NOOP("states", "Requeued"),
    EventKind.REPLAYED: QT_TRANSLATE_NOOP("states", "Replayed"),
    EventKind.EDITED: QT_TRANSLATE_NOOP("states", "Edited"),
    EventKind.CANCELLED: QT_TRANSLATE_NOOP("states", "Cancelled"),
    EventKind.PURGED: QT_TRANSLATE_NOOP("states", "Purged"),
    EventKind.RESTORED: QT_TRANSLATE_NOOP("states", "Restored"),
    "running": QT_TRANSLATE_NOOP("states", "Running"),
    "next": QT_TRANSLATE_NOOP("states", "Next attempt"),
}

_TONES: dict[str, str] = {
    EventKind.DONE: "done",
    EventKind.FAILED: "error",
    EventKind.TIMED_OUT: "warn",
    EventKind.REJECTED: "error",
    EventKind.RELEASED: "paused",
    EventKind.SNOOZED: "paused",
    EventKind.LOST: "scheduled",
    EventKind.EXPIRED: "error",
    EventKind.OVERFLOWED: "error",
    EventKind.CHILD_FAILED: "error",
    EventKind.REQUEUED: "ready",
    EventKind.REPLAYED: "ready",
    EventKind.EDITED: "ready",
    EventKind.CANCELLED: "cancelled",
    EventKind.PURGED: "trashed",
    EventKind.RESTORED: "ready",
    "running": "leased",
    "next": "retrying",
}


JOB_STATES = (*map(str, State), RETRYING)
"""The states a job is shown in."""


def visible_state(job: JobSummary) -> str:
    """The state a job is shown in: its own, or "retrying"."""
    return RETRYING if job.retrying else str(job.state)


def relative_state(relative: Relative) -> str:
    """The state another job of a flow is shown in."""
    return RETRYING if relative.retrying else str(relative.state)


def state_word(state: str) -> str:
    """The word for a state, in the person's language."""
    return QCoreApplication.translate("states", str(_STATES.get(state, state)))


def outcome_word(kind: str) -> str:
    """The word for how an attempt ended, or for what was done to a job."""
    return QCoreApplication.translate("states", str(_OUTCOMES[kind]))


def outcome_tone(kind: str) -> str:
    """The tone an outcome is drawn in: a name `Theme.colour` takes."""
    return _TONES[kind]
