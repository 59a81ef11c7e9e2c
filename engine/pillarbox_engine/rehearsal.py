"""The dry run of a replay: how many jobs, and what a patch would make of some of them.

Owns `Rehearsal` and `rehearse`, which only reads.
"""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan, checked
from pillarbox_engine.lifecycle import states_for
from pillarbox_engine.merge_patch import patched_text
from pillarbox_engine.model import Job, JobSummary
from pillarbox_engine.protocols import Inspector
from pillarbox_engine.settings import DEFAULT_PAYLOAD_LIMIT

SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A payload before and after the patch, as JSON text; `refused` says why it would stay.

    `payload_bytes` is how large it is. Where `left_out` it was too large to be tried: both texts
    are "".
    """

    id: str
    before: str
    after: str
    refused: str = ""
    payload_bytes: int = 0
    left_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a plan would do: to how many jobs, and to the newest few of them."""

    count: int
    samples: tuple[Sample, ...] = ()


def rehearse(inspector: Inspector, plan: OperationPlan, *, largest: int | None = None) -> Rehearsal:
    """Look at what a plan would do; raises as starting it would.

    A payload of more than `largest` bytes is not tried: editing 30 MB takes Python a second, in
    which no other thread of the process runs.
    """
    plan = checked(plan)
    where = _held(plan)
    rows = inspector.jobs(where, limit=SAMPLES).rows
    limits = {queue.name: queue.settings.max_payload for queue in inspector.queues()}
    samples = tuple(
        _left_out(row)
        if largest is not None and row.payload_bytes > largest
        else _sample(inspector.job(row.id), plan, limits)
        for row in rows
    )
    return Rehearsal(count=inspector.count(where), samples=samples)


def _held(plan: OperationPlan) -> Filter:
    """Only jobs the verb would change."""
    return plan.where.narrowed(states=states_for(plan.verb))


def _left_out(row: JobSummary) -> Sample:
    return Sample(id=row.id, before="", after="", payload_bytes=row.payload_bytes, left_out=True)


def _sample(job: Job, plan: OperationPlan, limits: dict[str, int]) -> Sample:
    before, patch, size = job.payload_json, plan.options.patch_json, job.payload_bytes
    if patch is None:
        return Sample(id=job.id, before=before, after=before, payload_bytes=size)
    limit = limits.get(plan.options.to or job.queue, DEFAULT_PAYLOAD_LIMIT)
    try:
        after = patched_text(before, patch, limit)
    except InvalidPayload as error:
        return Sample(
            id=job.id, before=before, after=before, refused=error.reason, payload_bytes=size
        )
    return Sample(id=job.id, before=before, after=after, payload_bytes=size)
