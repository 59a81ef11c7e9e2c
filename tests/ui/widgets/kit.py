"""One cell in a table, painted on its own, for the tests of delegates."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.cell import Cell
from pillarbox_ui.widgets.gallery_tables import Datum, Rows

WIDTH, HEIGHT = 220, 32


def index(datum: Datum) -> QModelIndex:
    """The index of a cell that has `datum`; its model lives as long as the index is asked."""
    model = Rows(("Title",), [[datum]])
    _KEPT.append(model)
    return model.index(0, 0)


_KEPT: list[Rows] = []


def option(chosen: bool = False, width: int = WIDTH) -> QStyleOptionViewItem:
    """A style option as a view would give it."""
    made = QStyleOptionViewItem()
    made.rect = QRect(0, 0, width, HEIGHT)
    made.state = QStyle.StateFlag.State_Enabled
    if chosen:
        made.state |= QStyle.StateFlag.State_Selected
    return made


def paint(cell: Cell, datum: Datum, chosen: bool = False, width: int = WIDTH) -> QImage:
    """The cell as a picture."""
    picture = QImage(width, HEIGHT, QImage.Format.Format_RGB32)
    picture.fill(QColor("magenta"))
    painter = QPainter(picture)
    cell.paint(painter, option(chosen, width), index(datum))
    painter.end()
    return picture


def colours(picture: QImage) -> set[str]:
    """Every colour in a picture, as #RRGGBB."""
    across, down = range(picture.width()), range(picture.height())
    return {picture.pixelColor(x, y).name().upper() for x in across for y in down}


def background(theme: Theme, chosen: bool) -> str:
    """The colour of the row."""
    return theme.tokens.selection if chosen else theme.tokens.content
