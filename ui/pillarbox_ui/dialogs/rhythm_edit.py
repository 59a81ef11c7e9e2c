"""When a schedule fires: a cron line and the zone whose clock it goes by, or an interval.

Owns the editor and the three parts of a plan it becomes: `cron`, `every` in seconds, `zone`.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from PySide6.QtCore import Qt, QTimeZone, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QWidget,
)

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.fields import FigureBox, pad_spin

_UNITS = (("seconds", 1.0), ("minutes", 60.0), ("hours", 3_600.0), ("days", 86_400.0))
_MOST = 99_999.0
EXAMPLE = "0 3 * * *"
_BY_CLOCK = 0


def own_zone() -> str:
    """The zone of this machine, by the name the IANA database has for it; else UTC."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    return name if name in available_timezones() else "UTC"


class RhythmEdit(QWidget):
    """A box for the way, and beside it what that way needs."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        self.kind.addItems([self.tr("At times of the clock"), self.tr("At an interval")])
        self.kind.setAccessibleName(self.tr("How it is timed"))
        self.line = QLineEdit(EXAMPLE)
        self.line.setAccessibleName(self.tr("Cron line"))
        self.line.setToolTip(self.tr("Minute, hour, day of month, month, day of week"))
        self.zones = _zone_box()
        self.zones.setAccessibleName(self.tr("Zone"))
        self.amount = pad_spin(FigureBox(minimum=0.0, maximum=_MOST, value=5.0, decimals=1))
        self.amount.setAccessibleName(self.tr("Interval"))
        self.unit = QComboBox()
        self.unit.addItems([self.tr(name) for name, _ in _UNITS])
        self.unit.setCurrentIndex(1)
        self.unit.setAccessibleName(self.tr("Unit of the interval"))
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        for parts in ((self.line, self.zones), (self.amount, self.unit)):
            page = QWidget()
            row = QHBoxLayout(page)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(SIZE.inside)
            row.addWidget(parts[0], 1)
            row.addWidget(parts[1], 1)
            self._pages.addWidget(page)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SIZE.inside)
        outer.addWidget(self.kind)
        outer.addWidget(self._pages, 1)
        self.setFocusProxy(self.kind)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._pages.setCurrentIndex)
        for signal in (
            self.kind.currentIndexChanged, self.line.textChanged, self.zones.currentTextChanged,
            self.amount.valueChanged, self.unit.currentIndexChanged,
        ):  # fmt: skip
            signal.connect(self.changed)

    @property
    def cron(self) -> str | None:
        """The cron line as it was typed; None where an interval is chosen."""
        return self.line.text().strip() if self.kind.currentIndex() == _BY_CLOCK else None

    @property
    def every(self) -> float | None:
        """Seconds between runs; None where times of the clock are chosen."""
        if self.kind.currentIndex() == _BY_CLOCK:
            return None
        return self.amount.value() * _UNITS[self.unit.currentIndex()][1]

    @property
    def zone(self) -> str:
        """The zone's name as it was typed; an interval needs none."""
        return self.zones.currentText().strip() if self.cron is not None else "UTC"


def _zone_box() -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(len("America/New_York"))  # longer ones are scrolled in the line
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.addItems(sorted(available_timezones()))
    box.setCurrentText(own_zone())
    completer = box.completer()
    if completer is not None:
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
    return box
