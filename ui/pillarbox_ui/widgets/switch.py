"""Two or three pages one switches between, by buttons that show which one is up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from pillarbox_ui.theme.tokens import SIZE


class Switch(QWidget):
    """`chosen(place)` when the person takes another one."""

    chosen = Signal(int)

    def __init__(self, *names: str) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SIZE.grid)
        for place, name in enumerate(names):
            row.addWidget(self._button(place, name))
        self.choose(0)
        self._group.idClicked.connect(self.chosen)

    def _button(self, place: int, name: str) -> QToolButton:
        made = QToolButton()
        made.setText(name)
        made.setAccessibleName(name)
        made.setCheckable(True)
        self._group.addButton(made, place)
        return made

    @property
    def place(self) -> int:
        """Which one is up, from 0."""
        return self._group.checkedId()

    def choose(self, place: int) -> None:
        """Take one; nothing is signalled."""
        self._group.button(place).setChecked(True)

    def set_enabled(self, place: int, enabled: bool) -> None:
        """Whether one can be taken."""
        self._group.button(place).setEnabled(enabled)

    def press(self, place: int) -> None:
        """Take one as the person would."""
        self._group.button(place).click()
