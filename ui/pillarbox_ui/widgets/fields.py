"""Small fixes to Qt's fields that a style sheet cannot make."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

from pillarbox_ui.theme.tokens import SIZE

Box = TypeVar("Box", bound=QAbstractSpinBox)


def pad_spin(box: Box) -> Box:
    """Give the text of a spin box or date field the padding of other fields.

    Under a style sheet Qt lays the line out from the very edge, whatever padding is asked for.
    """
    line = box.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(SIZE.inside - 1, 0, 0, 0)
    return box
