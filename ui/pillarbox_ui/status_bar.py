"""The line at the foot: live or not, workers, leases, rate, the file, and the time zone.

Owns its words and where a click changes something.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QStatusBar, QToolButton, QWidget

from pillarbox_engine.alarms import sentence
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.plain_label import ElidedLabel, PlainLabel
from pillarbox_ui.widgets.status_dot import StatusDot
from pillarbox_ui.widgets.words import tr
from pillarbox_ui.widgets.zone import Zone

_SAID_MS = 8_000


class StatusBar(QStatusBar):
    """Everything stays where it is; only the figures change."""

    def __init__(self, theme: Theme, zone: Zone, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._label = label
        self._live = True
        self.dot = StatusDot(theme)
        self.work = PlainLabel(muted=True)
        self.file = PlainLabel(label, muted=True)
        self.badge = PlainLabel(tr("READ-ONLY"), heading=True)
        self.badge.set_tone("warn")
        self.alarms = PlainLabel(heading=True)
        self.alarms.set_tone("warn")
        self.said = ElidedLabel(muted=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._silence = QTimer(self, singleShot=True, interval=_SAID_MS)
        self._silence.timeout.connect(lambda: self.said.setText(""))
        self.zone = QToolButton()
        self._lay_out()
        self.badge.hide()
        self.alarms.hide()
        self.zone.clicked.connect(self._change_zone)
        zone.changed.connect(self._show_zone)
        self._show_zone()
        self.dot.tell("paused", tr("Opening…"))

    def _lay_out(self) -> None:
        self.setSizeGripEnabled(False)
        self.setContentsMargins(SIZE.between, 0, SIZE.inside, 0)
        self.zone.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.zone.setToolTip(tr("Write times in this machine's zone, or in UTC"))
        for part in (self.dot, self.work, _line(), self.file, _line(), self.zone, self.badge):
            self.addWidget(part)
        self.addWidget(self.alarms)
        self.addPermanentWidget(self.said, 1)

    def show_snapshot(self, snapshot: Snapshot, live: bool) -> None:
        """Show the figures of `snapshot`; not `live`, or after a failure, its time too."""
        self._show_dot(snapshot, live)
        threads = sum(process.threads for process in snapshot.processes if process.alive)
        rate = sum(queue.out_rate for queue in snapshot.queues)
        self.work.setText(
            " · ".join(
                (
                    words.counted(threads, tr("worker"), tr("workers")),
                    words.counted(snapshot.totals.leased, tr("lease"), tr("leases")),
                    tr("{0} jobs/s").format(words.rate(rate).removesuffix("/s")),
                )
            )
        )
        wal = tr("WAL {0}").format(words.size(snapshot.file.wal_size))
        self.file.setText(f"{self._label} · {wal}")
        on_disk = tr("{0} on disk").format(words.size(snapshot.file.size))
        self.file.setToolTip("\n".join(part for part in (snapshot.file.label, on_disk) if part))
        self.badge.setVisible(snapshot.file.read_only)
        self._show_alarms(snapshot)

    def _show_alarms(self, snapshot: Snapshot) -> None:
        told = [sentence(alarm) for alarm in snapshot.alarms]
        self.alarms.setText("⚠ " + words.counted(len(told), tr("alarm"), tr("alarms")))
        self.alarms.setToolTip("\n".join(told))
        self.alarms.setAccessibleDescription("; ".join(told))
        self.alarms.setVisible(bool(told))

    def _show_dot(self, snapshot: Snapshot, live: bool) -> None:
        as_of = tr("as of {0}").format(self._zone.clock_text(snapshot.as_of))
        if snapshot.problem is not None:
            self.dot.tell("error", as_of)
        elif live:
            self.dot.tell("good", tr("Live"))
        else:
            self.dot.tell("paused", as_of)

    def tell(self, text: str) -> None:
        """Say what was just done, at the right."""
        self.said.setText(text)
        self._silence.start()

    @Slot()
    def _change_zone(self) -> None:
        self._zone.set_utc(not self._zone.utc)

    @Slot()
    def _show_zone(self) -> None:
        self.zone.setText(self._zone.label())
        self.zone.setAccessibleName(self._zone.label())


def _line() -> PlainLabel:
    return PlainLabel("|", muted=True)
