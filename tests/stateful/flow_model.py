"""Flows as a plain tree of dictionaries: the rules of docs/lifecycle.md, word for word.

Owns `FlowModel`. It keeps no count of anything: whether a parent waits is looked up in its
children each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pillarbox_engine.states import LIVE_STATES, OnChildFailure, State

S = State
UNSTARTED = (S.WAITING, S.SCHEDULED, S.READY)
FAILED = (S.DEAD, S.CANCELLED)


@dataclass(slots=True)
class Member:
    """A job of the tree. `was`: the state it lies in the trash from; `later`: it is not due."""

    name: str
    policy: OnChildFailure
    parent: Member | None = None
    children: list[Member] = field(default_factory=list)
    state: State = S.READY
    was: State | None = None
    attempt: int = 0
    later: bool = False
    gone: bool = False

    @property
    def pending(self) -> bool:
        return not self.gone and (self.was or self.state) in LIVE_STATES

    @property
    def waits(self) -> bool:
        return any(child.pending for child in self.children)


class FlowModel:
    """What verbs do to a tree, by name; each answers whether it applied."""

    def __init__(self, root: Member) -> None:
        self.root = root
        self.members: dict[str, Member] = {}
        self._enter(root)

    def _enter(self, member: Member) -> None:
        self.members[member.name] = member
        member.state = S.WAITING if member.children else S.READY
        for child in member.children:
            child.parent = member
            self._enter(child)

    def runnable(self) -> list[str]:
        return [name for name, member in self.members.items() if member.state is S.READY]

    def claim(self, name: str) -> None:
        self.members[name].state = S.LEASED
        self.members[name].attempt += 1

    def end(self, name: str, state: State) -> None:
        """Its lease ends: done, dead, cancelled, or back to work as ready or scheduled."""
        self.members[name].later = state is S.SCHEDULED
        self._become(self.members[name], state)

    def give_back(self, name: str) -> None:
        self.members[name].attempt -= 1
        self._become(self.members[name], S.READY)

    def cancel(self, name: str) -> bool:
        member = self.members[name]
        if member.gone or member.state not in LIVE_STATES:
            return False
        self._become(member, S.CANCELLED)
        return True

    def requeue(self, name: str) -> bool:
        member = self.members[name]
        if member.gone or member.state in (S.WAITING, S.LEASED, S.TRASHED):
            return False
        member.later = False
        if member.state in (S.READY, S.SCHEDULED):
            member.state = S.READY
        else:
            self._revive(member)
        return True

    def purge(self, name: str) -> bool:
        member = self.members[name]
        if member.gone or member.state in (S.LEASED, S.TRASHED):
            return False
        member.was, member.state = member.state, S.TRASHED
        return True

    def restore(self, name: str) -> bool:
        member = self.members[name]
        if member.gone or member.state is not S.TRASHED:
            return False
        member.state, member.was = member.was or S.CANCELLED, None
        self._settle_down(member)
        return True

    def erase(self, name: str) -> bool:
        member = self.members[name]
        if member.gone or member.state is not S.TRASHED:
            return False
        pending, member.gone = member.pending, True
        if pending:
            self._failed(member)
        return True

    # What follows from it

    def _revive(self, member: Member) -> None:
        along = []
        if member.policy is OnChildFailure.FAIL or member.attempt == 0:
            along = [c for c in member.children if not c.gone and c.state in FAILED]
        member.attempt, member.later = 0, False
        self._become(member, S.READY)
        for child in along:
            self._revive(child)

    def _become(self, member: Member, state: State) -> None:
        before, pending = member.state, member.pending
        member.state = state
        if pending and not member.pending:
            self._ended(member)
        elif member.pending and not pending and member.parent is not None:
            self._await(member.parent)
        if before is S.WAITING and state in FAILED:
            self._call_off(member)
        self._settle_down(member)

    def _ended(self, member: Member) -> None:
        if member.state is not S.DONE:
            self._failed(member)
        elif member.parent is not None:
            self._proceed(member.parent)

    def _failed(self, member: Member) -> None:
        parent = member.parent
        if parent is None or parent.gone or parent.state is not S.WAITING:
            return
        if parent.policy is OnChildFailure.FAIL:
            self._become(parent, S.DEAD)
        else:
            self._proceed(parent)

    def _settle_down(self, member: Member) -> None:
        """It came back, or its lease ended, in a state its children may not agree with."""
        if member.state is not S.WAITING:
            self._await(member)
            return
        ended = [c.was or c.state for c in member.children if not c.gone]
        must_fail = member.policy is OnChildFailure.FAIL and any(s in FAILED for s in ended)
        if must_fail:
            self._become(member, S.DEAD)
        else:
            self._proceed(member)

    def _await(self, member: Member) -> None:
        if not member.gone and member.state in (S.READY, S.SCHEDULED) and member.waits:
            member.state = S.WAITING

    def _proceed(self, member: Member) -> None:
        if not member.gone and member.state is S.WAITING and not member.waits:
            member.state = S.SCHEDULED if member.later else S.READY

    def _call_off(self, member: Member) -> None:
        for child in member.children:
            if not child.gone and child.state in UNSTARTED:
                self._become(child, S.CANCELLED)
