"""The icon in the system's tray, and what is told there while nobody looks at the window.

Owns the icon, its menu and its words. It is there only where the system has a tray, and tells an
alarm once, only while none of our windows is in front.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from pillarbox_engine.alarms import Alarm, sentence
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.plain import unmarked
from pillarbox_ui.widgets.words import tr

_SHOWN_MS = 10_000


class Tray(QObject):
    """`wanted` when the icon or a notification is clicked. `quit_all` ends every window.

    `icon` is the one to use; without it, one with the application's picture is made.
    """

    wanted = Signal()

    def __init__(
        self,
        quit_all: Callable[[], object],
        parent: QObject | None = None,
        *,
        icon: QSystemTrayIcon | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon or QSystemTrayIcon(QApplication.windowIcon(), self)
        self._menu = QMenu()
        self._menu.addAction(tr("Show Pillarbox"), self.wanted.emit)
        self._menu.addSeparator()
        self._menu.addAction(tr("Quit"), quit_all)
        self._icon.setContextMenu(self._menu)
        self._icon.setToolTip("Pillarbox")
        self._icon.activated.connect(self._clicked)
        self._icon.messageClicked.connect(self.wanted)
        self._told: set[tuple[str, str]] = set()

    def show(self) -> None:
        """Be seen, where the system has a tray."""
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._icon.show()

    def hide(self) -> None:
        """Be gone."""
        self._icon.hide()

    @property
    def shown(self) -> bool:
        """Whether the icon is in the tray."""
        return self._icon.isVisible()

    def tell_depth(self, file: str, ready: int, dead: int) -> None:
        """What the icon says when one points at it: how much waits, and how much is dead."""
        waiting = words.counted(ready, tr("job ready"), tr("jobs ready"))
        letters = words.counted(dead, tr("dead letter"), tr("dead letters"))
        self._icon.setToolTip(f"Pillarbox — {unmarked(file)}\n{waiting}, {letters}")

    def tell_alarms(self, file: str, alarms: Sequence[Alarm]) -> None:
        """Notify of each open alarm once, unless the person is looking at us anyway."""
        fresh = [alarm for alarm in alarms if (file, alarm.id) not in self._told]
        self._told |= {(file, alarm.id) for alarm in fresh}
        if fresh and self.shown and QApplication.activeWindow() is None:
            text = "\n".join(unmarked(sentence(alarm)) for alarm in fresh)
            warning = QSystemTrayIcon.MessageIcon.Warning
            self._icon.showMessage(
                tr("Alarm in {0}").format(unmarked(file)), text, warning, _SHOWN_MS
            )

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.wanted.emit()
