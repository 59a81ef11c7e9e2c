"""Small parts the views share: strips of text and buttons, stacks with a hairline between.

Owns their spacing, so that all pages stand on the same grid.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.buttons import Choice, button


def small_button(
    theme: Theme, text: str, pressed: Callable[[], object], icon: str = ""
) -> QPushButton:
    """A small button for a strip."""
    made = button(theme, Choice(text, pressed, icon=icon))
    made.setProperty("compact", True)
    return made


def link(theme: Theme, text: str, pressed: Callable[[], object]) -> QPushButton:
    """A button that looks like a link."""
    return button(theme, Choice(text, pressed, "link"))


def strip(*left: QWidget, spread: QWidget | None = None) -> tuple[QWidget, QHBoxLayout]:
    """A line of parts, the first ones at the left; what is added to the layout goes right.

    `spread` is a part that takes all the room between, such as a line of text that may be cut.
    """
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(SIZE.inside, SIZE.grid, SIZE.inside, SIZE.grid)
    row.setSpacing(SIZE.inside)
    made.setMinimumHeight(SIZE.row + SIZE.inside)
    for part in left:
        row.addWidget(part)
    if spread is None:
        row.addStretch(1)
    else:
        row.addWidget(spread, 1)
    return made, row


def above(head: QWidget, body: QWidget) -> QWidget:
    """`head` over `body`, which takes the room."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(head)
    column.addWidget(body, 1)
    return made


def stacked(*parts: QWidget, sizes: tuple[int, ...]) -> QSplitter:
    """Parts above each other with a hairline between that can be dragged."""
    made = QSplitter(Qt.Orientation.Vertical)
    made.setHandleWidth(SIZE.hairline)
    made.setChildrenCollapsible(False)
    for at, part in enumerate(parts):
        made.addWidget(part)
        made.setStretchFactor(at, 1 if at == len(parts) - 1 else 0)
    made.setSizes(list(sizes))
    return made
