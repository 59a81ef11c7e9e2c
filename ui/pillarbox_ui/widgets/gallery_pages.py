"""The gallery's pages of widgets: tables, controls, messages, JSON, empty states."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QSpinBox,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice, button, icon_beside_text
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.fields import pad_spin
from pillarbox_ui.widgets.gallery_data import PAYLOAD
from pillarbox_ui.widgets.gallery_tables import flight_table, queues_table
from pillarbox_ui.widgets.json_edit import JsonEdit
from pillarbox_ui.widgets.json_view import JsonView
from pillarbox_ui.widgets.navigation import Navigation
from pillarbox_ui.widgets.navigation_place import Place
from pillarbox_ui.widgets.plain_label import PlainLabel
from pillarbox_ui.widgets.search_field import SearchField
from pillarbox_ui.widgets.status_dot import StatusDot
from pillarbox_ui.widgets.tabs import quiet_tabs
from pillarbox_ui.widgets.undo_bar import UndoBar
from pillarbox_ui.widgets.zone import Zone

FILTER = "Filter — state:dead payload.customer:acme error:timeout age>1h"
TRACE = "File <handlers.py>, line 31\nrequests.Timeout: <b>billing</b> did not answer"

PLACES = (
    Place(key="overview", name="Overview", icon="overview"),
    Place(key="-queues", name="Queues", heading=True),
    Place(key="email", name="email", icon="queue", badge=1_204),
    Place(key="thumbnails", name="thumbnails", icon="queue", badge=312),
    Place(key="invoices", name="invoices", icon="queue", badge=48, paused=True),
    Place(key="long", name="a-queue-with-quite-a-long-name", icon="queue", badge=1_250_000),
    Place(key="-work", name="Work", heading=True),
    Place(key="flight", name="In flight", icon="in-flight", badge=16),
    Place(key="retrying", name="Retrying & scheduled", icon="retrying", badge=37),
    Place(key="dead", name="Dead letters", icon="dead", badge=219, tone="error"),
    Place(key="schedules", name="Schedules", icon="schedules", badge=6),
    Place(key="workers", name="Workers", icon="workers", badge=4),
    Place(key="handlers", name="Handlers", icon="handlers"),
    Place(key="-done", name="History", heading=True),
    Place(key="operations", name="Operations", icon="operations"),
    Place(key="trash", name="Trash", icon="trash", badge=3),
)


def nothing() -> None:
    """What the gallery's buttons do."""


def navigation(theme: Theme) -> Navigation:
    """The left navigation, a queue chosen."""
    made = Navigation(theme)
    made.set_places(PLACES)
    made.choose("email")
    return made


