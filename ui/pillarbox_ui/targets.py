"""From what is chosen in a page to the jobs an action is about, and which actions there are.

Owns those rules; they are pure, so each is tested without a window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pillarbox_engine.filters import Filter
from pillarbox_engine.lifecycle import states_for
from pillarbox_engine.model import DeadGroup, JobSummary, Operation
from pillarbox_engine.planning import Schedule
from pillarbox_engine.states import State, Verb
from pillarbox_ui import actions
from pillarbox_ui.interest import NOT_TRASHED
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.target import Target, TargetKind, chosen
from pillarbox_ui.widgets.words import tr

_ON_JOBS = {
    "requeue": Verb.REQUEUE,
    "release": Verb.RELEASE,
    "cancel": Verb.CANCEL,
    "restore": Verb.RESTORE,
    "trash": Verb.PURGE,
}
"""Actions on selected jobs, and the verb that has to apply to at least one of them."""


_ON_SCHEDULE = ("schedule-run", "schedule-pause", "schedule-remove")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the page shows and what is chosen in it: `jobs`, or `everything` that matches.

    `queue` is the one that Pause is about.
    """

    snapshot: Snapshot
    jobs: tuple[JobSummary, ...] = ()
    everything: bool = False
    group: DeadGroup | None = None
    operation: Operation | None = None
    schedule: Schedule | None = None
    queue: str | None = None
    undoable: bool = False
    read_only: bool = False

    @property
    def where(self) -> Filter:
        """What is listed; of the chosen group alone, also before its jobs were read."""
        where = self.snapshot.interest.where
        return where if self.group is None else replace(where, fingerprint=self.group.fingerprint)

    @property
    def matching(self) -> int:
        """How many jobs `where` means."""
        shown = self.where == self.snapshot.interest.where
        return self.snapshot.matching if shown or self.group is None else self.group.count


def enabled(now: Situation) -> dict[str, bool]:
    """Every action that is not always possible, and whether it is possible now."""
    on = {name: verb_target(now, verb) is not None for name, verb in _ON_JOBS.items()}
    on |= {
        "replay": replay_target(now) is not None,
        "edit-replay": replay_target(now) is not None,
        "purge": purge_target(now) is not None,
        "export": export_target(now) is not None,
        "save-copy": bool(now.snapshot.file.label),
        "erase": bool(now.jobs) or now.everything,
        "select-all": now.snapshot.interest.lists_jobs and now.snapshot.matching > 0,
        "duplicate": len(now.jobs) == 1,
        "copy-id": bool(now.jobs),
        "copy": bool(now.jobs),
        "pause": now.queue is not None,
        "drain": now.queue is not None,
        "queue-settings": now.snapshot.queue(now.queue) is not None,
        "schedule-new": True,
        **dict.fromkeys(_ON_SCHEDULE, now.schedule is not None),
        "undo": now.undoable,
        "save-view": bool(now.snapshot.interest.typed),
        "new": True,
        "import": True,
        "sample": True,
    }
    if now.read_only:
        on |= dict.fromkeys(actions.writing(), False)
    return on


def _applicable(jobs: tuple[JobSummary, ...], verb: Verb) -> tuple[JobSummary, ...]:
    states = states_for(verb)
    return tuple(job for job in jobs if job.state in states)


def _of(jobs: tuple[JobSummary, ...]) -> Target | None:
    if not jobs:
        return None
    return chosen([job.id for job in jobs], frozenset(job.queue for job in jobs))


def verb_target(now: Situation, verb: Verb) -> Target | None:
    """The selected jobs `verb` applies to; all that match, where everything is selected."""
    if now.everything and not now.jobs:
        return _everything(now, verb)
    return _of(_applicable(now.jobs, verb))


def _everything(now: Situation, verb: Verb) -> Target | None:
    where, states = now.where, states_for(verb)
    if where.states and not where.states & states:
        return None
    queue = _one_queue(where)
    return Target(
        kind=TargetKind.FILTER,
        where=where.narrowed(states=states),
        count=now.matching,
        queue=queue,
        described=_described(now, queue),
    )


def replay_target(now: Situation) -> Target | None:
    """The selected dead letters; else the chosen group; else all dead ones the page lists."""
    if now.jobs:
        return verb_target(now, Verb.REPLAY)
    where = now.where
    if not now.snapshot.interest.lists_jobs or _no_dead(where):
        return None
    dead = where.narrowed(states=frozenset({State.DEAD}))
    count = _dead_count(now)
    if not count:
        return None
    kind = TargetKind.FILTER if now.group is None else TargetKind.GROUP
    return Target(
        kind=kind, where=dead, count=count, queue=_one_queue(where), described=_described(now)
    )


def _no_dead(where: Filter) -> bool:
    return bool(where.states) and State.DEAD not in where.states


def _dead_count(now: Situation) -> int:
    where = now.where
    if where.states == {State.DEAD}:
        return now.matching
    queue = now.snapshot.queue(_one_queue(where))
    return now.snapshot.totals.dead if queue is None else queue.counts.dead


def purge_target(now: Situation) -> Target | None:
    """The selected jobs; else all that the page lists, in the trash or not."""
    if now.jobs:
        return _of(now.jobs)
    interest = now.snapshot.interest
    if interest.lists_jobs and now.matching:
        return _all(now, now.where, now.matching)
    queue = now.snapshot.queue(now.queue)
    if interest.lists_jobs or queue is None:
        return None
    counts = queue.counts
    count = counts.live + counts.done + counts.dead + counts.cancelled
    return _all(now, Filter(queues=(queue.name,)), count) if count else None


def _all(now: Situation, where: Filter, count: int) -> Target:
    held = where if where.states else replace(where, states=NOT_TRASHED)
    return Target(
        kind=TargetKind.FILTER,
        where=held,
        count=count,
        queue=_one_queue(where),
        described=_described(now, _one_queue(where)),
    )


def export_target(now: Situation) -> Target | None:
    """What Purge would be about; else, where a page is about no queue, all jobs of the file."""
    found = purge_target(now)
    if found is not None or now.snapshot.interest.lists_jobs or now.queue is not None:
        return found
    totals = now.snapshot.totals
    count = totals.live + totals.done + totals.dead + totals.cancelled
    return _all(now, Filter(), count) if count else None


def _one_queue(where: Filter) -> str | None:
    return where.queues[0] if len(where.queues) == 1 else None


def _described(now: Situation, queue: str | None = None) -> str:
    """Where the jobs are and by which filter, as a person reads it."""
    interest = now.snapshot.interest
    name = queue or _one_queue(now.where)
    text = tr("in {0}").format(name) if name else tr("in all queues")
    if now.group is not None:
        text = tr("{0} with {1}").format(text, now.group.error_type)
    return tr("{0} matching {1}").format(text, interest.typed) if interest.typed else text
