"""The register of live processes, and what becomes of a dead one's leases.

Owns recovery: jobs a dead process had really started are lost (attempt given back, lost count
raised); those it had only claimed ahead are released without any charge.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pillarbox_engine.clock import from_us
from pillarbox_engine.model import ProcessInfo
from pillarbox_engine.sqlite import marks, settle
from pillarbox_engine.sqlite.identity import Identity, is_alive, own_identity
from pillarbox_engine.sqlite.job_rows import load
from pillarbox_engine.sqlite.queue_rows import by_id
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a dead process' leases became."""

    lost: int = 0
    released: int = 0

    def __add__(self, other: Recovered) -> Recovered:
        return Recovered(self.lost + other.lost, self.released + other.released)


def register(transaction: Transaction, kind: str) -> int:
    """Add this process; its row id."""
    own = own_identity()
    row = (own.pid, own.boot_id, own.born, own.host, kind, transaction.now)
    return int(transaction.row("add_process", row)[0])


def unregister(transaction: Transaction, process_id: int) -> None:
    """Take this process off the register, with the maintainer's lease if it had it."""
    transaction.execute("drop_process", (process_id,))
    transaction.execute("leave_maintenance", (process_id,))


def leave(transaction: Transaction, process_id: int) -> None:
    """Close down well: give back what is still leased, uncharged, and leave the register."""
    _return_leases(transaction, process_id, frozenset())
    unregister(transaction, process_id)


def serve(
    transaction: Transaction, process_id: int, queues: Sequence[str], threads: int, given_up: int,
    types: Mapping[str, Sequence[str]] | None = None,
) -> None:  # fmt: skip
    """Note what this process' workers serve: each queue's types, null for any."""
    served = {name: None if types is None else types.get(name) for name in sorted(queues)}
    row = (threads, given_up, json.dumps(served), process_id)
    transaction.execute("set_serving", row)


def dead_processes(reading: Reading | Transaction, own: int) -> list[int]:
    """Registered processes that certainly no longer run."""
    return [
        row[0] for row in reading.rows("all_processes")
        if row[0] != own and not is_alive(Identity(row[1], row[2], row[3], row[4]))
    ]  # fmt: skip


def recover(transaction: Transaction, side: Path, process_ids: Sequence[int]) -> Recovered:
    """Return the leases of dead processes and take them off the register."""
    total = Recovered()
    for process_id in process_ids:
        total += _return_leases(transaction, process_id, marks.read(side, process_id))
        unregister(transaction, process_id)
    return total


def _return_leases(
    transaction: Transaction, process_id: int, started: frozenset[tuple[int, int]]
) -> Recovered:
    queues, lost, released = by_id(transaction), 0, 0
    for number, fence in transaction.rows("leases_of_process", (process_id,)):
        job = load(transaction, number)
        if job is None:
            continue
        queue = queues[job.queue_id]
        if (number, fence) in started:
            ending = settle.lost(job, queue, detail="its process died")
            lost += 1
        else:
            ending = settle.released(detail="its process ended before it had run")
            released += 1
        settle.end_lease(transaction, queue, job, ending)
    return Recovered(lost, released)


def tidy(side: Path, registered: Callable[[], Sequence[int]]) -> None:
    """Remove head and mark files of processes that are no longer registered.

    The files are listed before the register is read, so one that appears meanwhile stays.
    """
    found = [*side.glob("head-*"), *side.glob("started-*")]
    keep = {str(number) for number in registered()}
    for path in found:
        if path.name.rpartition("-")[2] not in keep:
            path.unlink(missing_ok=True)


def _served(text: str) -> dict[str, list[str] | None]:
    """Queue → the only types served, or None; a process that never served has an empty list."""
    found = json.loads(text)
    return found if isinstance(found, dict) else dict.fromkeys(found)


def processes(reading: Reading, own: int | None) -> tuple[ProcessInfo, ...]:
    """The register, for people to see."""
    leases = dict(reading.rows("leases_by_process"))
    keeper = reading.row("maintainer")
    return tuple(
        _process(row, own, leases.get(row[0], 0), keeper is not None and keeper[0] == row[0])
        for row in reading.rows("all_processes")
    )


def _process(row: Sequence[Any], own: int | None, leased: int, maintainer: bool) -> ProcessInfo:
    served = _served(row[9])
    return ProcessInfo(
        id=str(row[0]), pid=row[1], host=row[4], kind=row[5], registered_at=from_us(row[6]),
        alive=row[0] == own or is_alive(Identity(row[1], row[2], row[3], row[4])),
        own=row[0] == own, threads=row[7], given_up=row[8], serving=tuple(served),
        types=tuple((name, tuple(only)) for name, only in served.items() if only is not None),
        leased=leased, maintainer=maintainer,
    )  # fmt: skip