def queues(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """The queues table, its second row selected."""
    table = queues_table(theme)
    table.selectRow(1)
    return table


def flight(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """The in-flight table, compact, a row selected."""
    table = flight_table(theme, zone, lambda: now)
    table.set_compact(True)
    table.selectRow(3)
    return table


def controls(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """Buttons in every look, and a form."""
    page = QWidget()
    page.setObjectName("page")
    column = QVBoxLayout(page)
    column.setContentsMargins(SIZE.edge, SIZE.edge, SIZE.edge, SIZE.edge)
    column.setSpacing(SIZE.between)
    column.addLayout(_buttons(theme))
    column.addWidget(SearchField(theme, FILTER))
    wrong = SearchField(theme, FILTER)
    wrong.setText("state:ded")
    wrong.set_error("Column 7: no state is called “ded”. Did you mean “dead”?")
    column.addWidget(wrong)
    column.addLayout(_form())
    column.addWidget(_tabs(theme), 1)
    return page


def _buttons(theme: Theme) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(SIZE.inside)
    for choice in (
        Choice("New job", nothing, "primary", "new"),
        Choice("Replay 214 jobs", nothing, "primary"),
        Choice("Cancel", nothing),
        Choice("Import…", nothing, "quiet", "import"),
        Choice("Purge 3 jobs", nothing, "danger", "purge"),
        Choice("Show all", nothing, "link"),
    ):
        row.addWidget(button(theme, choice))
    off = button(theme, Choice("Resume", nothing, "", "resume"))
    off.setEnabled(False)
    dot = StatusDot(theme)
    dot.tell("good", "Live")
    row.addWidget(off)
    row.addWidget(_menu_button(theme))
    row.addWidget(dot)
    row.addStretch(1)
    return row


def _menu_button(theme: Theme) -> QToolButton:
    tool = QToolButton()
    tool.setText("Pause")
    tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    tool.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    tool.setIconSize(icon_beside_text())
    theme.icons.bind(tool, "pause")
    return tool


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setSpacing(SIZE.inside)
    queue, number, text = QComboBox(), pad_spin(QSpinBox()), QLineEdit("2026-03-04 12:00")
    queue.addItems(["email", "thumbnails"])
    number.setRange(0, 1_000)
    number.setValue(500)
    checks = QHBoxLayout()
    for box in (QCheckBox("Keep attempts"), QCheckBox("Dry run"), QRadioButton("Now")):
        box.setChecked(box.text() != "Dry run")
        checks.addWidget(box)
    checks.addStretch(1)
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setValue(62)
    for name, field in (("Queue", queue), ("Priority", number), ("Run at", text)):
        form.addRow(name, field)
    form.addRow("Options", checks)
    form.addRow("Importing", bar)
    return form


def _tabs(theme: Theme) -> QTabWidget:
    tabs = quiet_tabs("Inspector")
    for name in ("Payload", "Attempts", "Error", "Log", "Options"):
        label = PlainLabel(f"<b>{name}</b> is shown as text")
        label.setMargin(SIZE.between)
        tabs.addTab(label, name)
    return tabs


def messages(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """Banners in every tone, and the undo bar."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SIZE.inside)
    retry = Choice("Retry", nothing)
    for tone, text, reason in (
        ("info", "3 leases were recovered", "A worker process ended while it held them."),
        ("good", "9,998 jobs were imported", ""),
        ("warn", "No worker serves “email”", "1,204 jobs are ready. Start one, or pause it."),
        (
            "error",
            "The queue file cannot be written",
            "The disk is full. Free some room, then retry.",
        ),
    ):
        banner = Banner(theme, page)
        banner.tell(tone, text, reason, (retry,) if tone == "error" else ())
        column.addWidget(banner)
    bar = UndoBar(theme, page)
    column.addStretch(1)
    column.addWidget(bar)
    bar.offer("214 jobs were moved to the trash", "operation-1", 10)
    return page


def json_parts(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """A payload on show, a payload being edited with a mistake in it, a trace."""
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(SIZE.edge, SIZE.edge, SIZE.edge, SIZE.edge)
    row.setSpacing(SIZE.edge)
    left, right = QVBoxLayout(), QVBoxLayout()
    view, edit, trace = (
        JsonView(theme, "Payload"),
        JsonEdit(theme, "Payload"),
        JsonView(theme, "Trace"),
    )
    view.set_json(PAYLOAD)
    edit.set_text('{\n  "to": "ana@example.com",\n  "order": 48213\n  "gift": false\n}')
    trace.set_text(TRACE)
    view.start_finding()
    left.addWidget(view)
    left.addWidget(trace)
    right.addWidget(PlainLabel("Payload", heading=True))
    right.addWidget(edit)
    row.addLayout(left, 1)
    row.addLayout(right, 1)
    return page


def empty(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """The first run."""
    return EmptyState(
        theme,
        "drop",
        "Drop a .jsonl here",
        "Or load the sample: 200 sign-ups, three of which will never succeed.",
        (
            Choice("Load the sample", nothing, "primary", "sample"),
            Choice("Open a queue file…", nothing, "", "open"),
        ),
    )
