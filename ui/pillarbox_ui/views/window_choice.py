"""How far back the graphs go: 5 minutes, an hour, a day or a week.

Owns the row of four buttons.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.words import tr

WINDOWS = ((300.0, "5 min"), (3_600.0, "1 h"), (86_400.0, "24 h"), (604_800.0, "7 d"))
"""Seconds, and what the button says."""


class WindowChoice(QWidget):
    """`changed` when another window was chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SIZE.grid)
        for at, (_, text) in enumerate(WINDOWS):
            row.addWidget(self._button(at, text))
        self._buttons.idToggled.connect(self._toggled)

    def _button(self, at: int, text: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setChecked(at == 0)
        button.setAccessibleName(tr("Show the last {0}").format(text))
        self._buttons.addButton(button, at)
        return button

    @property
    def seconds(self) -> float:
        """The chosen window, in seconds."""
        return WINDOWS[max(0, self._buttons.checkedId())][0]

    def choose(self, seconds: float) -> None:
        """Choose the window of `seconds`, if there is one."""
        for at, (length, _) in enumerate(WINDOWS):
            if length == seconds:
                self._buttons.button(at).setChecked(True)

    @Slot(int, bool)
    def _toggled(self, at: int, on: bool) -> None:
        if on:
            self.changed.emit()
