"""Random lives of random families, on every backend, step by step against a plain tree."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import NotFound
from pillarbox_engine.flows import NewFlow
from pillarbox_engine.leasing import (
    Ack,
    CancelLease,
    ClaimRequest,
    LeaseRef,
    Lost,
    Nack,
    Reject,
    Release,
    Settlement,
)
from pillarbox_engine.model import BulkResult, Failure, NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import OnChildFailure, State
from tests.contract.workshop import open_store
from tests.stateful.flow_model import FlowModel, Member

QUEUES = ("one", "two")
FAILURE = Failure(type="ValueError", message="broken", fingerprint="f")
SETTINGS = QueueSettings(lease=1e4, max_attempts=1_000, max_lost=1_000, keep_done_for=1e9)
places = st.integers(min_value=0, max_value=20)
policies = st.sampled_from(list(OnChildFailure))
ENDINGS: dict[State, Callable[[LeaseRef], Settlement]] = {
    State.DONE: lambda lease: Ack(lease=lease, result_json="1"),
    State.DEAD: lambda lease: Reject(lease=lease, failure=FAILURE),
    State.CANCELLED: lambda lease: CancelLease(lease=lease, reason="no need"),
    State.SCHEDULED: lambda lease: Nack(lease=lease, failure=FAILURE, delay=60.0),
}

Tree = tuple[OnChildFailure, list["Tree"]]
leaves: st.SearchStrategy[Tree] = st.tuples(policies, st.just([]))
trees: st.SearchStrategy[Tree] = st.recursive(
    leaves, lambda below: st.tuples(policies, st.lists(below, min_size=1, max_size=3)), max_leaves=7
)


def member_of(tree: Tree, name: str = "r") -> Member:
    policy, below = tree
    children = [member_of(child, f"{name}{place}") for place, child in enumerate(below)]
    return Member(name, policy, children=children)


def flow_of(member: Member) -> NewFlow:
    return NewFlow(
        queue=QUEUES[len(member.name) % 2],
        job=NewJob(payload_json=f'"{member.name}"', type=member.name),
        children=tuple(flow_of(child) for child in member.children),
        on_child_failure=member.policy,
    )


class FlowMachine(RuleBasedStateMachine):
    """Does the same to a backend and to the model, and compares them after every step."""

    kind = ""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / "jobs.pillarbox"
        self.backend = open_store(self.kind, path, ManualClock())
        for queue in QUEUES:
            self.backend.configure(queue, SETTINGS)
        self.leases: dict[str, LeaseRef] = {}
        self.ids: dict[str, str] = {}

    @initialize(tree=trees)
    def enqueue(self, tree: Tree) -> None:
        self.model = FlowModel(member_of(tree))
        answer = self.backend.enqueue_flow(flow_of(self.model.root))
        self._name(answer.id, self.model.root)

    def _name(self, job_id: str, member: Member) -> None:
        self.ids[member.name] = job_id
        children = self.backend.flow(job_id).children
        for relative, child in zip(children, member.children, strict=True):
            self._name(relative.id, child)

    def teardown(self) -> None:
        try:
            assert self.backend.check() == ()
        finally:
            self.backend.close()
            self._folder.cleanup()

    # What workers do

    @rule(place=places)
    def claim(self, place: int) -> None:
        ready = self.model.runnable()
        wanted = frozenset(ready[place % len(ready) : place % len(ready) + 1] if ready else ["r"])
        claimed = self.backend.claim(ClaimRequest(queues=QUEUES, types=wanted))
        assert [job.type for job in claimed] == [name for name in wanted if name in ready]
        for job in claimed:
            self.leases[job.type] = job.lease
            self.model.claim(job.type)

    def _held(self, place: int) -> str:
        return sorted(self.leases)[place % len(self.leases)]

    @precondition(lambda self: self.leases)
    @rule(place=places, state=st.sampled_from([*ENDINGS, State.DONE, State.DONE]))
    def settle(self, place: int, state: State) -> None:
        name = self._held(place)
        self._see(name)
        assert self.backend.settle([ENDINGS[state](self.leases.pop(name))]) == [None]
        self.model.end(name, state)

    @precondition(lambda self: self.leases)
    @rule(place=places, kind=st.sampled_from([Release, Lost]))
    def give_back(self, place: int, kind: Callable[..., Settlement]) -> None:
        name = self._held(place)
        if kind is Lost:  # a job that was lost counts as one that has run
            self.model.members[name].attempt += 1
        assert self.backend.settle([kind(lease=self.leases.pop(name))]) == [None]
        self.model.give_back(name)

    def _see(self, name: str) -> None:
        """A handler is shown what its children are now, those done alone under `ignore`."""
        member = self.model.members[name]
        expected = {
            child.name: child.was if child.was and not child.pending else child.state
            for child in member.children
            if not child.gone
        }
        if member.policy is OnChildFailure.IGNORE:
            expected = {n: state for n, state in expected.items() if state is State.DONE}
        seen = self.backend.children(self.ids[name])
        assert {child.type: child.state for child in seen} == expected
        assert [child.type for child in seen] == list(expected)
        assert all((child.result == 1) is child.ok for child in seen)

    # What operators do

    def _apply(self, verb: str, place: int) -> None:
        name = sorted(self.ids)[place % len(self.ids)]
        result: BulkResult = getattr(self.backend, verb)([self.ids[name]])
        assert bool(result.changed) is getattr(self.model, verb)(name)
        self.leases = {
            name: lease for name, lease in self.leases.items()
            if self.model.members[name].state is State.LEASED
        }  # fmt: skip

    @rule(place=places, verb=st.sampled_from(["cancel", "requeue", "requeue"]))
    def end_or_revive(self, place: int, verb: str) -> None:
        self._apply(verb, place)

    @rule(place=places, verb=st.sampled_from(["purge", "restore", "restore", "erase"]))
    def trash(self, place: int, verb: str) -> None:
        self._apply(verb, place)

    # What must hold

    @invariant()
    def states_agree(self) -> None:
        for name, member in self.model.members.items():
            try:
                state = self.backend.job(self.ids[name]).state
            except NotFound:
                assert member.gone, name
            else:
                assert (name, state) == (name, member.state)

    @invariant()
    def no_parent_that_could_start_has_a_pending_child(self) -> None:
        for member in self.model.members.values():
            if member.state in (State.READY, State.SCHEDULED) and not member.gone:
                assert not member.waits


class MemoryFlowMachine(FlowMachine):
    kind = "memory"


class SqliteFlowMachine(FlowMachine):
    kind = "sqlite"


_LIMITS = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

TestMemoryFlowMachine = MemoryFlowMachine.TestCase
TestMemoryFlowMachine.settings = _LIMITS
TestSqliteFlowMachine = SqliteFlowMachine.TestCase
TestSqliteFlowMachine.settings = _LIMITS
