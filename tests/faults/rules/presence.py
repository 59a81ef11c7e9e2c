"""I1, I2 and I10: what was stored is there whole, once, and nothing else is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from pillarbox_engine.states import EventKind
from tests.faults.final import TICK, Final, Row
from tests.faults.history import NEVER, Call
from tests.faults.rules.certain import lasting
from tests.faults.told import Stored, Told, Violation

LEAVES = {
    "requeue": EventKind.REQUEUED, "replay": EventKind.REPLAYED, "purge": EventKind.PURGED,
    "restore": EventKind.RESTORED,
}  # fmt: skip
"""What an operator's verb leaves in a job's history, each time it is done."""
SETTLES = {
    "ack": EventKind.DONE, "nack": EventKind.FAILED, "reject": EventKind.REJECTED,
    "snooze": EventKind.SNOOZED,
}  # fmt: skip
"""What a settlement leaves there; a release is what a lost process leaves, too."""
UNDONE = frozenset({EventKind.LOST, EventKind.RELEASED})


def kept(told: Told, final: Final) -> Iterator[Violation]:
    """I1: every job whose enqueue was acknowledged is there as it was, or was removed by rule."""
    absent = 0
    for stored in told.stored.values():
        key = _key(stored)
        row = final.rows.get(stored.id)
        absent += row is None
        if row is None and not _may_be_gone(told, stored.id):
            yield Violation("I1", f"job {stored.id} ({key}) is gone", tuple(stored.call.lines))
        elif row is not None and row.key != key:
            what = f"job {stored.id} holds {row.key!r}, not {key!r}"
            yield Violation("I1", what, tuple(stored.call.lines))
    if absent > final.removed:
        yield Violation("I1", f"{absent} jobs are gone, {final.removed} count as removed")


def _key(stored: Stored) -> str:
    place = stored.call.data["ids"].index(stored.id)
    key: str = stored.call.data["keys"][place]
    return key


def _may_be_gone(told: Told, job_id: str) -> bool:
    """Whether it was erased, or done and so retention's."""
    erased = any(call.op == "erase" for call in told.touched[job_id])
    return erased or job_id in told.ran


def handed_out(told: Told, final: Final) -> Iterator[Violation]:
    """I1: each job is handed out with the payload that was stored."""
    keys = {job_id: _key(stored) for job_id, stored in told.stored.items()}
    for call in told.of("claim"):
        for job_id, _, key, *_ in call.data.get("jobs", ()):
            if key != keys.get(job_id, key):
                what = f"job {job_id} was handed out as {key!r}, stored as {keys[job_id]!r}"
                yield Violation("I1", what, (*told.stored[job_id].call.lines, call.lines[-1]))


def repeats(told: Told, final: Final) -> Iterator[Violation]:
    """I1: the job that an enqueue was told is there already, is there."""
    for call in told.of("enqueue"):
        pairs = zip(call.data.get("ids", ()), call.data.get("repeats", ()), strict=False)
        for job_id, repeated in pairs:
            if repeated and job_id not in final.rows and not _may_be_gone(told, job_id):
                yield Violation("I1", f"job {job_id}, there already, is gone", tuple(call.lines))


def nothing_else(told: Told, final: Final) -> Iterator[Violation]:
    """I2: no job is there that nobody enqueued, none twice, and no schedule fired twice."""
    keys = {key for call in told.of("enqueue") if call.possible for key in call.data["keys"]}
    seen: dict[str, str] = {}
    for row in final.rows.values():
        if row.key not in keys and not row.key.startswith(TICK):
            yield Violation("I2", f"nobody enqueued job {row.id} ({row.key!r})")
        if row.key in seen and not row.key.startswith(TICK):
            yield Violation("I2", f"jobs {seen[row.key]} and {row.id} are both {row.key!r}")
        seen[row.key] = row.id


