"""Banner, undo bar, empty state, filter line, status dot, buttons, tabs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from pillarbox_ui.status_bar import StatusBar
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice, button, set_look
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.fields import FigureBox, of_one_width, pad_spin
from pillarbox_ui.widgets.plain_label import PlainLabel
from pillarbox_ui.widgets.search_field import SearchField
from pillarbox_ui.widgets.status_dot import StatusDot
from pillarbox_ui.widgets.switch import Switch
from pillarbox_ui.widgets.tabs import quiet_tabs
from pillarbox_ui.widgets.two_ends import TwoEnds
from pillarbox_ui.widgets.undo_bar import UndoBar
from pillarbox_ui.widgets.zone import Zone


@pytest.fixture
def still(light: Theme) -> Theme:
    """The light theme without motion."""
    light.motion = False
    return light


def buttons(widget: QWidget) -> dict[str, QPushButton]:
    """The buttons of a widget that are on show, by what they say."""
    return {b.text(): b for b in widget.findChildren(QPushButton) if b.isVisibleTo(widget)}


def test_a_banner_tells_and_helps(qtbot: QtBot, still: Theme) -> None:
    banner, pressed = Banner(still), []
    qtbot.addWidget(banner)
    assert not banner.isVisible()
    banner.tell("error", "Disk full", "No room", (Choice("Retry", lambda: pressed.append(1)),))
    assert banner.isVisible()
    assert banner.accessibleName() == "Disk full No room."
    buttons(banner)["Retry"].click()
    assert pressed == [1]
    banner.tell("info", "3 leases were recovered")
    assert buttons(banner) == {}


def test_undo_is_offered_and_taken(qtbot: QtBot, still: Theme) -> None:
    bar = UndoBar(still)
    qtbot.addWidget(bar)
    bar.offer("214 jobs were moved to the trash", "operation-7", seconds=10)
    assert bar.isVisible()
    assert bar.text() == "214 jobs were moved to the trash"
    with qtbot.waitSignal(bar.undone) as undone:
        bar.undo.click()
    assert undone.args == ["operation-7"]
    assert not bar.isVisible()


def test_an_offer_to_undo_runs_out(qtbot: QtBot, still: Theme) -> None:
    bar = UndoBar(still)
    qtbot.addWidget(bar)
    with qtbot.waitSignal(bar.expired, timeout=3_000) as over:
        bar.offer("1 job was moved to the trash", "operation-8", seconds=0.25)
    assert over.args == ["operation-8"]
    assert bar.seconds_left() == 0


def test_the_bar_slides_without_squeezing_its_buttons(qtbot: QtBot, light: Theme) -> None:
    bar = UndoBar(light)
    qtbot.addWidget(bar)
    bar.offer("1 job was moved to the trash")
    qtbot.waitUntil(lambda: bar.maximumHeight() == bar.sizeHint().height())
    assert bar.undo.height() >= bar.undo.sizeHint().height()


def test_an_empty_state_says_what_to_do(qtbot: QtBot, still: Theme) -> None:
    pressed: list[int] = []
    empty = EmptyState(still, "drop", "Drop a .jsonl here", "Or load the sample")
    qtbot.addWidget(empty)
    empty.resize(500, 300)
    empty.show()
    assert empty.accessibleName() == "Drop a .jsonl here. Or load the sample"
    empty.tell(
        "filter", "Your filter hides all 1,204", "", (Choice("Clear", lambda: pressed.append(1)),)
    )
    qtbot.waitUntil(lambda: "Clear" in buttons(empty))
    buttons(empty)["Clear"].click()
    assert empty.title() == "Your filter hides all 1,204"
    assert pressed == [1]


def test_an_empty_state_has_room_for_its_text_however_narrow_it_is(
    qtbot: QtBot, still: Theme
) -> None:
    text = "A flow is made by enqueue_flow: a parent, and the children it waits for."
    empty = EmptyState(still, "flow", "No parent and no children", text)
    qtbot.addWidget(empty)
    empty.show()
    label = next(one for one in empty.findChildren(PlainLabel) if one.text() == text)
    for width in (900, 300):
        empty.resize(width, 400)
        QTest.qWait(1)  # the layout follows in the next turn
        assert empty.rect().contains(label.geometry())
        assert label.height() >= label.heightForWidth(label.width())
        assert abs(label.geometry().center().x() - empty.rect().center().x()) <= 1


def test_two_ends_go_on_two_lines_before_one_is_squeezed(qtbot: QtBot) -> None:
    left, right = Switch("Depth", "Rates"), Switch("5 min", "1 h")
    page = QWidget()
    qtbot.addWidget(page)
    ends = TwoEnds(left, right)
    ends.setParent(page)
    page.show()
    whole = left.sizeHint().width() + right.sizeHint().width()
    for width, beside in ((whole + 40, True), (whole - 20, False), (whole + 40, True)):
        ends.resize(width, 120)
        QTest.qWait(1)  # the layout follows in the next turn
        assert ends.beside is beside
        assert (right.y() == left.y()) is beside
        assert right.width() >= right.sizeHint().width()


def test_what_was_done_does_not_widen_the_window(qtbot: QtBot, still: Theme) -> None:
    bar = StatusBar(still, Zone(utc=True), "jobs.pillarbox")
    qtbot.addWidget(bar)
    before = bar.minimumSizeHint().width()
    bar.tell("1 job replayed; the rest follows, see Operations: " * 4)
    assert bar.minimumSizeHint().width() <= before + 24


def test_a_letter_that_reaches_to_the_left_is_not_cut(qtbot: QtBot) -> None:
    label = PlainLabel("Jitter")
    qtbot.addWidget(label)
    drawn = QPainterPath()
    drawn.addText(0, 0, label.font(), "J")
    assert label.indent() == max(0, round(-drawn.boundingRect().left()))


def test_the_filter_submits_and_clears(qtbot: QtBot, still: Theme) -> None:
    field = SearchField(still, "Filter")
    qtbot.addWidget(field)
    field.show()
    QTest.keyClicks(field, " state:dead ")
    with qtbot.waitSignal(field.submitted) as submitted:
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert submitted.args == ["state:dead"]
    with qtbot.waitSignal(field.submitted) as submitted:
        QTest.keyClick(field, Qt.Key.Key_Escape)
    assert submitted.args == [""]


def test_a_mistake_stands_below_until_one_types(qtbot: QtBot, still: Theme) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(400, 200)
    field = SearchField(still, "Filter", host)
    field.setText("state:ded")
    field.set_error("<b>no such state</b>")
    host.show()
    bubble = host.findChild(PlainLabel, "bubble")
    assert bubble is not None
    assert bubble.isVisible()
    assert bubble.text() == "<b>no such state</b>"
    assert bubble.y() > field.geometry().bottom()
    QTest.keyClicks(field, "x")
    assert field.error() == ""
    assert not bubble.isVisible()


def test_a_dot_never_stands_without_its_word(qtbot: QtBot, still: Theme) -> None:
    dot = StatusDot(still)
    qtbot.addWidget(dot)
    dot.tell("good", "Live")
    assert dot.accessibleName() == dot.text() == "Live"
    assert dot.sizeHint().width() > dot.fontMetrics().horizontalAdvance("Live")


def test_a_button_is_named_and_takes_its_look(qtbot: QtBot, still: Theme) -> None:
    made = button(still, Choice("Replay 214 jobs", lambda: None, "primary", "replay"))
    qtbot.addWidget(made)
    made.show()
    assert made.accessibleName() == "Replay 214 jobs"
    centre = made.grab().toImage().pixelColor(6, made.height() // 2).name().upper()
    assert centre == still.tokens.accent
    set_look(made, "primary", False)
    assert made.grab().toImage().pixelColor(6, made.height() // 2).name().upper() != centre


def test_tabs_have_no_base_line(qtbot: QtBot, still: Theme) -> None:
    tabs = quiet_tabs("Inspector")
    qtbot.addWidget(tabs)
    assert not tabs.tabBar().drawBase()
    assert tabs.accessibleName() == "Inspector"


def test_a_figure_without_a_decimal_is_written_without(qtbot: QtBot) -> None:
    box = FigureBox(maximum=1_000.0, decimals=1)
    qtbot.addWidget(box)
    point = box.locale().decimalPoint()
    assert [box.textFromValue(value) for value in (100.0, 0.5, 0.0)] == ["100", f"0{point}5", "0"]


def test_what_stands_below_each_other_is_of_one_width(qtbot: QtBot) -> None:
    boxes = [QCheckBox("a"), QCheckBox("a longer one")]
    for box in boxes:
        qtbot.addWidget(box)
    of_one_width(boxes)
    assert boxes[0].minimumWidth() == boxes[1].sizeHint().width()


def test_what_a_banner_tells_ends_with_a_stop(qtbot: QtBot, still: Theme) -> None:
    banner = Banner(still)
    qtbot.addWidget(banner)
    for said, shown in (("Free 16 MiB", "Free 16 MiB."), ("Is it?", "Is it?"), ("", "")):
        banner.tell("error", "Full", said)
        assert banner.accessibleName() == f"Full {shown}".strip()


def test_a_spin_box_has_the_padding_of_other_fields(qtbot: QtBot, still: Theme) -> None:
    box = pad_spin(QDoubleSpinBox())
    qtbot.addWidget(box)
    line = box.findChild(QLineEdit)
    assert line is not None
    assert line.textMargins().left() == SIZE.inside
