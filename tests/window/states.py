"""The states of the window that pictures are taken of, in their order.

Owns how each is arrived at, with what a person could do and nothing else.
"""

from __future__ import annotations

import gzip
import tempfile
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
from pillarbox_ui.views.handlers_page import HandlersPage
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.windows import Opened
from tests.window.steps import (
    QUEUE,
    State,
    Step,
    ask,
    at,
    both,
    choose,
    choose_group,
    filtered,
    select_first_row,
)


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


def import_mixed(opened: Opened) -> None:
    """Import a file of good lines and three bad ones."""
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
    select_first_row(opened)


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

FIRST_RUN = State(name="00-first-run", arrange=at("overview"))

STATES = (
    State(name="01-overview", arrange=at("overview")),
    State(name="02-queue", arrange=at(QUEUE), then=choose(3, tab=1)),
    State(name="03-in-flight", arrange=at("in-flight"), then=choose(1)),
    State(name="04-retrying", arrange=at("retrying"), then=choose(0, tab=2)),
    State(name="05-dead-letters", arrange=at("dead-letters"), then=choose_group),
    State(
        name="06-dead-letter",
        arrange=at("dead-letters"),
        then=choose(0, tab=3),
        leave=lambda opened: opened.window.inspector.tabs.setCurrentIndex(0),
    ),
    State(name="07-workers", arrange=at("workers")),
    State(
        name="08-undo",
        arrange=at(QUEUE),
        then=both(choose(40), ask("trash")),
        leave=lambda opened: opened.window.undo_bar.dismiss(),
    ),
    State(name="09-trash", arrange=at("trash"), then=choose(0)),
    State(
        name="10-operations",
        arrange=at("dead-letters"),
        then=both(_replay_carefully, at("operations")),
    ),
    State(
        name="11-filter",
        arrange=both(at("overview"), filtered("type:process-registration state:done")),
        then=choose(0),
        leave=filtered(""),
    ),
    State(
        name="12-filter-hides-all",
        arrange=both(at(QUEUE), filtered("payload.customer:nobody")),
        leave=filtered(""),
    ),
    State(
        name="13-filter-mistake",
        arrange=both(at(QUEUE), filtered("state:reday age>1h")),
        leave=filtered(""),
    ),
    State(
        name="13-filter-offers",
        arrange=at(QUEUE),
        then=_type("-state:done type:"),
        leave=filtered(""),
    ),
    State(
        name="13-saved-views",
        arrange=both(_save_views, at(QUEUE), filtered("-state:done attempt>0 error:time,poison")),
        then=ask("save-view"),
        leave=filtered(""),
    ),
    State(
        name="13-all-matching",
        arrange=both(at(QUEUE), filtered("state:ready,scheduled")),
        then=ask("select-all"),
        leave=filtered(""),
    ),
    State(
        name="13-all-matching-asked",
        arrange=both(at(QUEUE), filtered("state:ready,scheduled")),
        then=both(ask("select-all"), ask("cancel")),
        leave=filtered(""),
    ),
    State(name="13-sorted", arrange=at(QUEUE), then=_sort(5), leave=_sort(-1)),
    State(name="14-trouble", arrange=at(QUEUE), then=_trouble, leave=_recover),
    State(
        name="15-bottom-dock",
        arrange=both(at(QUEUE), lambda opened: opened.window.bottom.show()),
        leave=_close_bottom,
    ),
    State(name="16-new-job", arrange=at(QUEUE), then=ask("new")),
    State(name="17-import", arrange=at(QUEUE), then=import_mixed, patience=1.5),
    State(name="18-replay", arrange=at("dead-letters"), then=ask("replay")),
    State(
        name="18-replay-edited",
        arrange=at("dead-letters"),
        then=both(ask("replay"), _edit_payloads),
    ),
    State(name="19-purge", arrange=at(QUEUE), then=ask("purge")),
    State(name="20-delete", arrange=at("dead-letters"), then=both(choose(0), ask("erase"))),
    State(name="21-schedules", arrange=both(_plan, at("schedules")), then=select_first_row),
    State(name="22-new-schedule", arrange=at("schedules"), then=ask("schedule-new")),
    State(name="25-queue-settings", arrange=at(QUEUE), then=ask("queue-settings")),
    State(
        name="25-queue-retries",
        arrange=at(QUEUE),
        then=both(ask("queue-settings"), _show_retries),
    ),
    State(name="23-shortcuts", arrange=at("overview"), then=ask("shortcuts")),
    State(name="23-palette", arrange=at(QUEUE), then=ask("palette")),
    State(name="25-handlers-none", arrange=at("handlers")),
    State(name="26-handlers-new", arrange=_handlers_file(_HANDLERS), then=select_first_row),
    State(name="27-handlers-approved", arrange=_handlers_file(_HANDLERS), then=_approve),
    State(name="28-run-once", arrange=_handlers_file(_HANDLERS), then=_try_command),
    State(name="29-handlers-fault", arrange=_handlers_file(_WRONG)),
    State(name="30-export", arrange=at("dead-letters"), then=ask("export")),
    State(name="31-exported", arrange=at("dead-letters"), then=both(ask("export"), _export)),
    State(name="32-import-csv", arrange=at(QUEUE), then=_import_csv, patience=1.5),
    State(name="24-about", arrange=at("overview"), then=ask("about")),
)
