"""What jobs, queues, errors and file names say is data in every view, dialog and tool tip.

Nothing of it is taken for markup: no label, no tip, no text of any kind turns it into a picture,
and what a screen reader is told has no markup of ours in it either.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QUrl,
)
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QLabel,
    QListView,
    QStyleOptionViewItem,
    QTableView,
    QTextEdit,
    QToolTip,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.planning import NewSchedule
from pillarbox_ui.dialogs.import_dialog import ImportDialog
from pillarbox_ui.saved_views import SavedView, SavedViews
from pillarbox_ui.views.dead_letters_page import DeadLettersPage
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.widgets.plain import unmarked
from pillarbox_ui.windows import Opened
from tests.ui.kit import claim, fail, finish, kill

PICTURE = "<img src='file:///etc/hostname'>"
WORDS = f"{PICTURE}<b>bold</b> &amp; \u202e\x07\U0001f600\nthe second line"
NAME = "<img src=x><b>&amp;\U0001f600"
"""As much as the name of a queue, a type or a schedule may have."""

ERROR = Failure(type=WORDS, message=WORDS, traceback=f"{WORDS}\n" * 9, fingerprint="f1")
JSON = '{"<b>k":"<img src=\'file:///etc/hostname\'><b>\\u202e\\u0007\\n","n":["<s>"]}'
MOST_CELLS = 12
DIALOGS = ("palette", "new", "duplicate", "import", "replay", "edit-replay", "purge", "erase",
           "export", "save-view", "shortcuts")  # fmt: skip


@pytest.fixture
def backend() -> Iterator[MemoryBackend]:
    """A store in which everything that may be named is named to do harm."""
    store = MemoryBackend()
    job = NewJob(payload_json=JSON, type=NAME, unique_key=NAME, group=NAME)
    alike = [NewJob(payload_json=JSON, type=NAME) for _ in range(9)]
    store.enqueue(NAME, [job, *alike])
    finish(store, claim(store, NAME, 1))
    kill(store, NAME, 2, ERROR)
    fail(store, NAME, 1)
    claim(store, NAME, 1)
    store.put_schedule(NewSchedule(name=NAME, queue=NAME, job=job, every=60.0))
    yield store
    store.close()


class Judge:
    """Looks at everything that shows text; `tips`: how many tool tips told of our words."""

    def __init__(self) -> None:
        self.tips = self.cells = 0
        self.faults: list[str] = []

    def look(self) -> None:
        """At every widget that is seen, but the tool tip itself."""
        tip = Qt.WindowType.ToolTip
        for widget in QApplication.allWidgets():
            if isValid(widget) and widget.isVisible() and widget.windowType() is not tip:
                self._look_at(widget)

    def _look_at(self, widget: QWidget) -> None:
        self._tip(widget, widget.toolTip())
        if isinstance(widget, QLabel) and widget.textFormat() is not Qt.TextFormat.PlainText:
            self._hold(widget, "<" not in widget.text(), f"a label may render {widget.text()!r}")
        if isinstance(widget, QTextEdit):
            self._hold(widget, "\ufffc" not in widget.toPlainText(), "a text has a picture")
        if isinstance(widget, QListView | QTableView | QTreeView) and widget.model() is not None:
            self._cells(widget, widget.model())
        told = widget.accessibleDescription() or widget.toolTip()
        self._hold(widget, "<div" not in told and "&lt;" not in told, f"markup is told: {told!r}")

    def _cells(self, view: QAbstractItemView, model: QAbstractItemModel) -> None:
        places = list(cells_of(model, QModelIndex()))
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, 1, 20)
        for place in places:
            self.cells += "<img" in str(place.data())
            event = QHelpEvent(QHelpEvent.Type.ToolTip, QPoint(1, 1), QPoint(1, 1))
            view.itemDelegateForIndex(place).helpEvent(event, view, option, place)
            self._tip(view, QToolTip.text())
        QToolTip.hideText()

    def _tip(self, widget: QWidget, tip: str) -> None:
        self.tips += "&lt;img" in tip
        bare = tip.removeprefix("<div style='white-space: pre-wrap'>").removesuffix("</div>")
        self._hold(widget, "<" not in bare, f"a tool tip may render {tip!r}")

    def _hold(self, widget: QWidget, fine: bool, what: str) -> None:
        if not fine:
            self.faults.append(f"{type(widget).__name__} {widget.accessibleName()!r}: {what}")


def cells_of(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[QModelIndex]:
    """The first cells, and of a tree those under them."""
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for row in range(min(model.rowCount(parent), MOST_CELLS)):
        yield from (model.index(row, column, parent) for column in range(columns))
        if columns > 1:
            yield from cells_of(model, model.index(row, 0, parent))


@pytest.fixture
def judge() -> Judge:
    return Judge()


def shown(qtbot: QtBot, opened: Opened, key: str) -> None:
    """Go to a place and wait until it is shown."""
    opened.window.go(key)
    wanted = opened.window.location

    def there() -> bool:
        latest = opened.bridge.latest
        return latest is not None and (latest.interest.view, latest.interest.queue) == (
            wanted.view, wanted.queue,
        )  # fmt: skip

    qtbot.waitUntil(there)


def test_no_view_takes_words_for_markup(qtbot: QtBot, opened: Opened, judge: Judge) -> None:
    window = opened.window
    SavedViews(window.context.remembered).put(SavedView(WORDS, f"queue:{NAME}", "attempt>1"))
    window.messages.tell_failure(EnvironmentFault(WORDS, WORDS, WORDS), WORDS)
    window.messages.tell_notices([WORDS, WORDS])
    window.messages.tell_trouble(EnvironmentFault(WORDS, WORDS, WORDS))
    window.undo_bar.offer(WORDS, "1")
    window.status.tell(WORDS)
    window.query.apply(f'queue:"{NAME}"')
    for place in window.navigation.places:
        if not place.heading and not place.key.startswith("saved"):
            shown(qtbot, opened, place.key)
            judge.look()
            assert not window.grab().isNull()
    assert judge.faults == []
    assert judge.cells > 20
    assert judge.tips > 10


def test_no_tab_of_the_inspector_takes_words_for_markup(
    qtbot: QtBot, opened: Opened, judge: Judge
) -> None:
    shown(qtbot, opened, "dead-letters")
    page = opened.window.pages.current
    assert isinstance(page, ListingPage)
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 2)
    page.panel.table.selectRow(0)
    tabs = opened.window.inspector.tabs
    qtbot.waitUntil(lambda: opened.window.inspector.isVisible() and tabs.isVisible())
    for tab in range(tabs.count()):
        tabs.setCurrentIndex(tab)
        assert not opened.window.grab().isNull()
        judge.look()
    assert judge.faults == []


def test_no_dialog_takes_words_for_markup(qtbot: QtBot, opened: Opened, judge: Judge) -> None:
    shown(qtbot, opened, "dead-letters")
    page = opened.window.pages.current
    assert isinstance(page, DeadLettersPage)
    opened.window.query.apply(f'type:"{NAME}"')
    qtbot.waitUntil(lambda: len(page.panel.table.source.rows) == 2)
    page.panel.table.selectRow(0)
    for name in DIALOGS:
        qtbot.waitUntil(opened.window.actions_[name].isEnabled)
        look_at_dialog(qtbot, opened, judge, name)
    shown(qtbot, opened, f"queue:{NAME}")
    qtbot.waitUntil(opened.window.actions_["queue-settings"].isEnabled)
    look_at_dialog(qtbot, opened, judge, "queue-settings")
    assert judge.faults == []


def look_at_dialog(qtbot: QtBot, opened: Opened, judge: Judge, name: str) -> None:
    """Have it opened, look at it once it is there, close it."""
    opened.window.ask(name)

    def dialogs() -> list[QDialog]:
        return [one for one in opened.window.findChildren(QDialog) if one.isVisible()]

    qtbot.waitUntil(lambda: bool(dialogs()))
    assert not dialogs()[0].grab().isNull()
    judge.look()
    for dialog in dialogs():
        dialog.reject()
    qtbot.waitUntil(lambda: not dialogs())


def test_the_import_takes_no_words_for_markup(
    qtbot: QtBot, opened: Opened, judge: Judge, tmp_path: Path
) -> None:
    path = tmp_path / f"{NAME}\n\u202e.jsonl"
    lines = [JSON, f'{{"payload": 1, "type": "{NAME}"}}', PICTURE, f'{{"payload": 1, "{NAME}": 2}}']
    path.write_text("\n".join(lines), "utf-8")
    other = tmp_path / f"{NAME}.json"
    other.write_bytes(b"\0")
    opened.window.deeds.import_files([QUrl.fromLocalFile(str(one)) for one in (path, other)])
    dialog = opened.window.findChild(ImportDialog)
    assert dialog is not None
    with qtbot.waitSignal(dialog.surveyed):
        pass
    for tab in range(dialog.lines.count()):
        dialog.lines.setCurrentIndex(tab)
        judge.look()
    assert judge.faults == []
    assert judge.tips > 2
    dialog.reject()


def test_a_notification_has_nothing_a_desktop_could_render() -> None:
    assert "img src='file:///etc/hostname'" in unmarked(WORDS)
    assert not set("<>&\n\u202e") & set(unmarked(WORDS))
