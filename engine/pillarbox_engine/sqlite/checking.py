"""Is the file whole, and is any promise broken?

Owns the check: SQLite's own integrity, the schema, counters against rows and against the chain of
commits, the ledger, leases without a process, the lines of groups, and every payload's checksum.
It only reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import apsw

from pillarbox_engine.errors import DamagedFile
from pillarbox_engine.lines import Line
from pillarbox_engine.sqlite import blobs, chain, counting, schema
from pillarbox_engine.sqlite.connection import is_blind, unseen
from pillarbox_engine.sqlite.files import Place
from pillarbox_engine.sqlite.memo import COUNTERS, Head
from pillarbox_engine.sqlite.overview import all_queues, counts_of
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.states import LIVE_STATES, State

_HEADLINE = "*** in database main ***\n"
MOST = 20
"""Problems told of one kind."""


def check(reading: Reading, expected: Head | None, place: Place) -> tuple[str, ...]:
    """Every broken promise found, in words; empty: the file is whole.

    `expected` is the highest head noted beside the file, None where there is none. What damage
    makes unreadable is one of the problems.
    """
    sections = {
        "the WAL": _unseen(place),
        "the database": _integrity(reading),
        "the schema": schema.differences(reading),
        "the chain of commits": _chain(reading, expected),
        "the counters": _counted(reading),
        "the ledger": _ledgers(reading),
        "leases and history": _strays(reading),
        "the groups": _groups(reading),
        "the payloads": _payloads(reading, place.side),
    }
    return tuple(problem for name, found in sections.items() for problem in _told(name, found))


def _told(name: str, problems: Iterator[str]) -> Iterator[str]:
    """The first of them, and how many more there are; what cannot be read is one of them."""
    more = 0
    try:
        for number, problem in enumerate(problems):
            if number < MOST:
                yield problem
            more = max(0, number + 1 - MOST)
    except (apsw.BusyError, apsw.InterruptError):
        raise
    except _UNREADABLE as error:
        yield f"{name} cannot be read to the end: {error}"
    if more:
        yield f"{name}: {more:,} more of these"


_UNREADABLE = (apsw.Error, DamagedFile, ValueError, TypeError, LookupError)
"""What reading raises where the file holds what nobody stored."""


def _unseen(place: Place) -> Iterator[str]:
    if place.read_only and is_blind(place.path):
        yield unseen(place.path)


def _integrity(reading: Reading) -> Iterator[str]:
    for (text,) in reading.each("integrity"):
        if text != "ok":
            yield f"SQLite's integrity check: {text.removeprefix(_HEADLINE)}"


def _chain(reading: Reading, expected: Head | None) -> Iterator[str]:
    if expected is not None and not chain.holds(reading.connection, expected):
        yield f"the file is older than commit {expected.sequence}, noted beside it"
    verdict = chain.verify(reading.connection)
    yield from verdict.problems
    found = _from_chain(verdict)
    yield from _differences(_counters(reading), found, "the chain of commits")


def _counted(reading: Reading) -> Iterator[str]:
    yield from _differences(_counters(reading), _from_rows(reading), "its rows", only_rows=True)


def _groups(reading: Reading) -> Iterator[str]:
    """Groups in which not exactly the head may be claimed: nothing else keeps their order."""
    queues = {queue.id: queue for queue in all_queues(reading)}
    for queue_id, group, *figures in reading.rows("group_lines"):
        queue = queues[queue_id]
        for fault in Line(*figures).faults(queue.settings.group_retry):
            yield f"group {group!r} of queue {queue.name!r}: {fault}"
    if astray := reading.row("ungrouped_holds")[0]:
        yield f"{astray} jobs are held back by a group they have not"


def _counters(reading: Reading) -> dict[int, dict[str, int]]:
    found = counting.of_all(reading)
    return {queue_id: dict(zip(COUNTERS, row, strict=True)) for queue_id, row in found.items()}


_ROW_FIELDS = (*(str(state) for state in State), "bytes", "retrying", "trashed_done",
               "trashed_dead")  # fmt: skip


def _from_rows(reading: Reading) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_ROW_FIELDS, 0))
    for queue_id, state, number, size, retrying, done, dead in reading.rows("rows_by_state"):
        fields = found[queue_id]
        fields[state] = number
        fields["bytes"] += size if state in LIVE_STATES else 0
        fields["retrying"] += retrying
        fields["trashed_done"] += done
        fields["trashed_dead"] += dead
    return found


def _from_chain(verdict: chain.Verdict) -> dict[int, dict[str, int]]:
    return {int(queue_id): fields for queue_id, fields in verdict.counters.items()}


def _differences(
    counters: dict[int, dict[str, int]], other: dict[int, dict[str, int]], what: str, *,
    only_rows: bool = False,
) -> Iterator[str]:  # fmt: skip
    for queue_id in sorted(counters.keys() | other.keys()):
        kept, found = counters.get(queue_id, {}), other.get(queue_id, {})
        for field in _ROW_FIELDS if only_rows else COUNTERS:
            if kept.get(field, 0) != found.get(field, 0):
                yield (
                    f"queue {queue_id}: the counter {field} is {kept.get(field, 0)}, "
                    f"{what} say {found.get(field, 0)}"
                )


def _ledgers(reading: Reading) -> Iterator[str]:
    for queue_id, row in counting.of_all(reading).items():
        ledger = counts_of(row).ledger()
        rest = sum(ledger[field] for field in ("done", "dead", "cancelled", "waiting"))
        if ledger["enqueued"] != rest:
            yield (
                f"queue {queue_id}: {ledger['enqueued']} were enqueued and {rest} are accounted for"
            )


def _strays(reading: Reading) -> Iterator[str]:
    for (number,) in reading.rows("orphan_leases"):
        yield f"job {number} is leased to a process that is not registered"
    for (number,) in reading.rows("miscounted_parents"):
        yield f"job {number} waits, or does not, against what its children are"
    for (name,) in reading.rows("repeating_schedules"):
        yield f"schedule {name!r} is to fire again for a time it has dealt with"
    if events := reading.row("orphan_events")[0]:
        yield f"{events} entries of history belong to no job"
    if unknown := reading.row("unknown_states")[0]:
        yield f"{unknown} jobs are in a state that does not exist"


def _payloads(reading: Reading, side: Path) -> Iterator[str]:
    for number, payload, blob, expected in reading.each("payloads"):
        try:
            blobs.whole(side, number, payload.decode(), blob, expected)
        except (UnicodeDecodeError, AttributeError):
            yield f"the payload of job {number} is not what was stored: it is no text"
        except DamagedFile as damage:
            yield f"the payload of job {number} is not what was stored: {damage.reason}"
