"""The bound of a queue: is there room, and which jobs make way where it may drop the oldest."""

from __future__ import annotations

from pillarbox_engine.errors import QueueFull
from pillarbox_engine.memory.changing import How
from pillarbox_engine.memory.rows import QueueState, Row
from pillarbox_engine.memory.store import Store
from pillarbox_engine.memory.verbs import apply
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import DeadReason, OnFull, State, Verb


def make_room(store: Store, queue: QueueState, jobs: int, size: int) -> None:
    """Room for `jobs` new jobs of `size` bytes together, or `QueueFull` and nothing changed."""
    over, over_bytes = _excess(queue, jobs, size)
    if not over and not over_bytes:
        return
    victims = _oldest(store, queue, over, over_bytes) if _may_drop(queue.settings, jobs) else None
    if victims is None:
        raise _full(queue, jobs)
    for row in victims:
        apply(store, row, Verb.OVERFLOW, How(reason=DeadReason.OVERFLOW))


def has_room(store: Store, queue: QueueState, jobs: int, size: int) -> bool:
    """Whether `make_room` would find it."""
    over, over_bytes = _excess(queue, jobs, size)
    if not over and not over_bytes:
        return True
    return _may_drop(queue.settings, jobs) and bool(_oldest(store, queue, over, over_bytes))


def require_room(queue: QueueState, jobs: int, size: int) -> None:
    """`QueueFull` unless `jobs` jobs coming back to life have room: nothing is dropped for them."""
    if any(_excess(queue, jobs, size)):
        raise _full(queue, jobs)


def _excess(queue: QueueState, jobs: int, size: int) -> tuple[int, int]:
    """By how many jobs and bytes the queue would be too full."""
    settings, depth, total = queue.settings, queue.live + jobs, queue.counts["bytes"] + size
    return (
        0 if settings.max_depth is None else max(0, depth - settings.max_depth),
        0 if settings.max_bytes is None else max(0, total - settings.max_bytes),
    )


def _may_drop(settings: QueueSettings, jobs: int) -> bool:
    return settings.on_full is OnFull.DROP_OLDEST and jobs > 0


def _oldest(store: Store, queue: QueueState, jobs: int, size: int) -> list[Row] | None:
    """The oldest jobs not in flight that free that much; None where all would not."""
    chosen: list[Row] = []
    freed = 0
    for number in sorted(queue.ids[State.READY] | queue.ids[State.SCHEDULED]):
        if len(chosen) >= jobs and freed >= size:
            break
        chosen.append(store.rows[number])
        freed += store.rows[number].payload_bytes
    return chosen if len(chosen) >= jobs and freed >= size else None


def _full(queue: QueueState, incoming: int) -> QueueFull:
    settings = queue.settings
    bounds = [
        f"{bound:,} {unit}"
        for bound, unit in ((settings.max_depth, "jobs"), (settings.max_bytes, "bytes"))
        if bound is not None
    ]
    return QueueFull(
        f"Queue {queue.name!r} is full",
        f"it holds {queue.live:,} jobs, its bound is {' and '.join(bounds)}, and {incoming:,} more "
        "were to come",
        "Wait until workers have made room, or raise the bound",
    )
