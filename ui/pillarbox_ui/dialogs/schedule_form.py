"""The form of a new schedule: its name, when it fires, and the job it enqueues, checked as typed.

Owns the fields, what is wrong with them, the times to come, and the `NewSchedule` they become.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.model import NewJob, QueueSummary
from pillarbox_engine.names import check_queue_name, check_schedule_name, check_type
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.plans import check_rhythm
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import Missed, Overlap
from pillarbox_ui.dialogs.frame import Field, plain
from pillarbox_ui.dialogs.payload_check import PayloadCheck
from pillarbox_ui.dialogs.queue_box import QueueBox
from pillarbox_ui.dialogs.rhythm_edit import RhythmEdit
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.json_edit import JsonEdit

T = TypeVar("T")
EXAMPLE = "{}"
SHOWN_TIMES = 5


class ScheduleForm(QWidget):
    """`ready` when all is well and the payload's check is through; `changed` when that may."""

    changed = Signal()

    def __init__(self, theme: Theme, queues: Sequence[QueueSummary], queue: str = "") -> None:
        super().__init__()
        self._settings = {known.name: known.settings for known in queues}
        self.name = QLineEdit(placeholderText=self.tr("Such as nightly-report"))
        self.queue = QueueBox(list(self._settings), queue)
        self.type = QLineEdit("default")
        self.rhythm = RhythmEdit()
        self._check = PayloadCheck(self)
        self.payload = JsonEdit(theme, self.tr("Payload (JSON)"), self._check)
        self.overlap, self.missed = QComboBox(), QComboBox()
        self._fill_boxes()
        self._make_fields()
        self._lay_out()
        self._connect()
        self.payload.set_text(EXAMPLE)
        self._follow()

    def _fill_boxes(self) -> None:
        for text, overlap in (
            (self.tr("Skip the run"), Overlap.SKIP), (self.tr("Run all the same"), Overlap.ALLOW),
        ):  # fmt: skip
            self.overlap.addItem(text, overlap)
        for text, missed in (
            (self.tr("Make up for the latest"), Missed.LATEST),
            (self.tr("Make up for all of the last day"), Missed.ALL),
            (self.tr("Let them go"), Missed.NONE),
        ):
            self.missed.addItem(text, missed)

    def _make_fields(self) -> None:
        self.name_field = Field(self.tr("Name"), self.name)
        self.queue_field = Field(self.tr("Queue"), self.queue)
        self.type_field = Field(self.tr("Type"), self.type)
        self.rhythm_field = Field(self.tr("When"), self.rhythm)
        self.times = plain("", muted=True)
        self.times_field = Field(self.tr("Next runs"), self.times)
        self.payload_field = Field(self.tr("Payload (JSON)"), self.payload)
        self.overlap_field = Field(self.tr("While an earlier job is live"), self.overlap)
        self.missed_field = Field(self.tr("Runs that were missed"), self.missed)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SIZE.between)
        grid.setVerticalSpacing(SIZE.between)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.name_field, 0, 0, 1, 2, top)
        grid.addWidget(self.queue_field, 0, 2, top)
        grid.addWidget(self.type_field, 0, 3, top)
        grid.addWidget(self.rhythm_field, 1, 0, 1, 4, top)
        grid.addWidget(self.payload_field, 2, 0, 1, 2)
        grid.addWidget(self.times_field, 2, 2, 1, 2, top)
        grid.addWidget(self.overlap_field, 3, 0, 1, 2, top)
        grid.addWidget(self.missed_field, 3, 2, 1, 2, top)
        grid.setRowStretch(2, 1)
        for column in range(4):
            grid.setColumnStretch(column, 1)

    def _connect(self) -> None:
        for signal in (
            self.name.textChanged, self.queue.currentTextChanged, self.type.textChanged,
            self.rhythm.changed, self._check.settled,
        ):  # fmt: skip
            signal.connect(self._follow)
        self.payload.edited.connect(self.changed)
        self.payload.valid_changed.connect(self.changed)

    # What is wrong.

    @Slot()
    def _follow(self) -> None:
        name, queue = self.name.text().strip(), self.queue.name
        self.name_field.set_error(_wrong(check_schedule_name, name) if name else "")
        self.queue_field.set_error(_wrong(check_queue_name, queue) if queue else "")
        self.type_field.set_error(_wrong(check_type, self.type.text().strip()))
        settings = self._settings.get(queue, QueueSettings())
        self._check.set_limit(settings.max_payload)
        self._check.set_schema(settings.schema)
        self.payload.validate()
        self._show_times()
        self.changed.emit()

    def _show_times(self) -> None:
        try:
            plan = check_rhythm(self._plan("null"))
        except PillarboxError as error:
            self.rhythm_field.set_error(f"{error.title}: {error.reason}")
            self.times.setText(words.NOTHING)
            return
        self.rhythm_field.set_error("")
        zone = ZoneInfo(plan.zone)
        moments = plan.times(words.utc_now(), SHOWN_TIMES)
        self.times.setText("\n".join(_moment_text(one.astimezone(zone)) for one in moments))

    @property
    def ready(self) -> bool:
        """Whether there is nothing wrong, and nothing still to be checked."""
        return bool(self._check.checked(self.payload.text())) and not self.problem

    @property
    def problem(self) -> str:
        """What is known to be wrong, the first of it; "" if nothing is."""
        if not self.name.text().strip():
            return self.tr("Name the schedule")
        if not self.queue.name:
            return self.tr("Name the queue its jobs go to")
        fields = (self.name_field, self.queue_field, self.type_field, self.rhythm_field)
        wrong = next((field.error for field in fields if field.error), "")
        return wrong or str(self.payload.problem or "")

    def check_now(self) -> None:
        """Check what has not been checked yet; `changed` tells when that is through."""
        self._follow()

    def plan(self) -> NewSchedule:
        """The schedule as the form describes it. Ask only when `ready`."""
        return self._plan(self._check.checked(self.payload.text()))

    def _plan(self, payload_json: str) -> NewSchedule:
        return NewSchedule(
            name=self.name.text().strip(),
            queue=self.queue.name,
            job=NewJob(payload_json=payload_json, type=self.type.text().strip()),
            cron=self.rhythm.cron,
            every=self.rhythm.every,
            zone=self.rhythm.zone,
            overlap=Overlap(self.overlap.currentData()),
            missed=Missed(self.missed.currentData()),
        )

    def close_checks(self) -> None:
        """The form goes away: no check is to answer any more."""
        self._check.close()


def _moment_text(local: datetime) -> str:
    return f"{local:%Y-%m-%d %H:%M:%S} {words.zone_name(local)}, {local:%a}"


def _wrong(check: Callable[[T], object], value: T) -> str:
    try:
        check(value)
    except PillarboxError as error:
        return str(error)
    return ""
