"""Which jobs of an enqueue are new, and which stand for one that is there already.

Owns the rule for both kinds of key, the same for every backend. An idempotency key is asked
first: the same attempt once more changes nothing at all. Then the unique key: another job holds
it, and may take over what the new one brings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from pillarbox_engine.model import NewJob
from pillarbox_engine.states import State
from pillarbox_engine.uniqueness import UNSTARTED


class Role(Enum):
    """What becomes of a job of an enqueue: stored, known by its first key, or by its second."""

    NEW = auto()
    REPEATED = auto()
    HELD = auto()


@dataclass(frozen=True, slots=True)
class Holder:
    """The job that holds a unique key; `size` is its payload's, in bytes."""

    number: int
    state: State
    size: int


def roles(jobs: Sequence[NewJob], known: Collection[str], held: Collection[str]) -> list[Role]:
    """The role of each job: `known` idempotency keys, and unique keys that are `held`, stand
    for jobs stored before; of several with one key in this call, the first is stored."""
    repeated, taken = set(known), set(held)
    found = []
    for job in jobs:
        role = _role(job, repeated, taken)
        if job.idempotency_key is not None:
            repeated.add(job.idempotency_key)
        if job.unique_key is not None and role is Role.NEW:
            taken.add(job.unique_key)
        found.append(role)
    return found


def _role(job: NewJob, repeated: set[str], taken: set[str]) -> Role:
    if job.idempotency_key in repeated:
        return Role.REPEATED
    return Role.HELD if job.unique_key in taken else Role.NEW


def fresh(jobs: Sequence[NewJob], found: Sequence[Role]) -> list[NewJob]:
    """The jobs to store."""
    return [job for job, role in zip(jobs, found, strict=True) if role is Role.NEW]


def numbers(
    jobs: Sequence[NewJob], found: Sequence[Role], ids: Sequence[int],
    known: Mapping[str, int], held: Mapping[str, Holder],
) -> list[int]:  # fmt: skip
    """The row each job stands for; `ids` are those of the new ones, in order."""
    new = iter(ids)
    repeated = dict(known)
    holders = {key: holder.number for key, holder in held.items()}
    return [_number(job, role, new, repeated, holders)
            for job, role in zip(jobs, found, strict=True)]  # fmt: skip


def _number(
    job: NewJob, role: Role, new: Iterator[int], repeated: dict[str, int], holders: dict[str, int]
) -> int:
    if role is Role.REPEATED:
        return repeated[job.idempotency_key or ""]
    number = holders[job.unique_key or ""] if role is Role.HELD else next(new)
    if job.unique_key is not None:
        holders[job.unique_key] = number
    if job.idempotency_key is not None:
        repeated[job.idempotency_key] = number
    return number


def growth(jobs: Sequence[NewJob], found: Sequence[Role], held: Mapping[str, Holder]) -> int:
    """By how many bytes payloads grow that are taken over by jobs which hold the keys."""
    before = {key: holder.size for key, holder in held.items() if holder.state in UNSTARTED}
    after = dict(before)
    for job, role in zip(jobs, found, strict=True):
        key = job.unique_key
        if key is not None and role is Role.NEW:
            before[key] = after[key] = _size(job)
        elif key in after and role is Role.HELD and replaces(job, "payload"):
            after[key] = _size(job)
    return max(0, sum(after.values()) - sum(before.values()))


def _size(job: NewJob) -> int:
    return len(job.payload_json.encode())


def replaces(job: NewJob, field: str) -> bool:
    """Whether the job that holds the key takes `field` over."""
    return job.unique is not None and field in job.unique.replace
