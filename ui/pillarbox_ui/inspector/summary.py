"""What the Summary and Options tabs say of a job: names and values, in words.

Owns the words only; pure, so each is tested without a window.
"""

from __future__ import annotations

from datetime import datetime

from pillarbox_engine.backoff import Backoff, Exponential, Fixed, Linear, Table
from pillarbox_engine.model import Event, Job
from pillarbox_engine.retry_rules import RetryRule, sentence
from pillarbox_engine.states import EventKind, State
from pillarbox_ui.inspector.facts import Fact
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.states import outcome_word
from pillarbox_ui.widgets.words import tr
from pillarbox_ui.widgets.zone import Zone

_SHOWN_DELAYS = 8


def heading(job: Job) -> str:
    """What the sentence below it answers."""
    if job.state in {State.READY, State.SCHEDULED, State.WAITING}:
        return tr("Why it is not running")
    return tr("What it is doing") if job.state is State.LEASED else tr("How it ended")


def summary(job: Job, zone: Zone, now: datetime) -> list[Fact]:
    """The Summary tab's facts; those without a value are not shown."""
    return [
        Fact(tr("ID"), job.id, mono=True),
        Fact(tr("Queue"), job.queue),
        Fact(tr("Type"), job.type),
        Fact(tr("Attempts"), _attempts(job)),
        Fact(tr("Progress"), "" if job.progress is None else words.share(job.progress / 100)),
        _moment(tr("Enqueued"), job.enqueued_at, zone, now),
        _moment(tr("Runs at"), job.run_at if _is_ahead(job) else None, zone, now),
        _moment(tr("Started"), job.started_at, zone, now),
        _moment(tr("Ended"), job.ended_at, zone, now),
        Fact(tr("Took"), _took(job, now)),
        Fact(tr("Worker"), job.worker or "", mono=True),
        _moment(tr("Lease until"), job.lease_expires_at, zone, now),
        Fact(tr("Origin"), origin(job)),
        Fact(tr("Schedule"), scheduled(job, zone)),
        Fact(tr("Lineage"), lineage(job.history, zone)),
        Fact(tr("Payload"), words.size(job.payload_bytes)),
        Fact(tr("Result"), job.result_json or "", mono=True, json=True),
    ]


def options(job: Job, zone: Zone, now: datetime, rules: tuple[RetryRule, ...] = ()) -> list[Fact]:
    """The Options tab's facts; `rules` are its queue's."""
    lease = words.span(job.lease_seconds) if job.lease_seconds else ""
    return [
        Fact(tr("Priority"), tr("{0} (lower runs first)").format(job.priority)),
        Fact(tr("Attempts at most"), words.count(job.max_attempts)),
        Fact(tr("Backoff"), backoff(job.backoff)),
        Fact(tr("Delays"), delays(job.backoff, job.max_attempts, job.retry_for)),
        Fact(tr("Retry time"), words.span(job.retry_for) if job.retry_for else ""),
        Fact(tr("Retry rules"), "; ".join(map(sentence, rules))),
        Fact(tr("Time-out"), words.span(job.timeout)),
        Fact(tr("Lease"), lease),
        _moment(tr("Expires"), job.expires_at, zone, now),
        Fact(tr("Unique key"), job.unique_key or "", mono=True),
        Fact(tr("Group"), job.group or "", mono=True),
        Fact(tr("Idempotency key"), job.idempotency_key or "", mono=True),
        Fact(tr("Fence"), words.count(job.fence)),
        Fact(tr("Leases lost"), words.count(job.lost)),
        Fact(tr("Fingerprint"), job.fingerprint or "", mono=True),
    ]


def _moment(name: str, moment: datetime | None, zone: Zone, now: datetime) -> Fact:
    if moment is None:
        return Fact(name, "")
    return Fact(name, f"{zone.text(moment)}, {words.relative(moment, now)}")


def _is_ahead(job: Job) -> bool:
    return job.state in {State.SCHEDULED, State.READY}


def _attempts(job: Job) -> str:
    used = tr("{0} of {1}").format(words.count(job.attempt), words.count(job.max_attempts))
    if not job.lost:
        return used
    lost = words.counted(job.lost, tr("lease lost"), tr("leases lost"))
    return f"{used}, {lost}"


def _took(job: Job, now: datetime) -> str:
    if job.started_at is None:
        return ""
    until = job.ended_at or (now if job.state is State.LEASED else None)
    return "" if until is None else words.duration((until - job.started_at).total_seconds())


def origin(job: Job) -> str:
    """Where the job came from, as far as its idempotency key tells."""
    key = job.idempotency_key or ""
    entry = key.rpartition(":")[2]
    if key.startswith("import:") and entry.isdigit():
        return tr("imported from a file, entry {0}").format(words.count(int(entry)))
    return tr("enqueued in the window") if key.startswith("window:") else ""


def scheduled(job: Job, zone: Zone) -> str:
    """Which schedule fired the job, and for which time."""
    if job.schedule is None or job.fire_at is None:
        return job.schedule or ""
    return tr("{0}, for {1}").format(job.schedule, zone.text(job.fire_at))


def lineage(history: tuple[Event, ...], zone: Zone) -> str:
    """When the job was brought back to work, and how often."""
    kinds = {EventKind.REPLAYED, EventKind.REQUEUED, EventKind.RESTORED}
    back = [event for event in history if event.kind in kinds]
    if not back:
        return ""
    last = back[-1]
    said = tr("{0} at {1}").format(outcome_word(last.kind), zone.text(last.at))
    times = tr("{0} times in all").format(words.count(len(back)))
    detail = f" ({last.detail})" if last.detail else ""
    return f"{said}{detail}" + (f", {times}" if len(back) > 1 else "")


def backoff(policy: Backoff) -> str:
    """A delay policy in words."""
    match policy:
        case Fixed():
            said = tr("fixed, {0}").format(words.span(policy.seconds))
        case Linear():
            figures = words.span(policy.first), words.span(policy.step)
            said = tr("linear, {0} and {1} more each time").format(*figures)
        case Exponential():
            said = tr("exponential from {0}, × {1:g}").format(
                words.span(policy.first), policy.factor
            )
        case Table():
            said = tr("by table")
    jitter = tr("jitter {0}").format(words.share(policy.jitter))
    cap = tr("at most {0}").format(words.span(policy.cap))
    return f"{said}, {cap}, {jitter}"


def delays(policy: Backoff, max_attempts: int, retry_for: float | None = None) -> str:
    """The waits to come, "3 s, 6 s, 12 s"."""
    waits = policy.schedule(min(max_attempts, _SHOWN_DELAYS + 2), retry_for)
    shown = ", ".join(words.span(wait) for wait in waits[:_SHOWN_DELAYS])
    return shown + (", …" if len(waits) > _SHOWN_DELAYS else "")
