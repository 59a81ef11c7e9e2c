"""The form of a new job: queue, type, payload and options, each checked as one types.

Owns the fields, what is wrong with them, and the `NewJob` they become. Nothing here touches a
queue; the dialog around it enqueues.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSpinBox, QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.model import Job, NewJob, QueueSummary
from pillarbox_engine.names import check_group, check_queue_name, check_type
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State
from pillarbox_engine.uniqueness import check_unique
from pillarbox_ui.dialogs.frame import Field
from pillarbox_ui.dialogs.payload_check import PayloadCheck
from pillarbox_ui.dialogs.queue_box import QueueBox
from pillarbox_ui.dialogs.when_edit import WhenEdit
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.fields import pad_spin
from pillarbox_ui.widgets.json_edit import JsonEdit

T = TypeVar("T")

_LAID_OUT = 256 * 1024
"""Characters of a payload to be edited that are laid out; of more that would be felt."""

EXAMPLE = '{\n  "userId": 42\n}'


class JobForm(QWidget):
    """`ready` when all is well and the payload's check is through; `changed` when that may."""

    changed = Signal()

    def __init__(self, theme: Theme, queues: Sequence[QueueSummary], queue: str = "") -> None:
        super().__init__()
        self._settings = {known.name: known.settings for known in queues}
        self._like: Job | None = None
        self.queue = QueueBox(list(self._settings), queue)
        self.type = QLineEdit("default")
        self.unique = QLineEdit(placeholderText=self.tr("None"))
        self.group = QLineEdit(placeholderText=self.tr("None"))
        self._check = PayloadCheck(self)
        self.payload = JsonEdit(theme, self.tr("Payload (JSON)"), self._check)
        self.priority = pad_spin(QSpinBox(minimum=-1, maximum=1_000, value=-1))
        self.attempts = pad_spin(QSpinBox(minimum=0, maximum=1_000, value=0))
        self.when = WhenEdit()
        self._make_fields()
        self._lay_out()
        self._connect()
        self.payload.set_text(EXAMPLE)
        self._follow_queue()

    def _make_fields(self) -> None:
        self.queue_field = Field(self.tr("Queue"), self.queue)
        self.type_field = Field(self.tr("Type"), self.type)
        self.unique_field = Field(self.tr("Unique key"), self.unique)
        self.group_field = Field(self.tr("Group"), self.group)
        self.payload_field = Field(self.tr("Payload (JSON)"), self.payload)
        self.priority_field = Field(self.tr("Priority"), self.priority, self.tr("Lower runs first"))
        self.attempts_field = Field(self.tr("Attempts at most"), self.attempts)
        self.when_field = Field(self.tr("Run"), self.when)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SIZE.between)
        grid.setVerticalSpacing(SIZE.between)
        top = Qt.AlignmentFlag.AlignTop
        first_row = (self.queue_field, self.type_field, self.unique_field, self.group_field)
        for column, field in enumerate(first_row):
            grid.addWidget(field, 0, column, top)
        grid.addWidget(self.payload_field, 1, 0, 1, 4)
        grid.addWidget(self.when_field, 2, 0, 1, 2, top)
        grid.addWidget(self.priority_field, 2, 2, top)
        grid.addWidget(self.attempts_field, 2, 3, top)
        grid.setRowStretch(1, 1)
        for column in range(4):
            grid.setColumnStretch(column, 1)

    def _connect(self) -> None:
        self.queue.currentTextChanged.connect(self._follow_queue)
        self.type.textChanged.connect(self._check_type)
        self.unique.textChanged.connect(self._check_unique)
        self.group.textChanged.connect(self._check_group)
        self.payload.edited.connect(self.changed)
        self.payload.valid_changed.connect(self.changed)
        self.when.changed.connect(self._check_when)
        self._check.settled.connect(self._look_again)

    # What is wrong.

    @Slot()
    def _follow_queue(self) -> None:
        name = self.queue.name
        self.queue_field.set_error(_wrong(check_queue_name, name) if name else "")
        known = name in self._settings
        new = self.tr("A new queue with the usual settings") if name and not known else ""
        self.queue_field.set_hint(new)
        settings = self._settings.get(name, QueueSettings())
        self._check.set_limit(settings.max_payload)
        self._check.set_schema(settings.schema)
        own = self.tr("Queue's own: {0}")
        self.priority.setSpecialValueText(own.format(settings.priority))
        self.attempts.setSpecialValueText(own.format(settings.max_attempts))
        self.payload.validate()
        self.changed.emit()

    @Slot()
    def _check_type(self) -> None:
        self.type_field.set_error(_wrong(check_type, self.type.text().strip()))
        self.changed.emit()

    @Slot()
    def _check_unique(self) -> None:
        self.unique_field.set_error(_wrong(check_unique, self._unique_key))
        self.changed.emit()

    @Slot()
    def _check_group(self) -> None:
        group = self._group
        self.group_field.set_error("" if group is None else _wrong(check_group, group))
        self.changed.emit()

    @Slot()
    def _check_when(self) -> None:
        run_at = self.when.run_at
        past = run_at is not None and run_at < datetime.now(UTC)
        self.when_field.set_hint(self.tr("That is past: it runs at once") if past else "")
        self.changed.emit()

    @Slot()
    def _look_again(self) -> None:
        self.payload.validate()
        self.changed.emit()

    # What it becomes.

    @property
    def ready(self) -> bool:
        """Whether there is nothing wrong, and nothing still to be checked."""
        return bool(self._check.checked(self.payload.text())) and not self.problem

    @property
    def problem(self) -> str:
        """What is known to be wrong, the first of it; "" if nothing is."""
        if not self.queue_name:
            return self.tr("Name the queue the job goes to")
        fields = (self.queue_field, self.type_field, self.unique_field, self.group_field)
        wrong = next((field.error for field in fields if field.error), "")
        return wrong or str(self.payload.problem or "")

    @property
    def queue_name(self) -> str:
        """The queue the job goes to."""
        return self.queue.name

    @property
    def _unique_key(self) -> str | None:
        return self.unique.text().strip() or None

    @property
    def _group(self) -> str | None:
        return self.group.text().strip() or None

    def check_now(self) -> None:
        """Check what has not been checked yet; `changed` tells when that is through."""
        self._check_type()
        self._look_again()

    def new_job(self) -> NewJob:
        """The job as the form describes it. Ask only when `ready`."""
        return NewJob(
            payload_json=self._check.checked(self.payload.text()),
            type=self.type.text().strip(),
            priority=self.priority.value() if self.priority.value() >= 0 else None,
            max_attempts=self.attempts.value() or None,
            unique_key=self._unique_key,
            group=self._group,
            delay=self.when.delay,
            run_at=self.when.run_at,
            backoff=self._like.backoff if self._like else None,
            timeout=self._like.timeout if self._like else None,
        )

    def prefill(self, job: Job) -> None:
        """Take everything over from `job`, to enqueue another one like it: not its unique key,
        which `job` may well hold."""
        self._like = job
        self.queue.setCurrentText(job.queue)
        self.type.setText(job.type)
        self.group.setText(job.group or "")
        self._check.trust(job.payload_json)
        self.payload.set_text(job.payload_json, laid_out=len(job.payload_json) <= _LAID_OUT)
        self.priority.setValue(job.priority)
        self.attempts.setValue(job.max_attempts)
        if job.state is State.SCHEDULED and not job.retrying:
            self.when.set_run_at(job.run_at)

    def close_checks(self) -> None:
        """The form goes away: no check is to answer any more."""
        self._check.close()


def _wrong(check: Callable[[T], object], value: T) -> str:
    try:
        check(value)
    except PillarboxError as error:
        return str(error)
    return ""
