"""The filter in force, right above the page: a chip a term, and what can be done with it.

Owns taking a term away from the text, and when the strip is there at all.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from pillarbox_engine.query_terms import Term, terms
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.buttons import Choice, button
from pillarbox_ui.widgets.chip import Chip
from pillarbox_ui.widgets.flow_layout import FlowLayout
from pillarbox_ui.widgets.words import tr


class FilterStrip(QWidget):
    """`changed(text)` with one term less; `edit_asked(start, end)` of a term in the text;
    `asked(name)` for an action of the window."""

    changed = Signal(str)
    edit_asked = Signal(int, int)
    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self.setAccessibleName(tr("The filter in force"))
        self.setObjectName("filter-strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._chips.setSizePolicy(policy)
        self.save = self._link(tr("Save view…"), "save-view")
        self.clear = self._link(tr("Clear"), "clear")
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZE.inside, SIZE.grid, SIZE.inside, SIZE.grid)
        row.setSpacing(SIZE.inside)
        row.addWidget(self._chips, 1)
        for link in (self.save, self.clear):
            row.addWidget(link)
        self.hide()

    def _link(self, text: str, name: str) -> QWidget:
        return button(self._theme, Choice(text, lambda: self.asked.emit(name), "link"))

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The chips, from left to right."""
        items = [self._flow.itemAt(at) for at in range(self._flow.count())]
        widgets = [item.widget() for item in items if item is not None]
        return tuple(widget for widget in widgets if isinstance(widget, Chip))

    def show_filter(self, text: str) -> None:
        """Show the filter `text`, which parses; "" takes the strip away."""
        self.setVisible(bool(text))
        if text == self._text:
            return
        self._text = text
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for term in terms(text):
            self._flow.addWidget(self._chip(term))
        self._chips.updateGeometry()

    def _chip(self, term: Term) -> Chip:
        start, end = term.column - 1, term.end - 1
        chip = Chip(self._theme, self._text[start:end])
        chip.removed.connect(lambda: self.changed.emit(without(self._text, start, end)))
        chip.edited.connect(lambda: self.edit_asked.emit(start, end))
        return chip


def without(text: str, start: int, end: int) -> str:
    """`text` without its part from `start` to `end`."""
    return " ".join(part for part in (text[:start].strip(), text[end:].strip()) if part)
