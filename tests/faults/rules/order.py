"""I7: the order of groups, and of the jobs of a queue that nothing has moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tests.faults.final import Final
from tests.faults.history import Call
from tests.faults.rules.certain import lasting
from tests.faults.told import Lease, Stored, Told, Violation

DEFAULT_PRIORITY = 500
Rank = tuple[int, int]


def in_turn(told: Told, final: Final) -> Iterator[Violation]:
    """Of a group one job at a time is leased, and none before an older one that lives."""
    groups: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    certain = {stored.id for stored in lasting(told, final)}
    for stored in told.stored.values():
        if stored.group is not None:
            groups[stored.queue, stored.group].append(stored)
    for (queue, group), members in groups.items():
        where = f"{queue}'s group {group}"
        yield from _at_once(told, where, members)
        waiting = [one for one in members if one.id in certain and not one.delayed]
        yield from _overtaken(told, where, waiting, members)


def _at_once(told: Told, where: str, members: list[Stored]) -> Iterator[Violation]:
    leases = [(lease, one.id) for one in members for lease in told.leases.get(one.id, ())]
    leases.sort(key=lambda pair: (pair[0].claimed_us, pair[0].call.ended))
    for (one, first), (other, second) in pairwise(leases):
        if (
            first != second
            and one.over > other.call.ended
            and told.holds(first, one, other.call, other.claimed_us)
        ):
            what = f"jobs {first} and {second} of {where} were leased at once"
            yield Violation("I7", what, (*one.call.lines[-1:], *other.call.lines[-1:]))


def _overtaken(
    told: Told, where: str, waiting: list[Stored], members: list[Stored]
) -> Iterator[Violation]:
    for later in members:
        for lease in told.leases.get(later.id, ()):
            for one in waiting:
                older = int(one.id) < int(later.id)
                if older and not _handed(lease) and one.lives_through(lease.call):
                    what = f"job {later.id} of {where} was claimed before job {one.id} had ended"
                    yield Violation("I7", what, (*one.call.lines, lease.call.lines[-1]))


def _handed(lease: Lease) -> bool:
    """Whether it was leased as it was stored: when, its client does not know."""
    return bool(lease.call.data.get("handed"))


def by_priority(told: Told, final: Final) -> Iterator[Violation]:
    """Best priority first, first in first out within one: of jobs claimed for the first time."""
    queues: dict[str, list[tuple[Rank, Stored, Call]]] = defaultdict(list)
    for stored in lasting(told, final):
        if (call := _first_claim(told, stored)) is not None:
            queues[stored.queue].append((_rank(told, stored), stored, call))
    for queue, some in queues.items():
        yield from _in_order(queue, some)


def _first_claim(told: Told, stored: Stored) -> Call | None:
    """Of a job that stood in line from its enqueue on: the claim that took it."""
    leases = told.leases.get(stored.id)
    if not leases or stored.group is not None or stored.delayed:
        return None
    first = leases[0]
    moved = any(touch.began < first.call.ended for touch in told.touched[stored.id])
    return None if first.fence != 1 or _handed(first) or moved else first.call


def _rank(told: Told, stored: Stored) -> Rank:
    usual = told.limits.get(stored.queue, {}).get("priority", DEFAULT_PRIORITY)
    return (usual if stored.priority is None else stored.priority, int(stored.id))


def _in_order(queue: str, some: list[tuple[Rank, Stored, Call]]) -> Iterator[Violation]:
    """Each against the one claimed last, though it is behind, of those claimed before it."""
    ranks = {rank: place for place, rank in enumerate(sorted(entry[0] for entry in some), 1)}
    latest = _Latest(len(ranks))
    before = sorted(some, key=lambda entry: entry[2].ended)
    taken = 0
    for rank, stored, call in sorted(some, key=lambda entry: entry[2].began):
        while taken < len(before) and before[taken][2].ended < call.began:
            latest.add(ranks[before[taken][0]], before[taken])
            taken += 1
        behind = latest.behind(ranks[rank])
        if behind is not None and stored.call.ended < behind[2].began:
            what = f"job {behind[1].id} of {queue} was claimed before job {stored.id}"
            lines = (*stored.call.lines, behind[2].lines[-1], call.lines[-1])
            yield Violation("I7", what, lines)


class _Latest:
    """Of claims by rank: which of those behind a rank began last (a Fenwick tree of maxima)."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tree: list[tuple[Rank, Stored, Call] | None] = [None] * (size + 2)

    def add(self, place: int, entry: tuple[Rank, Stored, Call]) -> None:
        """Note a claim at a rank."""
        place = self._size + 1 - place
        while place <= self._size:
            held = self._tree[place]
            if held is None or held[2].began < entry[2].began:
                self._tree[place] = entry
            place += place & -place

    def behind(self, place: int) -> tuple[Rank, Stored, Call] | None:
        """Of those at greater ranks, the one that began last."""
        place, found = self._size - place, None
        while place > 0:
            held = self._tree[place]
            if held is not None and (found is None or found[2].began < held[2].began):
                found = held
            place -= place & -place
        return found
