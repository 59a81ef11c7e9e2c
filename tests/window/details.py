"""Pictures of what lies deeper: the inspector's tabs, graphs, menus, and dialogs with a mistake.

Owns those states of the demo, and how each is arrived at.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from pillarbox_engine.errors import Conflict
from pillarbox_ui.dialogs.import_dialog import ImportDialog
from pillarbox_ui.dialogs.new_job import NewJobDialog
from pillarbox_ui.dialogs.new_schedule import NewScheduleDialog
from pillarbox_ui.dialogs.palette import PaletteDialog
from pillarbox_ui.dialogs.queue_settings import QueueSettingsDialog
from pillarbox_ui.dialogs.when_edit import Kind
from pillarbox_ui.views.queue_page import QueuePage
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.windows import Opened
from tests.window.states import import_mixed
from tests.window.steps import QUEUE, State, Step, ask, at, both, choose, in_dialog

_PAYLOAD, _LOG, _FLOW, _OPTIONS = 1, 4, 5, 6
_HOUR = 3_600.0


def _tab(tab: int) -> State:
    """A done job's tab, which the demo's handlers wrote lines for."""
    name = {_LOG: "log", _FLOW: "flow", _OPTIONS: "options"}[tab]
    return State(name=f"40-tab-{name}", arrange=at(QUEUE), then=choose(200, tab))


def _tree(opened: Opened) -> None:
    opened.window.inspector.payload.show_page(1)


def _raw(opened: Opened) -> None:
    opened.window.inspector.payload.show_page(0)
    opened.window.inspector.tabs.setCurrentIndex(0)


def _find(opened: Opened) -> None:
    opened.window.inspector.payload.start_finding()


def _queue_page(opened: Opened) -> QueuePage:
    page = opened.window.pages.current
    assert isinstance(page, QueuePage)
    return page


def _measure(place: int, seconds: float = 300.0) -> Step:
    def show(opened: Opened) -> None:
        page = _queue_page(opened)
        page.show_measure(place)
        page.windows.choose(seconds)

    return show


def _menu(opened: Opened) -> None:
    """A right click on the third row."""
    table = next(t for t in opened.window.pages.current.findChildren(RowsTable) if t.isVisible())
    spot = QPoint(200, 80)
    mouse = QContextMenuEvent.Reason.Mouse
    table.selectRow(2)
    table.contextMenuEvent(QContextMenuEvent(mouse, spot, table.viewport().mapToGlobal(spot)))


def _columns(opened: Opened) -> None:
    table = next(t for t in opened.window.pages.current.findChildren(RowsTable) if t.isVisible())
    spot = QPoint(200, 10)
    mouse = QContextMenuEvent.Reason.Mouse
    table.columns.contextMenuEvent(QContextMenuEvent(mouse, spot, table.mapToGlobal(spot)))


def _main_menu(title: str) -> Step:
    def show(opened: Opened) -> None:
        bar = opened.window.menuBar()
        menu = next(a.menu() for a in bar.actions() if a.text().replace("&", "") == title)
        assert isinstance(menu, QMenu)
        menu.popup(bar.mapToGlobal(bar.rect().bottomLeft()))

    return show


def _wrong_job(dialog: NewJobDialog) -> None:
    dialog.form.queue.setCurrentText("no such/queue")
    dialog.form.payload.set_text('{"userId": 42,\n  "plan": }')
    dialog.form.when._kind.setCurrentIndex(Kind.AFTER)


def _taken_key(dialog: NewJobDialog) -> None:
    dialog.form.unique.setText("ada")
    dialog.form.when._kind.setCurrentIndex(Kind.AT)
    dialog.show_error(
        Conflict(
            "Job 12 holds the unique key ada",
            "two jobs with one key are never live at once",
            "Wait until job 12 has ended, or give this one another key",
        )
    )


def _wrong_schedule(dialog: NewScheduleDialog) -> None:
    dialog.form.name.setText("nightly report")
    dialog.form.rhythm.line.setText("61 3 * * *")


def _interval(dialog: NewScheduleDialog) -> None:
    dialog.form.name.setText("heartbeat")
    dialog.form.rhythm.kind.setCurrentIndex(1)


def _settings(page: int, **typed: str) -> Step:
    def show(dialog: QueueSettingsDialog) -> None:
        dialog.tabs.setCurrentIndex(page)
        for key, text in typed.items():
            dialog.fields[key].editor.setText(text)  # type: ignore[attr-defined]

    return both(ask("queue-settings"), in_dialog(QueueSettingsDialog, show))


def _rejected(dialog: ImportDialog) -> None:
    dialog.lines.setCurrentIndex(1)


def _typed_palette(dialog: PaletteDialog) -> None:
    dialog.line.setText("re")


def _notices(opened: Opened) -> None:
    opened.window.tell_notices(["3 leases were recovered", "A process ended while it held them"])


def _no_notices(opened: Opened) -> None:
    opened.window.messages.notice.hide()


_QUEUE_AGAIN = both(_measure(0), lambda opened: _queue_page(opened).windows.choose(300.0))

DETAILS = (
    *map(_tab, (_LOG, _FLOW, _OPTIONS)),
    State(
        name="40-tab-tree", arrange=at(QUEUE), then=both(choose(200, _PAYLOAD), _tree), leave=_raw
    ),
    State(
        name="40-tab-find", arrange=at(QUEUE), then=both(choose(200, _PAYLOAD), _find), leave=_raw
    ),
    State(name="41-queue-rates", arrange=at(QUEUE), then=_measure(1), leave=_QUEUE_AGAIN),
    State(name="41-queue-waits", arrange=at(QUEUE), then=_measure(2), leave=_QUEUE_AGAIN),
    State(name="41-queue-runs", arrange=at(QUEUE), then=_measure(3, _HOUR), leave=_QUEUE_AGAIN),
    State(
        name="41-queue-week", arrange=at(QUEUE), then=_measure(0, 168 * _HOUR), leave=_QUEUE_AGAIN
    ),
    State(name="42-menu-jobs", arrange=at(QUEUE), then=_menu),
    State(name="42-menu-columns", arrange=at(QUEUE), then=_columns),
    *(
        State(name=f"42-menu-{title.lower()}", arrange=at(QUEUE), then=_main_menu(title))
        for title in ("File", "Jobs", "Queue", "View", "Help")
    ),
    State(
        name="43-new-job-wrong",
        arrange=at(QUEUE),
        then=both(ask("new"), in_dialog(NewJobDialog, _wrong_job)),
    ),
    State(
        name="43-new-job-taken",
        arrange=at(QUEUE),
        then=both(ask("new"), in_dialog(NewJobDialog, _taken_key)),
    ),
    State(name="43-duplicate", arrange=at(QUEUE), then=both(choose(3), ask("duplicate"))),
    State(
        name="44-schedule-wrong",
        arrange=at("schedules"),
        then=both(ask("schedule-new"), in_dialog(NewScheduleDialog, _wrong_schedule)),
    ),
    State(
        name="44-schedule-interval",
        arrange=at("schedules"),
        then=both(ask("schedule-new"), in_dialog(NewScheduleDialog, _interval)),
    ),
    State(name="45-settings-running", arrange=at(QUEUE), then=_settings(2)),
    State(name="45-settings-payloads", arrange=at(QUEUE), then=_settings(3)),
    State(name="45-settings-keeping", arrange=at(QUEUE), then=_settings(4)),
    State(
        name="45-settings-mistake",
        arrange=at(QUEUE),
        then=_settings(0, max_depth="many", rate_limit="5/0s"),
    ),
    State(
        name="46-palette-typed",
        arrange=at(QUEUE),
        then=both(ask("palette"), in_dialog(PaletteDialog, _typed_palette)),
    ),
    State(name="47-notices", arrange=at("overview"), then=_notices, leave=_no_notices),
    State(name="48-import-nothing", arrange=at(QUEUE), then=ask("import")),
    State(
        name="48-import-rejected",
        arrange=both(at(QUEUE), import_mixed),
        then=in_dialog(ImportDialog, _rejected),
        patience=1.5,
    ),
    State(
        name="48-imported",
        arrange=both(at(QUEUE), import_mixed),
        then=in_dialog(ImportDialog, ImportDialog.start_import),
        patience=1.5,
    ),
)
