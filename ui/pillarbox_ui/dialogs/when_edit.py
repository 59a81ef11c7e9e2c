"""When a new job may run: now, after a delay, or at a time.

Owns the editor and the two options it becomes, `delay` in seconds or `run_at` in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum

from PySide6.QtCore import QDateTime, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QHBoxLayout,
    QStackedWidget,
    QWidget,
)

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.fields import FigureBox, pad_spin

_UNITS = (("seconds", 1.0), ("minutes", 60.0), ("hours", 3_600.0), ("days", 86_400.0))
_MOST = 99_999.0


class Kind(IntEnum):
    """The three ways, in the order of the box."""

    NOW = 0
    AFTER = 1
    AT = 2


class WhenEdit(QWidget):
    """A box for the way, and beside it what that way needs."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = QComboBox()
        self._kind.addItems([self.tr("Now"), self.tr("After a delay"), self.tr("At a time")])
        self._kind.setAccessibleName(self.tr("When to run"))
        self._amount = pad_spin(FigureBox(maximum=_MOST, value=5.0, decimals=1))
        self._amount.setAccessibleName(self.tr("Delay"))
        self._unit = QComboBox()
        self._unit.addItems([self.tr(name) for name, _ in _UNITS])
        self._unit.setCurrentIndex(1)
        self._unit.setAccessibleName(self.tr("Unit of the delay"))
        self._at = pad_spin(QDateTimeEdit(QDateTime.currentDateTime().addSecs(3_600)))
        self._at.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        self._at.setAccessibleName(self.tr("Time to run at"))
        self._lay_out()
        for signal in (self._amount.valueChanged, self._unit.currentIndexChanged):
            signal.connect(self.changed)
        self._at.dateTimeChanged.connect(self.changed)
        self._kind.currentIndexChanged.connect(self._choose)

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        delay = QWidget()
        for page in (QWidget(), delay, self._at):
            self._pages.addWidget(page)
        row = QHBoxLayout(delay)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SIZE.inside)
        row.addWidget(self._amount, 1)
        row.addWidget(self._unit)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SIZE.inside)
        outer.addWidget(self._kind)
        outer.addWidget(self._pages, 1)
        self.setFocusProxy(self._kind)

    def _choose(self, kind: int) -> None:
        self._pages.setCurrentIndex(kind)
        self.changed.emit()

    @property
    def kind(self) -> Kind:
        """The way chosen."""
        return Kind(self._kind.currentIndex())

    def set_delay(self, seconds: float) -> None:
        """Choose "after a delay" of `seconds`, in the largest unit that shows it whole."""
        fitting = [place for place, (_, size) in enumerate(_UNITS) if seconds >= size]
        place = fitting[-1] if fitting else 0
        self._kind.setCurrentIndex(Kind.AFTER)
        self._unit.setCurrentIndex(place)
        self._amount.setValue(seconds / _UNITS[place][1])

    def set_run_at(self, moment: datetime) -> None:
        """Choose "at a time": `moment`, shown in local time."""
        self._kind.setCurrentIndex(Kind.AT)
        self._at.setDateTime(QDateTime.fromSecsSinceEpoch(int(moment.timestamp())))

    @property
    def delay(self) -> float | None:
        """Seconds to wait, or None where that is not the way chosen."""
        if self.kind is not Kind.AFTER:
            return None
        return self._amount.value() * _UNITS[self._unit.currentIndex()][1]

    @property
    def run_at(self) -> datetime | None:
        """The time to run at, in UTC, or None where that is not the way chosen."""
        if self.kind is not Kind.AT:
            return None
        return datetime.fromtimestamp(self._at.dateTime().toSecsSinceEpoch(), UTC)
