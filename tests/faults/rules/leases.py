"""I3 and I4: one valid lease a job, fences that count, and an end that is for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pillarbox_engine.states import EventKind, State
from tests.faults.final import Final, Row
from tests.faults.told import Lease, Settled, Told, Violation


def one_at_a_time(told: Told, final: Final) -> Iterator[Violation]:
    """I3: one valid lease a job at a time, under fences that grow."""
    for job_id, leases in told.leases.items():
        for one, other in pairwise(leases):
            lines = (*one.call.lines[-1:], *other.call.lines[-1:])
            if one.fence == other.fence:
                what = f"job {job_id} was claimed twice under fence {one.fence}"
                yield Violation("I3", what, lines)
            elif other.call.ended < one.call.began:
                what = f"job {job_id}: fence {other.fence} came before fence {one.fence}"
                yield Violation("I3", what, lines)
            elif one.over > other.call.ended and told.holds(
                job_id, one, other.call, other.claimed_us
            ):
                what = f"job {job_id} was claimed while fence {one.fence} was valid"
                yield Violation("I3", what, lines)
        row = final.rows.get(job_id)
        if row is not None and row.fence < leases[-1].fence:
            what = f"job {job_id} has fence {row.fence} after fence {leases[-1].fence} was told"
            yield Violation("I3", what, tuple(leases[-1].call.lines[-1:]))


def fenced(told: Told, final: Final) -> Iterator[Violation]:
    """I3: nothing is settled under a stale fence, and no lease ends twice."""
    for job_id, some in told.settled.items():
        accepted = [one for one in some if one.accepted]
        for one in accepted:
            yield from _stale(told, job_id, one)
        yield from _twice(job_id, accepted)


def _stale(told: Told, job_id: str, one: Settled) -> Iterator[Violation]:
    """A settlement taken although its fence was certainly not the newest any more."""
    for lease in told.leases.get(job_id, ()):
        if lease.fence > one.fence and lease.call.ended < one.call.began:
            what = f"job {job_id}: {one.kind} under fence {one.fence} after {lease.fence}"
            yield Violation("I3", what, (*lease.call.lines[-1:], *one.call.lines))
            return
        if lease.fence == one.fence:
            yield from _after_release(told, job_id, one, lease)


def _after_release(told: Told, job_id: str, one: Settled, lease: Lease) -> Iterator[Violation]:
    for touch in told.touched[job_id]:
        took = touch.op in ("release", "cancel") and touch.ok and touch.data["changed"] == 1
        alone = len(touch.data["ids"]) == 1
        if took and alone and lease.call.ended < touch.began and touch.ended < one.call.began:
            what = f"job {job_id}: {one.kind} was taken after an operator's {touch.op}"
            yield Violation("I3", what, (*touch.lines, *one.call.lines))


def _twice(job_id: str, accepted: Sequence[Settled]) -> Iterator[Violation]:
    """Settled twice under one fence, but for an ack that was repeated."""
    by_fence: dict[int, list[Settled]] = defaultdict(list)
    for one in accepted:
        by_fence[one.fence].append(one)
    for fence, some in by_fence.items():
        if len(some) > 1 and any(one.kind != "ack" for one in some):
            kinds = ", ".join(one.kind for one in some)
            what = f"job {job_id} was settled twice under fence {fence}: {kinds}"
            yield Violation("I3", what, tuple(line for one in some for line in one.call.lines))


def completed(told: Told, final: Final) -> Iterator[Violation]:
    """I4: only a run that ended is acked, and what is acked stays done unless it is requeued."""
    for job_id, some in told.settled.items():
        for one in some:
            if one.kind == "ack":
                yield from _after_its_run(told, job_id, one)
            if one.kind == "ack" and one.accepted:
                yield from _for_good(told, final.rows.get(job_id), job_id, one)
    for row in final.rows.values():
        for kind, fence in row.events:
            if kind is EventKind.DONE and fence not in told.ran.get(row.id, {}):
                yield Violation("I4", f"job {row.id} is done under fence {fence}: no run ended")


def _after_its_run(told: Told, job_id: str, one: Settled) -> Iterator[Violation]:
    ran = told.ran.get(job_id, {}).get(one.fence)
    if ran is None or ran.began > one.call.began:
        lines = (*one.call.lines[:1], *(ran.lines if ran else ()))
        yield Violation("I4", f"job {job_id} was acked before its handler ended", lines)


def _for_good(told: Told, row: Row | None, job_id: str, one: Settled) -> Iterator[Violation]:
    again = [
        call for call in told.touched[job_id]
        if call.op == "requeue" and call.ended >= one.call.began
    ]  # fmt: skip
    for lease in told.leases.get(job_id, ()):
        asked = any(call.began < lease.call.ended for call in again)
        if lease.fence > one.fence and not asked:
            what = f"job {job_id} was acked under fence {one.fence} and claimed again"
            yield Violation("I4", what, (*one.call.lines, *lease.call.lines[-1:]))
    if row is not None and not again and row.was is not State.DONE:
        what = f"job {job_id} was acked and is {row.was}"
        yield Violation("I4", what, tuple(one.call.lines))
