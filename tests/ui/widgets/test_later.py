"""A part made late: once, after a paint or on demand, and told the newest thing only."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from pillarbox_ui.widgets.in_turn import InTurn
from pillarbox_ui.widgets.later import Later


class Maker:
    """Makes line edits and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> QLineEdit:
        self.count += 1
        return QLineEdit()


def later(qtbot: QtBot, maker: Maker) -> Later[QLineEdit]:
    made: Later[QLineEdit] = Later(maker, QSize(80, 40))
    qtbot.addWidget(made)
    return made


def test_nothing_is_made_before_it_is_seen(qtbot: QtBot) -> None:
    maker = Maker()
    place = later(qtbot, maker)
    place.tell(lambda part: part.setText("old"))
    place.tell(lambda part: part.setText("new"))
    assert maker.count == 0
    assert place.minimumSize() == QSize(80, 40)
    place.show()
    qtbot.waitUntil(lambda: place.is_made)
    place.repaint()
    assert maker.count == 1
    assert place.part.text() == "new"


def test_what_is_asked_for_is_made_at_once(qtbot: QtBot) -> None:
    maker = Maker()
    place = later(qtbot, maker)
    part = place.part
    place.tell(lambda part: part.setText("now"))
    place.show()
    qtbot.waitExposed(place)
    assert (place.part, part.text(), maker.count) == (part, "now", 1)


def test_what_is_there_is_shown_in_a_turn_of_its_own(qtbot: QtBot) -> None:
    place = later(qtbot, Maker())
    turns = InTurn(place)
    place.tell(lambda part: part.setText("first"), turns)
    assert place.part.text() == "first"  # the part comes with it
    place.tell(lambda part: part.setText("second"), turns)
    assert place.part.text() == "first"
    qtbot.waitUntil(lambda: place.part.text() == "second")


def test_the_tab_key_meets_the_part_where_it_stands(qtbot: QtBot) -> None:
    row = QWidget()
    qtbot.addWidget(row)
    layout, before, after = QHBoxLayout(row), QLineEdit(), QLineEdit()
    place: Later[QLineEdit] = Later(QLineEdit, QSize(80, 40))
    for part in (before, place, after):
        layout.addWidget(part)
    place.part.setText("middle")
    met: list[QWidget] = []
    widget = before.nextInFocusChain()
    while widget is not None and widget is not after:
        met.append(widget)
        widget = widget.nextInFocusChain()
    assert place.part in met
