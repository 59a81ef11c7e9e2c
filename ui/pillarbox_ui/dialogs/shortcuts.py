"""The sheet of shortcuts (F1): every key of the window and what it does.

Owns the dialog only: what it lists is handed in by whoever binds the keys, so it cannot lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pillarbox_ui.dialogs.frame import Dialog, plain
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One line of the sheet. `keys` as `QKeySequence` reads them, such as `Ctrl+N`; a row of them
    with an ellipsis, `Ctrl+2…9`, is shown as it is."""

    keys: str
    does: str


@dataclass(frozen=True, slots=True)
class Section:
    """Shortcuts that belong together."""

    title: str
    shortcuts: tuple[Shortcut, ...]


class ShortcutsDialog(Dialog):
    """The sections in two columns of about the same height."""

    def __init__(
        self, theme: Theme, sections: Sequence[Section], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "", parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        columns = QHBoxLayout()
        columns.setSpacing(SIZE.edge * 2)
        for part in _two_columns(sections):
            columns.addLayout(self._column_of(part), 1)
        self.body.addLayout(columns)
        self.body.addStretch(1)
        self.add_button(self.tr("Close"), self.accept, "primary")

    def _column_of(self, sections: Sequence[Section]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SIZE.edge)
        for section in sections:
            column.addLayout(self._section(section))
        column.addStretch(1)
        return column

    def _section(self, section: Section) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SIZE.edge)
        grid.setVerticalSpacing(SIZE.grid)
        grid.setColumnStretch(0, 1)
        grid.addWidget(plain(section.title, wrap=False, heading=True), 0, 0, 1, 2)
        for row, shortcut in enumerate(section.shortcuts, 1):
            grid.addWidget(plain(shortcut.does, wrap=False), row, 0)
            grid.addWidget(self._keys(shortcut.keys), row, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def _keys(self, keys: str) -> QLabel:
        native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        label = plain(keys if "…" in keys else native or keys, wrap=False, muted=True)
        label.setFont(self.theme.mono())
        return label


def _two_columns(sections: Sequence[Section]) -> tuple[Sequence[Section], Sequence[Section]]:
    """Cut `sections` where both columns come nearest to the same height."""
    heights = [len(section.shortcuts) + 2 for section in sections]
    cuts = range(1, len(sections) + 1)
    best = min(cuts, key=lambda cut: max(sum(heights[:cut]), sum(heights[cut:])), default=0)
    return sections[:best], sections[best:]
