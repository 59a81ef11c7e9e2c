"""Tables for the gallery: a small model that fills the roles, and every cell in use."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.attempts import Attempts
from pillarbox_ui.widgets.cell import Cell, Index
from pillarbox_ui.widgets.gallery_data import PAYLOAD, TYPES
from pillarbox_ui.widgets.gauge import Gauge
from pillarbox_ui.widgets.lease_bar import LeaseBar
from pillarbox_ui.widgets.mono_cell import MonoCell
from pillarbox_ui.widgets.number_cell import NumberCell
from pillarbox_ui.widgets.progress_cell import ProgressCell
from pillarbox_ui.widgets.relative_time import RelativeTime
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.sparkline import Sparkline
from pillarbox_ui.widgets.state_pill import StatePill
from pillarbox_ui.widgets.table import Table
from pillarbox_ui.widgets.zone import Zone

Datum = dict[int, Any]
SHOW = Qt.ItemDataRole.DisplayRole.value


class Rows(QAbstractTableModel):
    """Rows of cells, each a mapping from role to value."""

    def __init__(
        self, titles: tuple[str, ...], rows: list[list[Datum]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._titles, self._rows = titles, rows

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = SHOW) -> Any:
        """What the cell has for `role`."""
        return self._rows[index.row()][index.column()].get(int(role)) if index.isValid() else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = SHOW) -> Any:
        """The titles."""
        across = orientation is Qt.Orientation.Horizontal and role == SHOW
        return self._titles[section] if across else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By the text of the column."""
        self.layoutAboutToBeChanged.emit()
        down = order is Qt.SortOrder.DescendingOrder
        self._rows.sort(key=lambda row: str(row[column].get(SHOW, "")), reverse=down)
        self.layoutChanged.emit()


def jobs_table(theme: Theme, zone: Zone, now: Callable[[], datetime], rows: int = 40) -> Table:
    """The jobs table."""
    titles = ("ID", "State", "Type", "Queue", "Attempts", "Age", "Payload")
    cells = (
        MonoCell(theme),
        StatePill(theme),
        Cell(theme),
        Cell(theme),
        Attempts(theme),
        RelativeTime(theme, zone, now=now, bare=True),
        MonoCell(theme),
    )
    dice = random.Random(2)
    return _table(theme, "Jobs", titles, cells, [_job(n, now(), dice) for n in range(rows)])


def _job(number: int, now: datetime, dice: random.Random) -> list[Datum]:
    states = ("ready", "retrying", "scheduled", "leased", "done", "dead", "cancelled")
    state = dice.choices(states, (9, 3, 2, 2, 4, 2, 1))[0]
    key = str(10_480 + number)
    payload = "<b>bold</b> & <script>alert(1)</script>\tnot markup" if number == 6 else PAYLOAD
    return [
        {SHOW: key, Role.ID: key},
        {SHOW: state, Role.STATE: state},
        {SHOW: dice.choice(TYPES)},
        {SHOW: "email"},
        {Role.LIMIT: (dice.randint(0, 5), 5)},
        {Role.MOMENT: now - timedelta(minutes=dice.uniform(0.2, 90))},
        {SHOW: payload, Role.TONE: "muted"},
    ]


def queues_table(theme: Theme) -> Table:
    """The queues table."""
    titles = ("Queue", "State", "Ready", "In flight", "Retrying", "Dead", "In/s", "Depth", "5 min")
    cells = (
        Cell(theme),
        StatePill(theme),
        NumberCell(theme),
        Gauge(theme),
        NumberCell(theme),
        NumberCell(theme),
        NumberCell(theme),
        Gauge(theme),
        Sparkline(theme),
    )
    queues = (
        ("email", "running", "1,204", (16, 20), "37", "219", "42.1/s", (1_257, 10_000)),
        ("thumbnails", "running", "312", (4, None), "0", "0", "8.0/s", (9_412, 10_000)),
        ("invoices", "paused", "48", (0, 10), "2", "1", "0/s", (50, None)),
        ("a-queue-with-quite-a-long-name", "draining", "0", (1, 4), "0", "12", "0/s", (1, 100)),
    )
    return _table(theme, "Queues", titles, cells, [_queue(n, q) for n, q in enumerate(queues)])


def _queue(number: int, queue: tuple[Any, ...]) -> list[Datum]:
    dice = random.Random(number)
    series, level = [], 40.0
    for _ in range(30):
        level = max(0.0, level + dice.gauss(0.8, 6))
        series.append(round(level))
    name, state, ready, flight, retrying, dead, rate, depth = queue
    return [
        {SHOW: name, Role.ID: name},
        {SHOW: state, Role.STATE: state},
        {SHOW: ready},
        {Role.LIMIT: flight},
        {SHOW: retrying},
        {SHOW: dead, Role.TONE: "error" if dead != "0" else "muted"},
        {SHOW: rate},
        {Role.LIMIT: depth},
        {Role.SERIES: tuple(series)},
    ]


def flight_table(theme: Theme, zone: Zone, now: Callable[[], datetime]) -> Table:
    """The in-flight table: leases in every state of running down."""
    titles = ("Job", "Worker", "Started", "Lease", "Heartbeat", "Progress")
    cells = (
        MonoCell(theme),
        Cell(theme),
        RelativeTime(theme, zone, now=now),
        LeaseBar(theme, now=now),
        RelativeTime(theme, zone, now=now, bare=True),
        ProgressCell(theme),
    )
    return _table(theme, "In flight", titles, cells, [_flight(n, now()) for n in range(9)])


def _flight(number: int, now: datetime) -> list[Datum]:
    left = (29, 24, 19, 14, 11, 9.4, 5, 1, -2)[number]
    fraction = (0.0, 0.33, 0.66, 1.0, None)[number % 5]
    return [
        {SHOW: str(10_501 + number), Role.ID: str(10_501 + number)},
        {SHOW: f"shop-01 · 4127 · worker-{number + 1}"},
        {Role.MOMENT: now - timedelta(seconds=31 - left)},
        {Role.LEASE: (now + timedelta(seconds=left), 30.0)},
        {Role.MOMENT: now - timedelta(seconds=number)},
        {Role.FRACTION: fraction},
    ]


def _table(
    theme: Theme,
    name: str,
    titles: tuple[str, ...],
    cells: tuple[Cell, ...],
    rows: list[list[Datum]],
) -> Table:
    table = Table(theme, name)
    for column, cell in enumerate(cells):
        table.set_cell(column, cell)
    table.setSortingEnabled(True)
    table.setModel(Rows(titles, rows, table))
    table.columns.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    return table
