"""The states of the window that pictures are taken of, in their order.

Owns how each is arrived at, with what a person could do and nothing else.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QUrl

from pillarbox_engine.errors import DiskFull
from pillarbox_engine.model import NewJob
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.states import Missed
from pillarbox_resources import sample_path
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.dialogs.export_dialog import ExportDialog
from pillarbox_ui.dialogs.queue_settings import QueueSettingsDialog
from pillarbox_ui.dialogs.replay import ReplayDialog
from pillarbox_ui.dialogs.run_once import RunOnceDialog
from pillarbox_ui.progress import Progress
from pillarbox_ui.saved_views import SavedView, SavedViews
from pillarbox_ui.views.dead_letters_page import DeadLettersPage
from pillarbox_ui.views.handlers_page import HandlersPage
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.windows import Opened

Step = Callable[[Opened], object]
QUEUE = "queue:user-registration"


def _nothing(opened: Opened) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A picture: how to get there, what to do once it is shown, how to leave it."""

    name: str
    arrange: Step
    then: Step | None = None
    leave: Step = _nothing


def _at(key: str) -> Step:
    return lambda opened: opened.window.go(key)


def _choose(row: int, tab: int = 0) -> Step:
    def choose(opened: Opened) -> None:
        page = opened.window.pages.current
        if isinstance(page, ListingPage):
            rows = page.panel.table.source.rows
            if rows:
                page.panel.table.choose(rows[min(row, len(rows) - 1)].id)
        opened.window.inspector.tabs.setCurrentIndex(tab)

    return choose


def _ask(name: str) -> Step:
    return lambda opened: opened.window.ask(name)


def _filter(text: str) -> Step:
    return lambda opened: opened.window.query.apply(text)


def _type(text: str) -> Step:
    def type_it(opened: Opened) -> None:
        opened.window.query.setFocus()
        opened.window.query.setText(text)
        opened.window.query.textEdited.emit(text)

    return type_it


def _save_views(opened: Opened) -> None:
    views = SavedViews(opened.window.context.remembered)
    for name in ("Slow sign-ups", "Poison since Monday"):
        views.put(SavedView(name, QUEUE, "attempt>1"))


def _sort(column: int) -> Step:
    def sort(opened: Opened) -> None:
        page = opened.window.pages.current
        if isinstance(page, ListingPage):
            way = Qt.SortOrder.DescendingOrder
            page.panel.table.columns.setSortIndicator(column, way)

    return sort


def _both(*steps: Step) -> Step:
    def do(opened: Opened) -> None:
        for step in steps:
            step(opened)

    return do


def _choose_group(opened: Opened) -> None:
    page = opened.window.pages.current
    if isinstance(page, DeadLettersPage) and page.groups.source.rows:
        page.groups.selectRow(0)


def _select_first_row(opened: Opened) -> None:
    for table in opened.window.pages.current.findChildren(RowsTable):
        if table.isVisible():
            table.selectRow(0)
            return


def _import(opened: Opened) -> None:
    mixed = Path(tempfile.gettempdir()) / "mixed.jsonl"
    lines = sample_path().read_text("utf-8").splitlines()[:40]
    bad = ['{"payload": {"n": 1}, "priority": "high"}', '{"n": NaN}', '{"payload": 1, "que": 2}']
    mixed.write_text("\n".join([*lines[:16], *bad, *lines[16:]]), "utf-8")
    opened.window.deeds.import_files([QUrl.fromLocalFile(str(mixed))])


def _import_csv(opened: Opened) -> None:
    table = Path(tempfile.gettempdir()) / "people.csv.gz"
    rows = [f'user-{n}@mail.example,{n % 9},"{n}, Main Street"' for n in range(60)]
    rows[7], rows[11] = "user-7@mail.example,high,here", "only one cell"
    text = "\n".join(["payload.email,priority,payload.address", *rows])
    table.write_bytes(gzip.compress(text.encode()))
    opened.window.deeds.import_files([QUrl.fromLocalFile(str(table))])


def _export(opened: Opened) -> None:
    target = Path(tempfile.gettempdir()) / "dead letters.csv"
    target.unlink(missing_ok=True)
    for dialog in opened.window.findChildren(ExportDialog):
        if dialog.isVisible():
            dialog.place.setText(str(target))
            dialog.export()


def _trouble(opened: Opened) -> None:
    error = DiskFull(
        "/srv/shop/jobs.pillarbox has no room to grow",
        "the disk is full: nothing is enqueued or claimed, what runs is finished",
        "Free 16 MiB on that disk, and it goes on by itself",
    )
    opened.bridge.problem.emit(error)


