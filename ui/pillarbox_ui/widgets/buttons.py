"""Buttons in the window's four looks: usual, primary (the only filled one), quiet, danger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLayout, QPushButton, QWidget

from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE


@dataclass(frozen=True, slots=True)
class Choice:
    """A button to be made: what it says, what it does, how it looks, its icon's meaning."""

    text: str
    do: Callable[[], object]
    look: str = ""
    icon: str = ""


def icon_beside_text() -> QSize:
    """The icon size for buttons that have words: the glyph, and air before the word."""
    return QSize(grown(SIZE.icon) + SIZE.grid, grown(SIZE.icon))


def button(theme: Theme, choice: Choice, parent: QWidget | None = None) -> QPushButton:
    """The button for `choice`; `look` is "", "primary", "quiet", "link" or "danger"."""
    made = QPushButton(choice.text, parent)
    made.setAccessibleName(choice.text)
    made.setAutoDefault(choice.look == "primary")
    if choice.look:
        made.setProperty(choice.look, True)
    if choice.icon:
        made.setIconSize(icon_beside_text())
        theme.icons.bind(made, choice.icon, icon_tone(choice.look))
    made.clicked.connect(lambda: choice.do())
    return made


def clear(row: QLayout) -> None:
    """Take all buttons and stretches out of `row`."""
    while (item := row.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def icon_tone(look: str) -> str:
    """The tone of an icon on a button of that look."""
    return {"primary": "on_accent", "danger": "error", "link": "accent"}.get(look, "text")


def set_look(widget: QWidget, look: str, on: bool = True) -> None:
    """Give a button (or take from it) a look after it was shown."""
    widget.setProperty(look, on)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
