"""The queues table: one row a queue.

Owns its columns and the words for a queue's state.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from pillarbox_engine.alarms import AlarmKind
from pillarbox_engine.model import QueueSummary
from pillarbox_engine.states import GroupRetry
from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.job_columns import moment_text
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.states import state_word

QueueColumn = Column[QueueSummary]


def queue_state(queue: QueueSummary) -> str:
    """The state a queue is shown in: paused, draining or running."""
    if queue.paused:
        return "paused"
    return "draining" if queue.draining else "running"


def queue_name(queue: QueueSummary) -> str:
    """The queue's name, marked while one of its alarms is open."""
    return f"⚠ {queue.name}" if queue.alarms else queue.name


def _name_tip(queue: QueueSummary) -> str:
    return " · ".join([queue.name, *(f"alarm: {ALARM_WORDS[kind]}" for kind in queue.alarms)])


ALARM_WORDS = {
    AlarmKind.DEPTH: "too many jobs are ready",
    AlarmKind.OLDEST: "the oldest ready job waits too long",
    AlarmKind.DEAD_RATE: "too many dead letters a minute",
    AlarmKind.DEAD_AGE: "a dead letter has lain there too long",
}
"""What an open alarm means, in few words."""


def rate_limit_text(queue: QueueSummary) -> str:
    """The rate limit with what of it is used, such as "12 of 50 / 1m"; a dash for none."""
    limit = queue.settings.rate_limit
    if limit is None:
        return words.NOTHING
    return f"{queue.rate_used} of {limit.max} / {words.age(limit.per)}"


def order_facts(queue: QueueSummary) -> list[str]:
    """What else decides what runs when, as far as it is set: concurrency, ageing, groups' rules."""
    settings, facts = queue.settings, []
    if settings.max_in_flight is not None:
        leased, most = words.count(queue.counts.leased), words.count(settings.max_in_flight)
        facts.append(words.tr("{0} of at most {1} in flight").format(leased, most))
    if settings.ageing is not None:
        facts.append(words.tr("a level of priority every {0}").format(words.age(settings.ageing)))
    limit = settings.group_rate_limit
    if limit is not None:
        facts.append(words.tr("{0} / {1} a group").format(limit.max, words.age(limit.per)))
    if settings.group_retry is GroupRetry.YIELD:
        facts.append(words.tr("retries let their group go on"))
    return facts


class QueuesModel(RowsModel[QueueSummary]):
    """Queues by name, with depths, rates and a trend."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda queue: queue.name, parent)


def _columns() -> tuple[QueueColumn, ...]:
    return (
        Column(
            key="name",
            title="Queue",
            width=26,
            text=queue_name,
            roles={Role.SORT: lambda queue: queue.name},
            tip=_name_tip,
            grows=True,
            letters=14,
        ),
        _state(),
        _number("ready", "Ready", lambda q: q.counts.ready, tone="ready"),
        _number(
            "scheduled", "Scheduled", lambda q: q.counts.scheduled - q.counts.retrying, spare=9
        ),
        _in_flight(),
        _number("retrying", "Retrying", lambda q: q.counts.retrying, tone="retrying", spare=1),
        _number("dead", "Dead", lambda q: q.counts.dead, tone="dead"),
        _bound(),
        _oldest(),
        _rate("in", "In/s", lambda q: q.in_rate),
        _rate("out", "Out/s", lambda q: q.out_rate),
        _p95(),
        _trend(),
        Column(
            key="limit",
            title="Rate limit",
            kind=Kind.NUMBER,
            width=13,
            text=rate_limit_text,
            spare=7,
        ),
    )


def _state() -> QueueColumn:
    return Column(
        key="state",
        title="State",
        kind=Kind.PILL,
        width=10,
        text=lambda queue: state_word(queue_state(queue)),
        roles={Role.STATE: queue_state},
        states=("running", "paused", "draining"),
    )


def _in_flight() -> QueueColumn:
    """Leases against the queue's concurrency, where it has a limit."""
    return Column(
        key="leased",
        title="In flight",
        kind=Kind.GAUGE,
        width=9,
        text=_in_flight_text,
        roles={
            Role.LIMIT: lambda queue: (queue.counts.leased, queue.settings.max_in_flight),
            Role.SORT: lambda queue: queue.counts.leased,
        },
    )


def _in_flight_text(queue: QueueSummary) -> str:
    leased, most = words.count(queue.counts.leased), queue.settings.max_in_flight
    return leased if most is None else f"{leased} / {words.count(most)}"


def _bound() -> QueueColumn:
    """What the bound counts, against the bound: a gauge, or the number where there is none."""
    return Column(
        key="bound",
        title="Depth",
        spare=4,
        kind=Kind.GAUGE,
        width=17,
        text=_bound_text,
        roles={
            Role.LIMIT: lambda queue: (queue.counts.live, queue.settings.max_depth),
            Role.SORT: lambda queue: queue.counts.live,
        },
        tip=_depth_tip,
    )


def _bound_text(queue: QueueSummary) -> str:
    live, bound = words.count(queue.counts.live), queue.settings.max_depth
    return live if bound is None else f"{live} / {words.count(bound)}"


def _depth_tip(queue: QueueSummary) -> str:
    live, bound = words.count(queue.counts.live), queue.settings.max_depth
    if bound is None:
        return f"{live} jobs wait or run; the queue has no bound"
    return f"{live} jobs wait or run, of at most {words.count(bound)}"


def _number(
    key: str, title: str, read: Callable[[QueueSummary], int], tone: str = "text", spare: int = 0
) -> QueueColumn:
    return Column(
        key=key,
        title=title,
        kind=Kind.NUMBER,
        width=5,
        spare=spare,
        text=lambda queue: words.count(read(queue)),
        roles={
            Role.SORT: read,
            Role.TONE: lambda queue: tone if read(queue) else "muted",
        },
    )


def _rate(key: str, title: str, read: Callable[[QueueSummary], float]) -> QueueColumn:
    return Column(
        key=key,
        title=title,
        kind=Kind.NUMBER,
        width=6,
        spare=2,
        text=lambda queue: words.rate(read(queue)),
        roles={Role.SORT: read},
    )


def _oldest() -> QueueColumn:
    return Column(
        key="oldest",
        title="Oldest wait",
        spare=3,
        kind=Kind.AGE,
        width=7,
        text=lambda queue: moment_text(queue.oldest_ready_at),
        roles={
            Role.MOMENT: lambda queue: queue.oldest_ready_at,
            Role.SORT: lambda queue: queue.oldest_ready_at,
        },
    )


def _p95() -> QueueColumn:
    return Column(
        key="p95",
        spare=8,
        title="p95",
        kind=Kind.NUMBER,
        width=7,
        text=lambda q: words.NOTHING if q.run_p95 is None else words.duration(q.run_p95),
        roles={Role.SORT: lambda queue: queue.run_p95 or 0.0},
    )


def _trend() -> QueueColumn:
    return Column(
        key="trend",
        title="5 minutes",
        spare=5,
        kind=Kind.SPARKLINE,
        width=9,
        text=lambda queue: words.trend(
            queue.depth_trend, words.tr("{0} waiting, at most {1} in five minutes, {2}")
        ),
        roles={
            Role.SERIES: lambda queue: queue.depth_trend,
            Role.SORT: lambda queue: queue.counts.ready,
        },
        tip=lambda queue: "Ready jobs over the last 5 minutes",
    )