def _replay_dialog(opened: Opened) -> ReplayDialog | None:
    found = [one for one in opened.window.findChildren(ReplayDialog) if one.isVisible()]
    return found[-1] if found else None


def _replay_carefully(opened: Opened) -> None:
    """A canary of two first, then one job every two seconds."""
    opened.window.ask("replay")
    dialog = _replay_dialog(opened)
    if dialog is not None:
        dialog.form.first.setChecked(True)
        dialog.form.canary.setValue(2)
        dialog.form.limit.setChecked(True)
        dialog.form.rate.setValue(0.5)
        dialog.confirm()


def _edit_payloads(opened: Opened) -> None:
    dialog = _replay_dialog(opened)
    if dialog is not None:
        dialog.form.first.setChecked(True)
        dialog.form.stop.setChecked(True)
        dialog.editing.edit.setChecked(True)
        dialog.editing.patch.set_text('{"retried": true, "plan": null}')


def _show_retries(opened: Opened) -> None:
    for dialog in opened.window.findChildren(QueueSettingsDialog):
        dialog.tabs.setCurrentIndex(1)


def _recover(opened: Opened) -> None:
    opened.bridge.recovered.emit()


def _close_bottom(opened: Opened) -> None:
    opened.window.bottom.hide()


_PLANS = (
    {"name": "nightly-report", "cron": "30 2 * * *", "zone": "Europe/Berlin"},
    {"name": "working-hours", "cron": "*/5 8-17 * * mon-fri", "zone": "America/New_York"},
    {"name": "heartbeat", "every": 2.0},
    {"name": "clean-up", "every": 3_600.0, "missed": Missed.NONE},
)


def _plan(opened: Opened) -> None:
    """Some schedules: one paused, one whose job is live when its time comes again."""

    def work(backend: WindowBackend, progress: Progress) -> None:
        for plan in _PLANS:
            job = NewJob(payload_json='{"of": "yesterday"}', type="report")
            backend.put_schedule(NewSchedule(queue="reports", job=job, **plan))
        backend.pause_schedule("clean-up")
        backend.run_schedule("nightly-report")

    opened.window.context.operations.start("Plan", work)


_HANDLERS = """
[handlers.process-registration]
http = { url = "https://billing.example/provision", headers = { Authorization = "env:TOKEN" } }
retry = [ { status = [429, 503], after = "header" }, { status = [400, 404], then = "dead" } ]
timeout = 30
[handlers.thumbnail]
command = ["true", "-", "-resize", "256", "out/{id}.png"]
concurrency = 2
[handlers."*"]
python = "json:dumps"
isolation = "process"
[events.alarm]
http = { url = "https://chat.example/hooks/7" }
[events.dead]
command = ["true", "Pillarbox", "There are dead letters"]
"""


def _handlers_file(text: str) -> Step:
    def choose(opened: Opened) -> None:
        path = Path(tempfile.gettempdir()) / "handlers.toml"
        path.write_text(text, "utf-8")
        opened.window.go("handlers")
        opened.window.context.handling.choose(str(path))

    return choose


def _approve(opened: Opened) -> None:
    opened.window.context.handling.approve()
    _select_first_row(opened)


def _handlers_page(opened: Opened) -> HandlersPage:
    page = opened.window.pages.current
    assert isinstance(page, HandlersPage)
    return page


def _try_command(opened: Opened) -> None:
    _approve(opened)
    page = _handlers_page(opened)
    page.table.choose("handlers.thumbnail")
    page.ask_payload()
    for dialog in page.findChildren(RunOnceDialog):
        dialog.payload.set_text('{"picture": "in/7.png", "width": 256}')
        dialog.run()


_WRONG = _HANDLERS.replace("concurrency = 2", "concurrency = 0")

FIRST_RUN = State(name="00-first-run", arrange=_at("overview"))

