"""JSON laid out, shown, found in and edited."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.find_bar import FindBar
from pillarbox_ui.widgets.highlighter import JsonHighlighter
from pillarbox_ui.widgets.json_edit import JsonEdit, Problem, plain_json
from pillarbox_ui.widgets.json_text import pretty
from pillarbox_ui.widgets.json_view import MOST_LOADED, PREVIEW, JsonView
from pillarbox_ui.widgets.laid_out import LONGEST_LINE

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_laying_out_changes_no_value(value: object) -> None:
    text = json.dumps(value)
    assert json.loads(pretty(text)) == value
    assert "".join(pretty(text).split()) == "".join(text.split())


def test_digits_and_repeated_keys_are_kept() -> None:
    text = '{"n":1.50e+02,"n":9007199254740993,"s":"a\\u00e9, {b}"}'
    assert pretty(text) == (
        '{\n  "n": 1.50e+02,\n  "n": 9007199254740993,\n  "s": "a\\u00e9, {b}"\n}'
    )


def test_small_containers_stay_on_one_line() -> None:
    laid_out = pretty('{"items":[{"sku":"A-1","qty":2},{"sku":"B-9","qty":1}],"none":[],"x":{}}')
    assert laid_out.splitlines() == [
        "{",
        '  "items": [',
        '    {"sku": "A-1", "qty": 2},',
        '    {"sku": "B-9", "qty": 1}',
        "  ],",
        '  "none": [],',
        '  "x": {}',
        "}",
    ]
    assert pretty("{}") == "{}"
    assert pretty("17") == "17"


@pytest.fixture
def view(qtbot: QtBot, light: Theme) -> JsonView:
    made = JsonView(light, "Payload")
    qtbot.addWidget(made)
    made.show()
    return made


def press(view: JsonView, text: str) -> None:
    """Click the button that says `text`."""
    next(b for b in view.findChildren(QPushButton) if b.text() == text).click()


def test_a_large_text_is_previewed_until_asked_for(qtbot: QtBot, view: JsonView) -> None:
    large = json.dumps(["x" * 100] * 4_000)
    with qtbot.waitSignal(view.loaded):
        view.set_json(large)
    assert PREVIEW * 0.9 < len(view.text()) < PREVIEW * 1.1
    with qtbot.waitSignal(view.save_asked) as asked:
        press(view, "Save as…")
    assert asked.args == [large]
    with qtbot.waitSignal(view.loaded):
        press(view, "Load all")
    assert json.loads(view.text()) == json.loads(large)


def test_a_short_text_is_there_at_once_and_a_longer_one_begins_at_once(
    qtbot: QtBot, view: JsonView
) -> None:
    view.set_json('{"a":1}')
    assert json.loads(view.text()) == {"a": 1}
    longer = json.dumps({f"key{n}": n for n in range(8_000)})
    with qtbot.waitSignal(view.loaded):
        view.set_json(longer)
        assert view.text().startswith('{\n  "key0": 0')
    assert json.loads(view.text()) == json.loads(longer)


def test_another_text_takes_the_place_of_one_that_is_still_being_loaded(
    qtbot: QtBot, view: JsonView
) -> None:
    view.set_json(json.dumps(["x" * 100] * 4_000))
    view.set_json('{"other":1}')
    qtbot.wait(60)
    assert json.loads(view.text()) == {"other": 1}


def test_no_line_is_longer_than_qt_can_bear(qtbot: QtBot, view: JsonView) -> None:
    with qtbot.waitSignal(view.loaded):
        view.set_json(json.dumps("x" * 300_000))
    assert max(map(len, view.text().split("\n"))) <= LONGEST_LINE


def test_what_is_far_too_long_can_only_be_saved(qtbot: QtBot, view: JsonView) -> None:
    with qtbot.waitSignal(view.loaded):
        view.set_json(json.dumps("x" * (MOST_LOADED + 1)))
    shown = [b.text() for b in view.findChildren(QPushButton) if b.isVisible()]
    assert "Save as…" in shown
    assert "Load all" not in shown


def finding(view: JsonView, wanted: str) -> tuple[FindBar, QLineEdit]:
    view.start_finding()
    bar = view.findChild(FindBar)
    assert bar is not None
    line = bar.findChild(QLineEdit)
    assert line is not None
    QTest.keyClicks(line, wanted)
    return bar, line


def test_finding_goes_round(qtbot: QtBot, view: JsonView) -> None:
    view.set_text("one two one\ntwo ONE")
    bar, line = finding(view, "one")
    places = [view.editor.textCursor().selectionStart()]
    for _ in range(3):
        QTest.keyClick(line, Qt.Key.Key_Return)
        places.append(view.editor.textCursor().selectionStart())
    assert places == [0, 8, 16, 0]
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert not bar.isVisible()


@pytest.fixture
def edit(qtbot: QtBot, light: Theme) -> JsonEdit:
    made = JsonEdit(light, "Payload")
    qtbot.addWidget(made)
    made.set_text("{}")
    made.show()
    return made


def test_a_mistake_is_told_with_its_place(qtbot: QtBot, edit: JsonEdit) -> None:
    assert edit.valid
    with qtbot.waitSignal(edit.valid_changed) as changed:
        edit.set_text('{\n  "a": 1\n  "b": 2\n}')
    assert changed.args == [False]
    assert edit.problem is not None
    assert (edit.problem.line, edit.problem.column) == (3, 3)
    assert str(edit.problem).startswith("Line 3, column 3: ")
    assert len(edit.editor.extraSelections()) == 1


def test_another_validator_judges_at_once(qtbot: QtBot, edit: JsonEdit) -> None:
    with qtbot.waitSignal(edit.valid_changed):
        edit.set_validator(lambda text: Problem("expected an array"))
    assert str(edit.problem) == "expected an array"


def test_a_place_beyond_the_text_is_harmless(edit: JsonEdit) -> None:
    edit.set_validator(lambda text: Problem("too deep", line=99, column=5))
    edit.set_validator(lambda text: Problem("too deep", line=1, column=500))
    assert not edit.valid


def test_a_large_text_is_judged_when_typing_rests(qtbot: QtBot, edit: JsonEdit) -> None:
    with qtbot.waitSignal(edit.valid_changed):
        edit.set_text("[" + "1," * 40_000)
    assert not edit.valid


def test_return_keeps_the_indentation(qtbot: QtBot, edit: JsonEdit) -> None:
    edit.set_text("")
    QTest.keyClicks(edit.editor, "{")
    QTest.keyClick(edit.editor, Qt.Key.Key_Return)
    QTest.keyClicks(edit.editor, '"a": 1,')
    QTest.keyClick(edit.editor, Qt.Key.Key_Return)
    assert edit.text() == '{\n  "a": 1,\n  '


def test_the_least_validator() -> None:
    assert plain_json("[1]") is None
    assert plain_json("[1") is not None


def test_a_long_text_is_not_coloured_on_its_way_out(
    qtbot: QtBot, light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = JsonView(light, "Payload")
    qtbot.addWidget(view)
    with qtbot.waitSignal(view.loaded):
        view.set_json(json.dumps([{"n": n} for n in range(10_000)]))
    lines: list[str] = []
    monkeypatch.setattr(JsonHighlighter, "highlightBlock", lambda _, text: lines.append(text))
    view.set_json('{"a": 1}')
    assert len(lines) <= 10


def test_what_is_found_follows_the_text_that_is_shown(qtbot: QtBot, light: Theme) -> None:
    view = JsonView(light, "Payload")
    qtbot.addWidget(view)
    view.show()
    view.set_json('{"a": "ana"}')
    bar, _ = finding(view, "ana")
    assert bar.found() == "1 place"
    view.set_json('{"a": "ben"}')
    assert bar.found() == "0 places"


def test_of_a_preview_it_is_said_where_was_looked(qtbot: QtBot, light: Theme) -> None:
    view = JsonView(light, "Payload")
    qtbot.addWidget(view)
    view.show()
    with qtbot.waitSignal(view.loaded):
        view.set_json(json.dumps(["y" * 900] * 320 + ["ana"]))
    bar, _ = finding(view, "ana")
    assert bar.found() == "0 places in the first 262 kB"
    (load,) = (one for one in view.findChildren(QPushButton) if one.text() == "Load all")
    with qtbot.waitSignal(view.loaded, timeout=20_000):
        load.click()
    assert bar.found() == "1 place"
