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
from pillarbox_engine.model import Job
from pillarbox_engine.protocols import Inspector
from pillarbox_engine.settings import DEFAULT_PAYLOAD_LIMIT

SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A payload before and after the patch, as JSON text; `refused` says why it would stay."""

    id: str
    before: str
    after: str
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a plan would do: to how many jobs, and to the newest few of them."""

    count: int
    samples: tuple[Sample, ...] = ()


def rehearse(inspector: Inspector, plan: OperationPlan) -> Rehearsal:
    """Look at what a plan would do; raises as starting it would."""
    plan = checked(plan)
    where = _held(plan)
    rows = inspector.jobs(where, limit=SAMPLES).rows
    limits = {queue.name: queue.settings.max_payload for queue in inspector.queues()}
    samples = tuple(_sample(inspector.job(row.id), plan, limits) for row in rows)
    return Rehearsal(count=inspector.count(where), samples=samples)


def _held(plan: OperationPlan) -> Filter:
    """Only jobs the verb would change."""
    return plan.where.narrowed(states=states_for(plan.verb))


def _sample(job: Job, plan: OperationPlan, limits: dict[str, int]) -> Sample:
    before, patch = job.payload_json, plan.options.patch_json
    if patch is None:
        return Sample(id=job.id, before=before, after=before)
    limit = limits.get(plan.options.to or job.queue, DEFAULT_PAYLOAD_LIMIT)
    try:
        after = patched_text(before, patch, limit)
    except InvalidPayload as error:
        return Sample(id=job.id, before=before, after=before, refused=error.reason)
    return Sample(id=job.id, before=before, after=after)
