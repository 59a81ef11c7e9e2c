"""Replay: dead letters back to work — which, to where, and how fast.

Owns the dialog. The set of jobs is frozen by the operation it starts, in the moment of
confirming; the dialog then closes and the operation goes on where operations are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QWidget

from pillarbox_engine.operation import OperationOptions
from pillarbox_engine.states import Verb
from pillarbox_ui import commands
from pillarbox_ui.dialogs.bulk_dialog import BulkDialog, jobs_text, place, sentence
from pillarbox_ui.dialogs.frame import Field, indented, name_button, plain
from pillarbox_ui.operations import Operations
from pillarbox_ui.target import Target
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words


class ReplayDialog(BulkDialog):
    """Asks for queue and pace; `queues` are the names one can replay to."""

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        target: Target,
        queues: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, operations, Verb.REPLAY, target, parent)
        self.setWindowTitle(self.tr("Replay dead letters"))
        self.queue = self._queue_box(queues)
        self.limit = QCheckBox(self.tr("At most"))
        self.rate = indented(QDoubleSpinBox(minimum=0.1, maximum=10_000.0, value=100.0, decimals=1))
        self._lay_out()
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.replay_button = self.add_button("", self.confirm, "primary")
        self.limit.toggled.connect(self._show_pace)
        self.rate.valueChanged.connect(self._show_pace)
        self.count()

    def _queue_box(self, queues: Sequence[str]) -> QComboBox:
        box = QComboBox()
        origin = self.tr("Where they came from ({0})").format(place(self.target))
        box.addItem(origin, None)
        for name in queues:
            if name != self.target.queue:
                box.addItem(name, name)
        return box

    def _lay_out(self) -> None:
        self.body.addWidget(Field(self.tr("Replay to"), self.queue))
        self._pace = Field(self.tr("Pace"), self._pace_row())
        self.body.addWidget(self._pace)
        note = self.tr(
            "Attempts start again from 1; the history stays. Which jobs these are is fixed when "
            "you confirm: dead letters that come later are left alone."
        )
        self.body.addWidget(plain(note, muted=True))
        self.body.addStretch(1)

    def _pace_row(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(SIZE.inside)
        self.rate.setAccessibleName(self.tr("Jobs a second"))
        for part in (self.limit, self.rate, plain(self.tr("jobs a second"), wrap=False)):
            line.addWidget(part)
        line.addStretch(1)
        row.setFocusProxy(self.limit)
        return row

    def show_count(self) -> None:
        """The count goes onto the button too."""
        super().show_count()
        text = self.tr("Replay {0}").format(jobs_text(self.target.count))
        name_button(self.replay_button, text if self.known else self.tr("Replay"))
        self.replay_button.setEnabled(self.known and self.target.count > 0)
        if self.known and not self.target.count:
            self.sentence.setText(self.tr("No dead letters among them: nothing to replay"))
        self._show_pace()

    @Slot()
    def _show_pace(self) -> None:
        limited = self.limit.isChecked()
        self.rate.setEnabled(limited)
        takes = words.duration(self.target.count / self.rate.value())
        slow = self.tr("the last one becomes ready after about {0}").format(takes)
        self._pace.set_hint(slow if limited else self.tr("all become ready at once"))

    def confirm(self) -> None:
        """Start the replay and close."""
        rate = self.rate.value() if self.limit.isChecked() else None
        options = OperationOptions(to=self.queue.currentData(), rate=rate)
        self.confirmed.emit(
            commands.run_planned(
                self.operations, Verb.REPLAY, self.target, sentence(self.target), options
            )
        )
        self.accept()
