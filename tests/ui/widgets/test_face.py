"""A font measured once: what fits, how wide it is, where it stands."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication
from pytestqt.qtbot import QtBot

from pillarbox_ui.widgets.face import MOST_FITTED, Face

LONG = "an order that is too long for its column"


def test_what_fits_is_left_as_it_is(qtbot: QtBot) -> None:
    face = Face(QGuiApplication.font())
    width = QFontMetrics(face.font).horizontalAdvance(LONG)
    assert face.fitted(LONG, width) == (LONG, width)
    assert face.width(LONG) == width


def test_what_does_not_fit_is_elided(qtbot: QtBot) -> None:
    face = Face(QGuiApplication.font())
    room = face.width(LONG) // 2
    shown, width = face.fitted(LONG, room)
    assert shown.endswith("…")
    assert LONG.startswith(shown[:-1])
    assert width <= room


def test_more_texts_than_are_remembered_are_still_right(qtbot: QtBot) -> None:
    face = Face(QGuiApplication.font())
    before = face.fitted("first", 1_000)
    for number in range(MOST_FITTED + 1):
        face.fitted(str(number), 1_000)
    assert face.fitted("first", 1_000) == before


def test_all_faces_of_a_row_share_their_baseline(qtbot: QtBot) -> None:
    large = QFont(QGuiApplication.font())
    large.setPointSize(30)
    rect = QRect(0, 0, 100, 32)
    assert Face(large).baseline(rect) == Face(QGuiApplication.font()).baseline(rect)
