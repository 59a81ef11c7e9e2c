"""The gallery's pages of plots, and a mock of the whole window to hold against the reference."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSplitter,
    QStatusBar,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pillarbox_ui.plots.attempt_strip import AttemptStrip
from pillarbox_ui.plots.depth_graph import DepthGraph
from pillarbox_ui.plots.length_graph import wait_graph
from pillarbox_ui.plots.rate_graph import RateGraph
from pillarbox_ui.plots.retry_timeline import RetryTimeline
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.buttons import icon_beside_text
from pillarbox_ui.widgets.gallery_data import PAYLOAD, due_times, history, lives
from pillarbox_ui.widgets.gallery_pages import FILTER, navigation
from pillarbox_ui.widgets.gallery_tables import jobs_table
from pillarbox_ui.widgets.json_view import JsonView
from pillarbox_ui.widgets.search_field import SearchField
from pillarbox_ui.widgets.status_dot import StatusDot
from pillarbox_ui.widgets.tabs import quiet_tabs
from pillarbox_ui.widgets.time_link import TimeLink
from pillarbox_ui.widgets.zone import Zone


def graphs(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """Depth and rates, the cursor on both."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    link = TimeLink(page)
    for graph in (DepthGraph(theme, zone), RateGraph(theme, zone), wait_graph(theme, zone)):
        link.join(graph)
        graph.set_points(history(now), now - timedelta(minutes=10), now)
        graph.point_at(now.timestamp() - 200)
        column.addWidget(graph)
    return page


def timeline(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """The retry timeline, a lane chosen, a storm ahead."""
    made = RetryTimeline(theme, zone)
    start, end = now - timedelta(seconds=300), now + timedelta(seconds=180)
    made.set_lives(lives(now), due_times(now), start, end, now)
    made.choose(made.lane_geometry()[3].job)
    return made


def strip(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """Four jobs' strips."""
    page = QWidget()
    column = QVBoxLayout(page)
    for job, events in lives(now)[2:6]:
        made = AttemptStrip(theme, zone)
        made.set_life(job, events, now)
        column.addWidget(made)
    return page


def window(theme: Theme, zone: Zone, now: datetime) -> QWidget:
    """The parts put together as the reference pictures show them."""
    made = QMainWindow()
    made.addToolBar(_toolbar(theme))
    middle = QSplitter(Qt.Orientation.Vertical)
    depth = DepthGraph(theme, zone)
    depth.set_points(history(now), now - timedelta(minutes=10), now)
    table = jobs_table(theme, zone, lambda: now)
    table.selectRow(3)
    middle.addWidget(depth)
    middle.addWidget(table)
    middle.setSizes([212, 560])
    whole = QSplitter()
    for part in (navigation(theme), middle, _inspector(theme)):
        whole.addWidget(part)
    whole.setSizes([232, 748, 380])
    made.setCentralWidget(whole)
    made.setStatusBar(_status(theme))
    return made


def _toolbar(theme: Theme) -> QToolBar:
    bar = QToolBar("Main")
    bar.setMovable(False)
    bar.setIconSize(icon_beside_text())
    for name, meaning in (
        ("New job", "new"),
        ("Import…", "import"),
        ("Pause", "pause"),
        ("Replay…", "replay"),
        ("Purge…", "purge"),
    ):
        bar.addWidget(_tool(theme, name, meaning))
    field = SearchField(theme, FILTER)
    bar.addWidget(field)
    return bar


def _tool(theme: Theme, name: str, meaning: str) -> QToolButton:
    tool = QToolButton()
    tool.setText(name)
    tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    tool.setIconSize(icon_beside_text())
    primary = meaning == "new"
    tool.setProperty("primary", primary)
    theme.icons.bind(tool, meaning, "on_accent" if primary else "text")
    return tool


def _inspector(theme: Theme) -> QWidget:
    tabs = quiet_tabs("Inspector")
    view = JsonView(theme, "Payload")
    view.set_json(PAYLOAD)
    tabs.addTab(view, "Payload")
    for name in ("Attempts", "Error", "Log", "Options"):
        tabs.addTab(QWidget(), name)
    return tabs


def _status(theme: Theme) -> QStatusBar:
    bar = QStatusBar()
    dot = StatusDot(theme)
    dot.tell("good", "Live")
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(SIZE.between, 0, SIZE.between, 0)
    line.setSpacing(SIZE.edge)
    line.addWidget(dot)
    for text in ("4 workers", "16 leases", "42.1 jobs/s", "jobs.pillarbox", "WAL 1.2 MB"):
        line.addWidget(QLabel(text))
    bar.addWidget(row)
    bar.addPermanentWidget(QLabel("Times: UTC"))
    return bar
