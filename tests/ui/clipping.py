"""Finding words that have less room than they need: on labels, buttons, tabs and headers.

Owns the rules. A cell of a table may be elided (its tool tip tells it whole), and so may an
`ElidedLabel`; nothing else may.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QHeaderView,
    QLabel,
    QTabBar,
    QWidget,
)

from pillarbox_ui.widgets.plain_label import ElidedLabel

SLACK = 1
"""Pixels: sizes are rounded."""


def clipped(top: QWidget) -> list[str]:
    """What of `top` cannot be read whole, in words."""
    return [*_cut_widgets(top), *_cut_headers(top)]


def _cut_widgets(top: QWidget) -> Iterator[str]:
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or isinstance(widget, ElidedLabel):
            continue
        words = _words(widget)
        if words and (why := _why_cut(widget, top)):
            yield f"{type(widget).__name__} {words!r}: {why}"


def _words(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text().strip()
    if isinstance(widget, QComboBox):
        return widget.currentText() or "(box)"
    return "(tabs)" if isinstance(widget, QTabBar) else ""


def _why_cut(widget: QWidget, top: QWidget) -> str:
    if isinstance(widget, QLabel) and widget.wordWrap():
        needed = widget.heightForWidth(widget.width())
        if widget.height() + SLACK < needed:
            return f"{widget.height()} px high, its lines need {needed}"
        return _why_covered(widget, top)
    hint = widget.minimumSizeHint() if isinstance(widget, QTabBar) else widget.sizeHint()
    if isinstance(widget, QComboBox):
        hint.setWidth(min(hint.width(), _of_current(widget)))
    if isinstance(widget, QAbstractButton) and not _shows_text(widget):
        return ""
    if widget.width() + SLACK < hint.width() or widget.height() + SLACK < hint.height():
        return f"{widget.width()} × {widget.height()}, needs {hint.width()} × {hint.height()}"
    return _why_covered(widget, top)


def _shows_text(button: QAbstractButton) -> bool:
    style = getattr(button, "toolButtonStyle", None)
    return style is None or style() != Qt.ToolButtonStyle.ToolButtonIconOnly


def _of_current(box: QComboBox) -> int:
    """What the chosen words need, beside the arrow."""
    return box.fontMetrics().horizontalAdvance(box.currentText()) + 32


def _why_covered(widget: QWidget, top: QWidget) -> str:
    """A part that lies outside of its window; what can be scrolled to is not."""
    above = widget.parentWidget()
    while above is not None and above is not top:
        if isinstance(above, QAbstractScrollArea):
            return ""
        above = above.parentWidget()
    place = QRect(widget.mapTo(top, widget.rect().topLeft()), widget.size())
    return "" if top.rect().contains(place) else f"at {place}, outside of {top.rect()}"


def _cut_headers(top: QWidget) -> Iterator[str]:
    for header in top.findChildren(QHeaderView):
        if not header.isVisible() or header.orientation() != Qt.Orientation.Horizontal:
            continue
        for section in range(header.count()):
            if header.isSectionHidden(section):
                continue
            title = str(header.model().headerData(section, Qt.Orientation.Horizontal))
            needed = header.fontMetrics().horizontalAdvance(title)
            if header.sectionSize(section) < needed:
                yield f"header {title!r}: {header.sectionSize(section)} px, needs {needed}"