def unique(told: Told, final: Final) -> Iterator[Violation]:
    """I2: no two jobs that certainly lived at once hold the same unique key."""
    holders: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    for stored in lasting(told, final):
        if stored.unique is not None:
            holders[stored.queue, stored.unique].append(stored)
    for (queue, key), some in holders.items():
        some.sort(key=lambda one: one.call.ended)
        for one, other in pairwise(some):
            if one.lives_through(other.call):
                what = f"jobs {one.id} and {other.id} of {queue} hold the unique key {key!r}"
                yield Violation("I2", what, (*one.call.lines, *other.call.lines))


def whole(told: Told, final: Final) -> Iterator[Violation]:
    """I10: of an enqueue whose outcome was not told, or that raised, all or nothing is there."""
    there = {row.key for row in final.rows.values()}
    there |= {job[2] for call in told.of("claim") for job in call.data.get("jobs", ())}
    there |= {key for call in told.of("erase") for key in call.data["keys"]}
    for call in told.of("enqueue"):
        keys = set(call.data["keys"])
        again = sum(call.data.get("repeats", ()))
        if 0 < again < len(call.data["keys"]):
            what = f"a repeated call found {again} of its jobs there"
            yield Violation("I10", what, tuple(call.lines))
        found = there & keys
        if not call.ok and found and len(found) < len(keys):
            what = f"{len(found)} of {len(keys)} jobs of one call are there"
            yield Violation("I10", what, tuple(call.lines))


def together(told: Told, final: Final) -> Iterator[Violation]:
    """I10: a job that joined a program's transaction is there where the program's row is."""
    there = {row.key for row in final.rows.values()}
    there |= {job[2] for call in told.of("claim") for job in call.data.get("jobs", ())}
    there |= {key for call in told.of("erase") for key in call.data["keys"]}
    for call in told.of("enqueue"):
        for key in call.data["keys"] if call.data.get("joined") else ():
            if (key in there) != (key in final.program) and not _repeated(call):
                whose = "the job" if key in there else "the program's row"
                what = f"of the transaction of {key!r} only {whose} is there"
                yield Violation("I10", what, tuple(call.lines))


def _repeated(call: Call) -> bool:
    return any(call.data.get("repeats", ()))


def raised(told: Told, final: Final) -> Iterator[Violation]:
    """I10: no verb was done to a job more often than it was asked for without raising."""
    at_large = {call.data["verb"] for call in told.of("operation")}
    for row in final.rows.values():
        for verb, kind in LEAVES.items():
            asked = [call for call in told.touched.get(row.id, ()) if call.op == verb]
            if row.count(kind) > len(asked) and verb not in at_large:
                what = f"job {row.id}: {row.count(kind)} times {kind}, asked for {len(asked)} times"
                yield Violation("I10", what, tuple(line for call in asked for line in call.lines))


def batches(told: Told, final: Final) -> Iterator[Violation]:
    """I10: of a batch of settlements that was cut short, all or none was done."""
    for call in told.of("settle"):
        if call.ok or not call.possible:
            continue
        done = {
            _became(row, fence, kind)
            for job_id, fence, kind in call.data["leases"]
            if (row := final.rows.get(job_id)) and _is_certain(told, job_id, fence, call)
        }
        if {True, False} <= done:
            what = "of a batch that was cut short only a part is done"
            yield Violation("I10", what, tuple(call.lines))


def _became(row: Row, fence: int, kind: str) -> bool | None:
    """Whether the lease was settled as asked; None: it cannot be told."""
    ends = {event for event, of in row.events if of == fence}
    if kind not in SETTLES:
        return None
    if SETTLES[kind] in ends:
        return True
    return False if ends & UNDONE else None


def _is_certain(told: Told, job_id: str, fence: int, call: Call) -> bool:
    """Whether the lease certainly held until its client was gone."""
    lease = next((one for one in told.leases.get(job_id, ()) if one.fence == fence), None)
    if lease is None or told.touched.get(job_id) or (job_id, fence) in told.extended:
        return False
    gone = told.gone.get(call.client, NEVER)
    once = sum(one.fence == fence for one in told.settled[job_id]) == 1
    return once and gone < lease.call.began + lease.length_ns
