"""Short hands for flows in the contract suite: families written as nested words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pillarbox_engine.flows import NewFlow
from pillarbox_engine.leasing import Claimed
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.states import OnChildFailure, State
from tests.contract.workshop import QUEUE, Workshop


def member(
    name: str = "parent", *children: NewFlow, queue: str = QUEUE, policy: str = "fail",
    **options: Any,
) -> NewFlow:  # fmt: skip
    """A job of type `name`, with children."""
    job = NewJob(payload_json=json.dumps(name), type=name, **options)
    return NewFlow(queue=queue, job=job, children=children, on_child_failure=OnChildFailure(policy))


@dataclass(frozen=True, slots=True)
class Family:
    """A stored flow: its ids by the names of its members."""

    shop: Workshop
    ids: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def states(self, *names: str) -> list[State]:
        return [self.shop.state(self.ids[name]) for name in names]

    def take(self, name: str, queue: str = QUEUE) -> Claimed:
        """Claim this one; fails where it may not run."""
        (claimed,) = self.shop.claim(queues=(queue,), types=frozenset({name}))
        return claimed

    def done(self, *names: str, queue: str = QUEUE) -> None:
        for name in names:
            self.shop.ack(self.take(name, queue), f"result of {name}")

    def dead(self, name: str, queue: str = QUEUE) -> None:
        self.shop.reject(self.take(name, queue))

    def shown(self, name: str) -> list[tuple[str, str]]:
        """What the handler of a parent is shown: types and states."""
        return [(c.type, str(c.state)) for c in self.shop.backend.children(self.ids[name])]


def store(shop: Workshop, flow: NewFlow) -> Family:
    """Enqueue a flow whose members have names of their own."""
    answer = shop.backend.enqueue_flow(flow)
    ids: dict[str, str] = {}
    _name(shop, answer.id, flow, ids)
    return Family(shop, ids)


def _name(shop: Workshop, job_id: str, flow: NewFlow, ids: dict[str, str]) -> None:
    ids[flow.job.type] = job_id
    children: Sequence[Any] = shop.backend.flow(job_id).children
    for child, given in zip(children, flow.children, strict=True):
        assert child.type == given.job.type
        _name(shop, child.id, given, ids)


def simple(shop: Workshop, policy: str = "fail", **options: Any) -> Family:
    """A parent with the children a, b and c."""
    return store(
        shop, member("parent", member("a"), member("b"), member("c"), policy=policy, **options)
    )


def nothing_added(shop: Workshop, answer: Enqueued, total: int) -> bool:
    return answer.conflict and shop.counts().enqueued_total == total
