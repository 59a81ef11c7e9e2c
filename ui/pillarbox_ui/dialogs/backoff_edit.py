"""A delay policy: its kind, its figures, and what they come to.

Owns the form of the four kinds. Its text is the one `pillarbox queue --set backoff=…` takes.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from pillarbox_engine.backoff import Backoff
from pillarbox_ui.dialogs.backoff_chart import BackoffChart
from pillarbox_ui.dialogs.frame import plain
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.words import tr

KINDS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "fixed": ("The same each time", ("seconds",), ("10s",)),
    "linear": ("Some more each time", ("first", "step"), ("5s", "5s")),
    "exponential": ("Times a factor each time", ("first", "factor"), ("3s", "2")),
    "table": ("As listed", ("delays",), ("1s/10s/1m",)),
}
"""Name → words, the figures of its own, and what they are at first."""

_SHARED = ("cap", "jitter")
_TITLES = {
    "seconds": "Delay",
    "first": "First delay",
    "step": "More each time",
    "factor": "Factor",
    "delays": "Delays, parted by /",
    "cap": "At most",
    "jitter": "Jitter, 0 to 1",
}


class BackoffEdit(QWidget):
    """`changed` when its text has."""

    changed = Signal()

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("Kind of delay"))
        for name, (title, _, _) in KINDS.items():
            self.kind.addItem(tr(title), name)
        self.figures = {name: QLineEdit() for name in _TITLES}
        self._labels = {name: plain(tr(title), wrap=False) for name, title in _TITLES.items()}
        self.chart = BackoffChart(theme)
        self._lay_out()
        self.set_text(text)
        self.kind.currentIndexChanged.connect(self._show_kind)
        for line in self.figures.values():
            line.textChanged.connect(self.changed)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SIZE.between)
        grid.setVerticalSpacing(SIZE.grid)
        grid.addWidget(self.kind, 1, 0)
        for place, (name, line) in enumerate(self.figures.items(), 1):
            line.setAccessibleName(tr(_TITLES[name]))
            self._labels[name].setBuddy(line)
            grid.addWidget(self._labels[name], 0, place)
            grid.addWidget(line, 1, place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZE.inside)
        column.addLayout(grid)
        column.addWidget(self.chart)

    def set_text(self, text: str) -> None:
        """Show `exponential:first=3s,factor=2,jitter=0.2,cap=1h` or the like."""
        kind, _, rest = text.partition(":")
        given = dict(part.partition("=")[::2] for part in rest.split(","))
        for _, names, values in KINDS.values():
            for name, value in zip(names, values, strict=True):
                self.figures[name].setText(given.get(name, value))
        for name in _SHARED:
            self.figures[name].setText(given.get(name, ""))
        self.kind.setCurrentIndex(max(0, self.kind.findData(kind)))
        self._show_kind()

    @Slot()
    def _show_kind(self) -> None:
        shown = (*KINDS[self.kind.currentData()][1], *_SHARED)
        for name, line in self.figures.items():
            line.setVisible(name in shown)
            self._labels[name].setVisible(name in shown)
        self.changed.emit()

    def text(self) -> str:
        """What is in the form, right or wrong."""
        kind = str(self.kind.currentData())
        names = (*KINDS[kind][1], *_SHARED)
        return f"{kind}:" + ",".join(
            f"{name}={self.figures[name].text().strip()}" for name in names
        )

    def tell(self, policy: Backoff, max_attempts: int, retry_for: float | None) -> None:
        """Draw what it comes to."""
        self.chart.tell(policy, max_attempts, retry_for)