STATES = (
    State(name="01-overview", arrange=_at("overview")),
    State(name="02-queue", arrange=_at(QUEUE), then=_choose(3, tab=1)),
    State(name="03-in-flight", arrange=_at("in-flight"), then=_choose(1)),
    State(name="04-retrying", arrange=_at("retrying"), then=_choose(0, tab=2)),
    State(name="05-dead-letters", arrange=_at("dead-letters"), then=_choose_group),
    State(
        name="06-dead-letter",
        arrange=_at("dead-letters"),
        then=_choose(0, tab=3),
        leave=lambda opened: opened.window.inspector.tabs.setCurrentIndex(0),
    ),
    State(name="07-workers", arrange=_at("workers")),
    State(
        name="08-undo",
        arrange=_at(QUEUE),
        then=_both(_choose(40), _ask("trash")),
        leave=lambda opened: opened.window.undo_bar.dismiss(),
    ),
    State(name="09-trash", arrange=_at("trash"), then=_choose(0)),
    State(
        name="10-operations",
        arrange=_at("dead-letters"),
        then=_both(_replay_carefully, _at("operations")),
    ),
    State(
        name="11-filter",
        arrange=_both(_at("overview"), _filter("type:process-registration state:done")),
        then=_choose(0),
        leave=_filter(""),
    ),
    State(
        name="12-filter-hides-all",
        arrange=_both(_at(QUEUE), _filter("payload.customer:nobody")),
        leave=_filter(""),
    ),
    State(
        name="13-filter-mistake",
        arrange=_both(_at(QUEUE), _filter("state:reday age>1h")),
        leave=_filter(""),
    ),
    State(
        name="13-filter-offers",
        arrange=_at(QUEUE),
        then=_type("-state:done type:"),
        leave=_filter(""),
    ),
    State(
        name="13-saved-views",
        arrange=_both(_save_views, _at(QUEUE), _filter("-state:done attempt>0 error:time,poison")),
        then=_ask("save-view"),
        leave=_filter(""),
    ),
    State(
        name="13-all-matching",
        arrange=_both(_at(QUEUE), _filter("state:ready,scheduled")),
        then=_ask("select-all"),
        leave=_filter(""),
    ),
    State(
        name="13-all-matching-asked",
        arrange=_both(_at(QUEUE), _filter("state:ready,scheduled")),
        then=_both(_ask("select-all"), _ask("cancel")),
        leave=_filter(""),
    ),
    State(name="13-sorted", arrange=_at(QUEUE), then=_sort(5), leave=_sort(-1)),
    State(name="14-trouble", arrange=_at(QUEUE), then=_trouble, leave=_recover),
    State(
        name="15-bottom-dock",
        arrange=_both(_at(QUEUE), lambda opened: opened.window.bottom.show()),
        leave=_close_bottom,
    ),
    State(name="16-new-job", arrange=_at(QUEUE), then=_ask("new")),
    State(name="17-import", arrange=_at(QUEUE), then=_import),
    State(name="18-replay", arrange=_at("dead-letters"), then=_ask("replay")),
    State(
        name="18-replay-edited",
        arrange=_at("dead-letters"),
        then=_both(_ask("replay"), _edit_payloads),
    ),
    State(name="19-purge", arrange=_at(QUEUE), then=_ask("purge")),
    State(name="20-delete", arrange=_at("dead-letters"), then=_both(_choose(0), _ask("erase"))),
    State(name="21-schedules", arrange=_both(_plan, _at("schedules")), then=_select_first_row),
    State(name="22-new-schedule", arrange=_at("schedules"), then=_ask("schedule-new")),
    State(name="25-queue-settings", arrange=_at(QUEUE), then=_ask("queue-settings")),
    State(
        name="25-queue-retries",
        arrange=_at(QUEUE),
        then=_both(_ask("queue-settings"), _show_retries),
    ),
    State(name="23-shortcuts", arrange=_at("overview"), then=_ask("shortcuts")),
    State(name="23-palette", arrange=_at(QUEUE), then=_ask("palette")),
    State(name="25-handlers-none", arrange=_at("handlers")),
    State(name="26-handlers-new", arrange=_handlers_file(_HANDLERS), then=_select_first_row),
    State(name="27-handlers-approved", arrange=_handlers_file(_HANDLERS), then=_approve),
    State(name="28-run-once", arrange=_handlers_file(_HANDLERS), then=_try_command),
    State(name="29-handlers-fault", arrange=_handlers_file(_WRONG)),
    State(name="30-export", arrange=_at("dead-letters"), then=_ask("export")),
    State(name="31-exported", arrange=_at("dead-letters"), then=_both(_ask("export"), _export)),
    State(name="32-import-csv", arrange=_at(QUEUE), then=_import_csv),
    State(name="24-about", arrange=_at("overview"), then=_ask("about")),
)

LARGE = (
    State(name="30-million-overview", arrange=_at("overview")),
    State(name="31-million-queue", arrange=_at(QUEUE), then=_choose(3)),
    State(
        name="32-million-all-matching",
        arrange=_both(_at(QUEUE), _filter("state:ready")),
        then=_ask("select-all"),
        leave=_filter(""),
    ),
    State(name="33-million-dead-letters", arrange=_at("dead-letters"), then=_choose_group),
    State(name="34-million-replay", arrange=_at("dead-letters"), then=_ask("replay")),
)

READ_ONLY = (
    State(name="40-read-only-overview", arrange=_at("overview")),
    State(name="41-read-only-queue", arrange=_at(QUEUE), then=_choose(3)),
    State(name="42-read-only-dead-letters", arrange=_at("dead-letters"), then=_choose_group),
)
