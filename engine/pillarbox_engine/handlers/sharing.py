"""Which threads serve which queues and types: what the handlers file says of `concurrency`.

Owns the division. A queue with a number of its own has threads of its own; so has a type with
one, over all queues, beside theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pillarbox_engine.bound import Bound
from pillarbox_engine.handlers.bindings import ANY
from pillarbox_engine.handlers.loading import Handlers


@dataclass(frozen=True, slots=True)
class Share:
    """One worker: its queues, its handlers (for `Engine.worker`) and its threads."""

    queues: tuple[str, ...]
    handlers: Mapping[str, Bound | None]
    concurrency: int


def shares(handlers: Handlers, queues: Sequence[str], shared: int) -> tuple[Share, ...]:
    """The workers that serve `queues` as the file says; `shared`: threads where it says nothing."""
    own = {one.type: one.concurrency for one in handlers.file.bindings if one.concurrency}
    rest = {type: bound for type, bound in handlers.mapping.items() if type not in own}
    others = {**rest, **dict.fromkeys(own, None)} if ANY in rest else rest
    for_queues = [
        Share(group, others, threads)
        for group, threads in groups(queues, handlers.concurrency, shared)
    ]
    for_types = [
        Share(tuple(queues), _only(handlers.mapping, type), threads)
        for type, threads in own.items()
    ]
    return (*(for_queues if rest else ()), *for_types)


def groups(
    queues: Sequence[str], own: Mapping[str, int], shared: int
) -> list[tuple[tuple[str, ...], int]]:
    """Queues that share threads, and how many: one with a number of its own is by itself."""
    alone: list[tuple[tuple[str, ...], int]] = [
        ((queue,), own[queue]) for queue in queues if queue in own
    ]
    others = tuple(queue for queue in queues if queue not in own)
    return [*alone, (others, shared)] if others else alone


def _only(mapping: Mapping[str, Bound], type: str) -> dict[str, Bound | None]:
    """The handler of one type; that of "*" leaves all others to theirs."""
    others = [name for name in mapping if name != type] if type == ANY else []
    return {type: mapping[type], **dict.fromkeys(others, None)}
