"""New job, and Duplicate: a form, and one button that enqueues what it says.

Owns the course of one enqueue: check, enqueue through `operations`, close on success, and on
failure say why in place and keep everything that was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from pillarbox_engine.errors import Conflict, PillarboxError
from pillarbox_engine.model import Enqueued, Job, NewJob, QueueSummary
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.dialogs.frame import Dialog
from pillarbox_ui.dialogs.job_form import JobForm
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.plain_label import put_tip

_SIZE = (720, 560)


class NewJobDialog(Dialog):
    """`enqueued(id, queue)` is emitted as the dialog closes after a success."""

    enqueued = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        queues: Sequence[QueueSummary],
        *,
        queue: str = "",
        like: Job | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "", parent)
        self.setWindowTitle(self.tr("Duplicate job") if like else self.tr("New job"))
        self._operations = operations
        self._waiting = False
        self._tried: tuple[str, NewJob] | None = None
        self._is_first = True
        self._key = ""
        self.form = JobForm(theme, queues, queue)
        if like is not None:
            self.form.prefill(like)
        self.body.addWidget(self.form, 1)
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.enqueue_button = self.add_button(self.tr("Enqueue 1 job"), self.submit, "primary")
        self.resize(*_SIZE)
        self.form.changed.connect(self._follow)
        self._follow()

    def submit(self) -> None:
        """Enqueue, or wait for the check of a large payload and enqueue then."""
        self.form.check_now()
        if self.form.ready:
            self._enqueue(self.form.queue_name, self._keyed(self.form.new_job()))
        elif not self.form.problem:
            self._waiting = True

    def _keyed(self, job: NewJob) -> NewJob:
        """`job` with a key of its own: tried again unchanged after a failure that may have stored
        it after all, it is not stored twice."""
        draft = (self.form.queue_name, job)
        self._is_first = draft != self._tried
        if self._is_first:
            self._tried, self._key = draft, f"window:{uuid4().hex}"
        return replace(job, idempotency_key=self._key)

    @Slot()
    def _follow(self) -> None:
        self.enqueue_button.setEnabled(not self.form.problem)
        put_tip(self.enqueue_button, self.form.problem)
        if self._waiting and (self.form.ready or self.form.problem):
            self._waiting = False
            self.submit()

    def _enqueue(self, queue: str, job: NewJob) -> None:
        self._set_busy(True)
        self.clear_error()
        title = self.tr("Enqueue 1 job in {0}").format(queue)

        def work(backend: WindowBackend, progress: Progress) -> Enqueued:
            return backend.enqueue(queue, [job])[0]

        operation = self._operations.start(title, work)
        operation.finished.connect(self._finish)
        operation.failed.connect(self._fail)

    @Slot(object)
    def _finish(self, stored: Enqueued) -> None:
        if stored.conflict and self._is_first and self._asked_for_a_unique_key:
            self._tried = None
            self._fail(self._taken(stored.id))
            return
        self.enqueued.emit(stored.id, self.form.queue_name)
        self.accept()

    @property
    def _asked_for_a_unique_key(self) -> bool:
        return self._tried is not None and self._tried[1].unique_key is not None

    def _taken(self, holder: str) -> Conflict:
        return Conflict(
            self.tr("Job {0} holds this unique key").format(holder),
            self.tr("a queue has one job of a key at a time, so nothing was added"),
            self.tr("Wait until that job has ended, or enqueue with another key or none"),
        )

    @Slot(object)
    def _fail(self, error: PillarboxError) -> None:
        self._set_busy(False)
        self.show_error(error)

    def _set_busy(self, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.enqueue_button.setEnabled(not busy)

    def done(self, result: int) -> None:
        """Close; a check still running answers to nobody."""
        self.form.close_checks()
        super().done(result)
