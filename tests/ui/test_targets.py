"""Which jobs an action is about, and when it is possible at all."""

from __future__ import annotations

from dataclasses import replace

from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Counts, DeadGroup, QueueSummary
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import DeadReason, State, Verb
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.target import TargetKind
from pillarbox_ui.targets import (
    Situation,
    enabled,
    export_target,
    purge_target,
    replay_target,
    verb_target,
)
from tests.ui.kit import NOW, summary

QUEUE = QueueSummary(
    name="email", settings=QueueSettings(), paused=False, draining=False,
    counts=Counts(ready=10, dead=4, done=6),
)  # fmt: skip
ON_QUEUE = Snapshot(
    as_of=NOW, queues=(QUEUE,), matching=20,
    interest=Interest(view=View.QUEUE, queue="email", where=Filter(queues=("email",))),
)  # fmt: skip
DEAD, READY = summary("1", state=State.DEAD), summary("2", queue="sms")


def test_selected_jobs_are_meant_where_the_verb_applies() -> None:
    now = Situation(snapshot=ON_QUEUE, jobs=(DEAD, READY), queue="email")
    replayed, requeued = verb_target(now, Verb.REPLAY), verb_target(now, Verb.REQUEUE)
    assert replayed is not None
    assert replayed.where == Filter(ids=("1",))
    assert replayed.queue == "email"
    assert requeued is not None
    assert (requeued.count, requeued.queue) == (2, None)
    assert verb_target(now, Verb.RELEASE) is None


def test_with_no_selection_replay_means_the_dead_of_the_page() -> None:
    target = replay_target(Situation(snapshot=ON_QUEUE, queue="email"))
    assert target is not None
    assert target.where == Filter(queues=("email",), states=frozenset({State.DEAD}))
    assert (target.kind, target.count) == (TargetKind.FILTER, 4)
    assert target.text == "4 jobs in email"


def test_a_filter_is_named_in_what_is_meant() -> None:
    interest = replace(ON_QUEUE.interest, typed="error:late")
    target = purge_target(Situation(snapshot=replace(ON_QUEUE, interest=interest)))
    assert target is not None
    assert target.text == "20 jobs in email matching error:late"


def test_purging_a_page_never_touches_the_trash() -> None:
    target = purge_target(Situation(snapshot=ON_QUEUE))
    assert target is not None
    assert State.TRASHED not in target.where.states
    assert State.READY in target.where.states


def test_on_the_overview_only_a_chosen_queue_can_be_purged() -> None:
    overview = replace(ON_QUEUE, interest=Interest(), matching=0)
    assert purge_target(Situation(snapshot=overview)) is None
    target = purge_target(Situation(snapshot=overview, queue="email"))
    assert target is not None
    assert (target.where.queues, target.count) == (("email",), 20)


def test_actions_follow_the_selection() -> None:
    on = enabled(Situation(snapshot=ON_QUEUE, jobs=(DEAD,), queue="email"))
    assert on["replay"]
    assert on["requeue"]
    assert on["duplicate"]
    assert not on["release"]
    assert not on["restore"]
    assert not on["undo"]


def test_a_read_only_file_forbids_every_write() -> None:
    on = enabled(Situation(snapshot=ON_QUEUE, jobs=(DEAD,), queue="email", read_only=True))
    assert on["copy-id"]
    assert not any(on[name] for name in ("new", "import", "replay", "purge", "pause", "trash"))


def test_on_the_overview_an_export_is_of_the_whole_file_but_the_trash() -> None:
    overview = replace(
        ON_QUEUE, interest=Interest(), matching=0, totals=Counts(ready=2, done=3, trashed=9)
    )
    target = export_target(Situation(snapshot=overview))
    assert target is not None
    assert (target.count, target.text) == (5, "5 jobs in all queues")
    assert State.TRASHED not in target.where.states
    assert export_target(Situation(snapshot=replace(overview, totals=Counts()))) is None


def test_an_export_is_of_what_is_selected_or_listed_and_possible_on_a_read_only_file() -> None:
    now = Situation(snapshot=ON_QUEUE, read_only=True)
    listed = export_target(now)
    assert listed is not None
    assert listed.text == "20 jobs in email"
    assert enabled(now)["export"]
    chosen = export_target(replace(now, jobs=(DEAD,)))
    assert chosen is not None
    assert chosen.where == Filter(ids=("1",))


def test_a_group_that_was_just_chosen_is_meant_alone_before_its_jobs_were_read() -> None:
    all_dead = replace(
        ON_QUEUE, matching=20,
        interest=Interest(view=View.DEAD_LETTERS, where=Filter(states=frozenset({State.DEAD}))),
    )  # fmt: skip
    group = DeadGroup(
        fingerprint="f1", error_type="Timeout", error_message="", reason=DeadReason.EXHAUSTED,
        types=(), queues=(), count=3, first_at=NOW, last_at=NOW, last_hour=3, last_day=3,
        last_week=3,
    )  # fmt: skip
    now = Situation(snapshot=all_dead, group=group)
    for target in (replay_target(now), purge_target(now), export_target(now)):
        assert target is not None
        assert (target.where.fingerprint, target.count) == ("f1", 3)
    everything = verb_target(replace(now, everything=True), Verb.REPLAY)
    assert everything is not None
    assert (everything.where.fingerprint, everything.count) == ("f1", 3)
