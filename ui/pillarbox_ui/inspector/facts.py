"""Pairs of a name and a value, as the Summary and Options tabs list them.

Owns `Facts`, a grid that is updated in place, and `Value`, text that is shown as data: it wraps
anywhere, so the longest id fits the narrowest dock, and its menu copies it whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize, Qt, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QSizePolicy, QWidget

from pillarbox_ui.dialogs.frame import plain
from pillarbox_ui.masking import masked
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.plain import one_line
from pillarbox_ui.widgets.plain_label import put_tip

_WRAP = QTextOption()
_WRAP.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)


@dataclass(frozen=True, slots=True)
class Fact:
    """One pair. `mono`: the value is an id or the like. `json`: it is data whose secrets are masked
    where it is shown. `hint`: what its tool tip says."""

    name: str
    value: str
    mono: bool = False
    json: bool = False
    hint: str = ""


class Value(QWidget):
    """Some text of a job, never markup, wrapped wherever it must be."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._whole = ""
        self._mono = False
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def show_fact(self, fact: Fact) -> None:
        """Show the value of `fact`; what is long is cut, and copied whole all the same."""
        self._whole, self._mono = fact.value, fact.mono
        put_tip(self, fact.hint)
        text = masked(one_line(fact.value)) if fact.json else one_line(fact.value)
        self.setAccessibleName(f"{fact.name}: {text}")
        if text != self._text:
            self._text = text
            self.updateGeometry()
            self.update()

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text

    def _font(self) -> QFont:
        return self._theme.mono() if self._mono else self._theme.numbers()

    def heightForWidth(self, width: int) -> int:
        return math.ceil(self._laid_out(width)[1])

    def sizeHint(self) -> QSize:
        return QSize(0, QFontMetrics(self._font()).height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.colour("text"))
        self._laid_out(self.width())[0].draw(painter, QPointF(0, 0))

    def _laid_out(self, width: int) -> tuple[QTextLayout, float]:
        """The text in lines of at most `width` px, and the height of them all."""
        layout = QTextLayout(self._text or " ", self._font())
        layout.setTextOption(_WRAP)
        height = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout, height

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Right-click: copy the whole value."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy"), self.copy)
        menu.popup(event.globalPos())

    @Slot()
    def copy(self) -> None:
        """Put the whole value on the clipboard."""
        QGuiApplication.clipboard().setText(self._whole)


class Facts(QWidget):
    """A grid of facts. Rows are made once and reused; one without a value is hidden."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[QLabel, Value]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SIZE.between)
        self._grid.setVerticalSpacing(SIZE.inside)
        self._grid.setColumnStretch(1, 1)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show those of `facts` that have a value, in their order."""
        shown = [fact for fact in facts if fact.value]
        while len(self._rows) < len(shown):
            self._add_row()
        for place, (label, value) in enumerate(self._rows):
            present = place < len(shown)
            label.setVisible(present)
            value.setVisible(present)
            if present:
                label.setText(shown[place].name)
                value.show_fact(shown[place])

    def texts(self) -> dict[str, str]:
        """What is shown, by name."""
        return {label.text(): value.text for label, value in self._rows if not label.isHidden()}

    def _add_row(self) -> None:
        label, value = plain("", wrap=False, muted=True), Value(self._theme)
        row = len(self._rows)
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        self._rows.append((label, value))
