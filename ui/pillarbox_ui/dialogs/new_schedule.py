"""New schedule: a form, its times to come, and one button that stores the plan.

Owns the course of storing it: check, put through `operations`, close on success, and on failure
say why in place and keep everything that was typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.model import QueueSummary
from pillarbox_engine.planning import NewSchedule, Schedule
from pillarbox_engine.refusals import schedule_taken
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.dialogs.frame import Dialog
from pillarbox_ui.dialogs.schedule_form import ScheduleForm
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.plain_label import put_tip

_SIZE = (760, 520)


class NewScheduleDialog(Dialog):
    """`planned(Schedule)` is emitted as the dialog closes after a success."""

    planned = Signal(object)

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        queues: Sequence[QueueSummary],
        *,
        queue: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, self.tr("New schedule"), parent)
        self._operations = operations
        self._waiting = False
        self.form = ScheduleForm(theme, queues, queue)
        self.body.addWidget(self.form, 1)
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.plan_button = self.add_button(self.tr("Plan schedule"), self.submit, "primary")
        self.resize(*_SIZE)
        self.form.changed.connect(self._follow)
        self.form.name.setFocus()
        self._follow()

    def submit(self) -> None:
        """Store it, or wait for the check of a large payload and store it then."""
        self.form.check_now()
        if self.form.ready:
            self._put(self.form.plan())
        elif not self.form.problem:
            self._waiting = True

    @Slot()
    def _follow(self) -> None:
        self.plan_button.setEnabled(not self.form.problem)
        put_tip(self.plan_button, self.form.problem)
        if self._waiting and (self.form.ready or self.form.problem):
            self._waiting = False
            self.submit()

    def _put(self, plan: NewSchedule) -> None:
        self._set_busy(True)
        self.clear_error()

        def work(backend: WindowBackend, progress: Progress) -> Schedule:
            _require_new(backend, plan.name)
            return backend.put_schedule(plan)

        operation = self._operations.start(self.tr("Plan {0}").format(plan.name), work)
        operation.finished.connect(self._finish)
        operation.failed.connect(self._fail)

    @Slot(object)
    def _finish(self, made: Schedule) -> None:
        self.planned.emit(made)
        self.accept()

    @Slot(object)
    def _fail(self, error: PillarboxError) -> None:
        self._set_busy(False)
        self.show_error(error)

    def _set_busy(self, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.plan_button.setEnabled(not busy)

    def done(self, result: int) -> None:
        """Close; a check still running answers to nobody."""
        self.form.close_checks()
        super().done(result)


def _require_new(backend: WindowBackend, name: str) -> None:
    """The dialog makes new schedules: it must not change one that is there by its name alone."""
    for one in backend.schedules():
        if one.name == name:
            raise schedule_taken(name, one.queue)
