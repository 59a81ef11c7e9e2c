"""The standing offers of this process' pools to the transactions that store jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pillarbox_engine.leasing import Claimed
from pillarbox_engine.standing import Offer

Handed = list[tuple[Offer, Sequence[Claimed]]]
"""Jobs on their way: who took them, and the leases."""


@dataclass(slots=True)
class Offers:
    """Who takes jobs as they are stored; `process_id` is this process in the register."""

    process_id: int = 0
    standing: tuple[Offer, ...] = field(default=())

    def add(self, offer: Offer) -> None:
        """Count with an offer from now on."""
        self.standing = (*self.standing, offer)

    def drop(self, offer: Offer) -> None:
        """Count with it no more; what it has reserved by now is still delivered."""
        self.standing = tuple(one for one in self.standing if one is not offer)

    def may_take(self, queue: str, type: str) -> bool:
        """Whether an offer would take a job of that type."""
        return any(offer.takes(queue, type) for offer in self.standing)

    def reserve(self, queue: str, types: set[str], jobs: int) -> Offer | None:
        """An offer that takes `jobs` jobs of these types, with room for them reserved."""
        for offer in self.standing:
            if all(offer.takes(queue, type) for type in types) and offer.reserve(jobs):
                return offer
        return None


def deliver(handed: Handed) -> None:
    """The jobs are durable: to their workers with them."""
    for offer, claimed in handed:
        offer.deliver(claimed)


def give_back(handed: Handed) -> None:
    """Nothing was stored: the workers are as idle as before."""
    for offer, claimed in handed:
        offer.give_back(len(claimed))
    handed.clear()
