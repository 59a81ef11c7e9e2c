"""What the actions on schedules do: plan one, run it now, stop it, remove it; each with its undo.

Owns the operations behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from PySide6.QtWidgets import QWidget

from pillarbox_engine.model import Enqueued
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.running import Undo, Work
from pillarbox_ui.targets import Situation
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.words import tr


def schedule_deeds(context: Context, window: QWidget) -> dict[str, Callable[[Situation], object]]:
    """The actions on schedules, by name."""
    operations = context.operations

    def new(now: Situation) -> None:
        from pillarbox_ui.dialogs.new_schedule import NewScheduleDialog

        NewScheduleDialog(
            context.theme, operations, now.snapshot.queues, queue=now.queue or "", parent=window
        ).open()

    return {
        "schedule-new": new,
        "schedule-run": lambda now: _with(now, lambda one: run(operations, one)),
        "schedule-pause": lambda now: _with(now, lambda one: pause(operations, one)),
        "schedule-remove": lambda now: _with(now, lambda one: remove(operations, one)),
    }


def _with(now: Situation, act: Callable[[Schedule], object]) -> None:
    if now.schedule is not None:
        act(now.schedule)


def run(operations: Operations, one: Schedule) -> None:
    """Enqueue the schedule's job now."""

    def work(backend: WindowBackend, progress: Progress) -> Enqueued:
        return backend.run_schedule(one.name)

    def said(stored: Enqueued) -> str:
        if stored.conflict:
            return tr("Job {0} was there already").format(stored.id)
        return tr("Job {0} is enqueued in {1}").format(stored.id, one.queue)

    operations.start(tr("Run {0} now").format(one.name), work, said=said)


def pause(operations: Operations, one: Schedule) -> None:
    """Stop it, or start it again; each undoes the other."""
    paused = not one.paused
    back = Undo(_pause_title(one, not paused), _pause_work(one, not paused))
    operations.start(_pause_title(one, paused), _pause_work(one, paused), undo=lambda done: back)


def _pause_title(one: Schedule, paused: bool) -> str:
    return (tr("Pause {0}") if paused else tr("Resume {0}")).format(one.name)


def _pause_work(one: Schedule, paused: bool) -> Work:
    def work(backend: WindowBackend, progress: Progress) -> None:
        backend.pause_schedule(one.name, paused)

    return work


def remove(operations: Operations, one: Schedule) -> None:
    """Forget it; undo plans it anew, its counts at nothing."""

    def work(backend: WindowBackend, progress: Progress) -> None:
        backend.remove_schedule(one.name)

    back = Undo(tr("Plan {0} again").format(one.name), _put_work(one))
    operations.start(tr("Remove {0}").format(one.name), work, undo=lambda done: back)


def _put_work(one: Schedule) -> Work:
    plan = NewSchedule(**{entry.name: getattr(one, entry.name) for entry in fields(NewSchedule)})

    def work(backend: WindowBackend, progress: Progress) -> Schedule:
        return backend.put_schedule(plan)

    return work
