"""Small fixes to Qt's fields that a style sheet cannot make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QLineEdit, QWidget

from pillarbox_ui.theme.tokens import SIZE

Box = TypeVar("Box", bound=QAbstractSpinBox)


def pad_spin(box: Box) -> Box:
    """Give the text of a spin box or date field the padding of other fields.

    Under a style sheet Qt lays the line out from the very edge, whatever padding is asked for.
    """
    line = box.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(SIZE.inside, 0, 0, 0)
    return box


def of_one_width(widgets: Sequence[QWidget]) -> None:
    """Make those that stand below each other as wide as the widest, so what follows lines up."""
    widest = max(widget.sizeHint().width() for widget in widgets)
    for widget in widgets:
        widget.setMinimumWidth(widest)


class FigureBox(QDoubleSpinBox):
    """A figure that may have a decimal; one without is written without."""

    def textFromValue(self, value: float) -> str:
        text = super().textFromValue(value)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text
