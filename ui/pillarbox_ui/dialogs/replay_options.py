"""How dead letters are replayed: to where, how fast, with which canary, and when it stops itself.

Owns `ReplayForm`, the fields of the replay dialog that are numbers and choices.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from pillarbox_engine.operation import OperationOptions
from pillarbox_ui.dialogs.bulk_dialog import place
from pillarbox_ui.dialogs.frame import Field, plain
from pillarbox_ui.target import Target
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.fields import FigureBox, of_one_width, pad_spin


class ReplayForm(QWidget):
    """The fields; `changed` when one of them says something else."""

    changed = Signal()

    def __init__(self, target: Target, queues: Sequence[str]) -> None:
        super().__init__()
        self._count = target.count
        self.queue = _queue_box(target, queues, self.tr("Where they came from ({0})"))
        self.limit = QCheckBox(self.tr("At most"))
        self.rate = pad_spin(FigureBox(minimum=0.1, maximum=10_000.0, value=100.0, decimals=1))
        self.rate.setAccessibleName(self.tr("Jobs a second"))
        self.first = QCheckBox(self.tr("First only"))
        self.canary = pad_spin(QSpinBox(minimum=1, maximum=100_000, value=5))
        self.canary.setAccessibleName(self.tr("Canary jobs"))
        self.stop = QCheckBox(self.tr("Stop above"))
        self.share = pad_spin(FigureBox(minimum=0.0, maximum=100.0, value=20.0, decimals=1))
        self.share.setSuffix(" %")
        self.share.setAccessibleName(self.tr("Share of jobs that may fail"))
        self.keep = QCheckBox(self.tr("Go on counting attempts where they were"))
        self._lay_out()
        self._connect()
        self._follow()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZE.between)
        self._pace = Field(self.tr("Pace"), _row(self.limit, self.rate, self.tr("jobs a second")))
        self._canary = Field(
            self.tr("Canary"), _row(self.first, self.canary, self.tr("jobs, then the others"))
        )
        self._stop = Field(
            self.tr("Failures"), _row(self.stop, self.share, self.tr("of jobs that fail again"))
        )
        for part in (Field(self.tr("Replay to"), self.queue), self._pace, self._canary, self._stop):
            column.addWidget(part)
        column.addWidget(self.keep)
        of_one_width((self.limit, self.first, self.stop))
        of_one_width((self.rate, self.canary, self.share))

    def _connect(self) -> None:
        for box in (self.limit, self.first, self.stop, self.keep):
            box.toggled.connect(self._follow)
        for spin in (self.rate, self.share):
            spin.valueChanged.connect(self._follow)
        self.canary.valueChanged.connect(self._follow)
        self.queue.currentIndexChanged.connect(self._follow)

    def set_count(self, count: int) -> None:
        """How many jobs it is about, for what is said of the time it takes."""
        self._count = count
        self._follow()

    def options(self, patch_json: str | None) -> OperationOptions:
        """What was chosen, and the patch."""
        return OperationOptions(
            to=self.queue.currentData(),
            rate=self.rate.value() if self.limit.isChecked() else None,
            canary=self.canary.value() if self.first.isChecked() else None,
            stop_above=self.share.value() / 100 if self.stop.isChecked() else None,
            keep_attempts=self.keep.isChecked(),
            patch_json=patch_json,
        )

    @Slot()
    def _follow(self) -> None:
        for box, spin in (
            (self.limit, self.rate), (self.first, self.canary), (self.stop, self.share),
        ):  # fmt: skip
            spin.setEnabled(box.isChecked())
        takes = words.duration(self._count / self.rate.value())
        slow = self.tr("The last one becomes ready after about {0}").format(takes)
        self._pace.set_hint(slow if self.limit.isChecked() else self.tr("All become ready at once"))
        self._canary.set_hint(self._canary_hint())
        self._stop.set_hint(self._stop_hint())
        self.changed.emit()

    def _canary_hint(self) -> str:
        if not self.first.isChecked():
            return self.tr("All of them go, whatever becomes of the first")
        share = f"{self.share.value() if self.stop.isChecked() else 0.0:g}\u00a0%"
        text = self.tr("The others follow when these have ended and no more than {0} failed")
        return text.format(share)

    def _stop_hint(self) -> str:
        if not self.stop.isChecked():
            return self.tr("It goes on however many fail again")
        return self.tr("It stops by itself; what was not put back yet stays a dead letter")


def _queue_box(target: Target, queues: Sequence[str], origin: str) -> QComboBox:
    box = QComboBox()
    box.addItem(origin.format(place(target)), None)
    for name in queues:
        if name != target.queue:
            box.addItem(name, name)
    return box


def _row(box: QCheckBox, spin: QAbstractSpinBox, unit: str) -> QWidget:
    """A choice, its figure and what the figure counts, on one line."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(SIZE.inside)
    for part in (box, spin, plain(unit, wrap=False)):
        line.addWidget(part)
    line.addStretch(1)
    row.setFocusProxy(box)
    return row
