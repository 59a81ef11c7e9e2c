"""I8: rate limits, concurrency and bounds hold in every window, wherever it begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.faults.final import Final
from tests.faults.history import NEVER, Call
from tests.faults.rules.certain import lasting
from tests.faults.told import Lease, Told, Violation

Span = tuple[int, int, Call]
"""From when to when a thing certainly was, and the call that brought it."""


def rates(told: Told, final: Final) -> Iterator[Violation]:
    """No stretch of a limit's length holds more starts than it allows, by the store's clock."""
    starts: dict[str, list[tuple[int, Call]]] = defaultdict(list)
    for leases in told.leases.values():
        for lease in leases:
            starts[lease.queue].append((lease.claimed_us, lease.call))
    for queue, limits in told.limits.items():
        if limits.get("rate"):
            most, per = limits["rate"]
            yield from _too_many(queue, sorted(starts[queue], key=lambda s: s[0]), most, per)


def _too_many(
    queue: str, starts: Sequence[tuple[int, Call]], most: int, per: float
) -> Iterator[Violation]:
    for (first, one), (last, other) in zip(starts, starts[most:], strict=False):
        if last - first < per * 1e6:
            what = f"{most + 1} starts of {queue} in {(last - first) / 1e6:.3f} s, {most} may be"
            yield Violation("I8", what, (one.lines[-1], other.lines[-1]))


def in_flight(told: Told, final: Final) -> Iterator[Violation]:
    """No more leases of a queue are valid at once than it allows."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for job_id, leases in told.leases.items():
        for lease in leases:
            spans[lease.queue].append((lease.call.ended, _end(told, job_id, lease), lease.call))
    for queue, limits in told.limits.items():
        if limits.get("in_flight"):
            yield from _over(queue, spans[queue], limits["in_flight"], "leases")


def _end(told: Told, job_id: str, lease: Lease) -> int:
    """When a lease may have ended, at the earliest; handed over, it began before it was told."""
    if lease.call.data.get("handed") or told.jumped:
        return 0
    extended = [call.began for _, _, call in told.extended.get((job_id, lease.fence), ())]
    return min(lease.over, lease.call.began + lease.length_ns, *extended, NEVER)


def depth(told: Told, final: Final) -> Iterator[Violation]:
    """No queue holds more jobs that certainly live than its bound."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for stored in lasting(told, final):
        spans[stored.queue].append((stored.call.ended, stored.over, stored.call))
    for queue, limits in told.limits.items():
        if limits.get("depth"):
            yield from _over(queue, spans[queue], limits["depth"], "jobs")


def _over(queue: str, spans: list[Span], most: int, what: str) -> Iterator[Violation]:
    """The first moment at which more than `most` spans overlap."""
    moments = [(begin, 1, call) for begin, end, call in spans if begin < end]
    moments += [(end, -1, call) for begin, end, call in spans if begin < end]
    number = 0
    for _, step, call in sorted(moments, key=lambda moment: moment[:2]):
        number += step
        if number > most:
            said = f"{number} {what} of {queue} at once, {most} may be"
            yield Violation("I8", said, tuple(call.lines))
            return
