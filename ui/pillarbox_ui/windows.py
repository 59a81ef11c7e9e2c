"""The windows of this process, one on each open queue file.

Owns the joining of the parts that live as long as a window, and what is asked where a file cannot
be opened. A window's engine is closed with it, by a `Closing`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QMessageBox, QSpacerItem

from pillarbox_engine.alarms import Alarm
from pillarbox_engine.errors import BehindHead, PillarboxError
from pillarbox_ui.alarm_watch import AlarmWatch
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.bridge import Bridge
from pillarbox_ui.closing import Closing
from pillarbox_ui.first_paint import FirstPaint
from pillarbox_ui.foresight import Foresight
from pillarbox_ui.handling.handling import Handling
from pillarbox_ui.handling.workshop import MakeWorkshop, Workshop
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.opening import OpenEngine, Opening
from pillarbox_ui.operations import Operations
from pillarbox_ui.precedence import Precedence
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.tray import Tray
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.plain import one_line
from pillarbox_ui.widgets.words import tr
from pillarbox_ui.widgets.zone import Zone
from pillarbox_ui.window_deeds import OpenFile

_WIDTH = 520
"""How wide the dialog is that says why a file cannot be opened, in px, at the least."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A window and what it is joined to."""

    window: MainWindow
    bridge: Bridge
    context: Context
    watch: AlarmWatch
    path: str = ""
    read_only: bool = False

    def begin(self, backend: WindowBackend, workshop: Workshop | None = None) -> None:
        """The store is open: read it, write to it, and run handlers on it where one may."""
        self.context.operations.attach(backend)
        self.bridge.start(backend)
        self.context.handling.attach(workshop)
        self.watch.attach(backend)

    def wait(self) -> None:
        """After its window was closed: return when nothing of it uses the store any more.

        Not on the main thread while there are windows: that is what `Closing` is for.
        """
        for part in self.parts:
            part.wait()

    @property
    def parts(self) -> tuple[Bridge, Operations, AlarmWatch]:
        """What has threads of its own, and is told to end when the window is closed."""
        return self.bridge, self.context.operations, self.watch


def open_window(
    theme: Theme,
    settings: QSettings,
    *,
    path: str,
    open_file: OpenFile | None = None,
    read_only: bool = False,
    precedence: Precedence | None = None,
) -> Opened:
    """A window on the store at `path`; not shown, nothing read before `Opened.begin`."""
    operations, remembered = Operations(), Remembered(settings, path)
    context = Context(
        theme=theme,
        zone=Zone(),
        operations=operations,
        remembered=remembered,
        handling=Handling(operations, remembered),
        precedence=precedence or Precedence(),
    )
    bridge = Bridge(context.precedence.hold)
    window = MainWindow(
        context, bridge, label=one_line(Path(path).name), open_file=open_file, read_only=read_only
    )
    watch = AlarmWatch()
    window.seen.connect(lambda seen: watch.end() if seen else watch.begin())
    window.closed.connect(watch.close)
    return Opened(window, bridge, context, watch, path, read_only)


class Windows(QObject):
    """Opens queue files, each in a window of its own. `settled` when all of one is made."""

    settled = Signal()

    def __init__(
        self,
        open_engine: OpenEngine,
        settings: QSettings,
        application: QApplication,
        make_workshop: MakeWorkshop | None = None,
    ) -> None:
        super().__init__(application)
        self._make_workshop = make_workshop
        self._open_engine = open_engine
        self._settings = settings
        shared = Remembered(settings, "")
        self._precedence = Precedence()
        self.theme = Theme(self, _mode(shared))
        self.theme.motion = shared.shared("motion", "yes") == "yes"
        self.theme.apply(application)
        self.tray = Tray(self.close_all, self)
        self.tray.wanted.connect(self._show_newest)
        self._opened: list[Opened] = []
        self._closing: list[Closing] = []
        self._filled = self._given_up = False

    @property
    def opened(self) -> tuple[Opened, ...]:
        """The windows that are there, in the order they were opened."""
        return tuple(self._opened)

    @property
    def unusable(self) -> bool:
        """Whether the person gave up on a file and no other one was ever opened."""
        return self._given_up and not self._filled

    def open(self, path: str, *, read_only: bool = False) -> Opened:
        """Show a window on the queue file at `path`, at once; it fills when the file is open.

        A file that has a window already gets it to the front. One that cannot be used is told in
        a dialog, with Retry; giving up closes the window.
        """
        there = self._window_on(path, read_only)
        if there is not None:
            _bring_forward(there.window)
            return there
        opened = open_window(
            self.theme,
            self._settings,
            path=path,
            open_file=self.open,
            read_only=read_only,
            precedence=self._precedence,
        )
        opening = Opening(
            self._open_engine, path, opened.window, self._precedence.wait, read_only=read_only
        )
        self._opened.append(opened)
        opened.window.closed.connect(lambda: self._end(opened, opening))
        opening.opened.connect(lambda backend: self._fill(opened, opening, backend))
        opening.failed.connect(lambda error: self._ask_again(opened, opening, error))
        painted = FirstPaint(opened.window)
        painted.done.connect(lambda: self._start(opened, opening))
        opened.window.show()
        return opened

    def _window_on(self, path: str, read_only: bool) -> Opened | None:
        """The window that shows the file already; one only to look at does not for writing."""
        wanted = os.path.abspath(path)
        return next(
            (
                one
                for one in self._opened
                if os.path.abspath(one.path) == wanted and one.read_only <= read_only
            ),
            None,
        )

    def _show_newest(self) -> None:
        if self._opened:
            _bring_forward(self._opened[-1].window)

    def _start(self, opened: Opened, opening: Opening) -> None:
        """Only now, because a thread that loads the engine would hold up the first paint."""
        if opened in self._opened:  # else it was closed meanwhile
            opening.start()

    def _fill(self, opened: Opened, opening: Opening, backend: WindowBackend) -> None:
        if opened in self._opened:  # else it was closed meanwhile
            self._filled = True
            Remembered(self._settings, opening.path).add_recent(opening.path)
            opened.begin(backend, opening.workshop(self._make_workshop))
            self._tell_alarms(opened)
            self.tray.show()
            self._foresee(opened)

    def _foresee(self, opened: Opened) -> None:
        foresight = Foresight(opened.window)
        foresight.done.connect(self.settled)
        foresight.begin()

    def _tell_alarms(self, opened: Opened) -> None:
        """From the window's own snapshots while it is seen, from its watch while not."""
        name = Path(opened.path).name

        def tell(alarms: Sequence[Alarm]) -> None:
            if opened.window.actions_["notify"].isChecked():
                self.tray.tell_alarms(name, alarms)

        def show(snapshot: Snapshot) -> None:
            self.tray.tell_depth(name, snapshot.totals.ready, snapshot.totals.dead)
            tell(snapshot.alarms)

        opened.bridge.snapshot_ready.connect(show)
        opened.watch.found.connect(tell)

    def _ask_again(self, opened: Opened, opening: Opening, error: PillarboxError) -> None:
        """The person may try again, accept a file that lost commits, or give up."""
        if opened not in self._opened:
            return
        box = _box(opened.window, opening.name, error)
        box.finished.connect(lambda: self._answer(opened, opening, box))
        box.open()

    def _answer(self, opened: Opened, opening: Opening, box: QMessageBox) -> None:
        clicked = box.clickedButton()
        if clicked is None or clicked is box.button(QMessageBox.StandardButton.Close):
            self._given_up = True
            opened.window.close()
        else:
            accepted = box.buttonRole(clicked) is QMessageBox.ButtonRole.DestructiveRole
            opening.start(accept_copy=accepted)

    def _end(self, opened: Opened, opening: Opening) -> None:
        self._opened.remove(opened)
        opened.window.deleteLater()
        closing = Closing(opened.parts, opening, self)
        self._closing.append(closing)
        closing.over.connect(lambda: self._closing.remove(closing))
        closing.start()

    def close(self) -> None:
        """Wait until every engine is closed. No window is left to wait for that."""
        self.tray.hide()
        for closing in self._closing:
            closing.join()

    def close_all(self) -> None:
        """Close every window, as its close button would."""
        for opened in list(self._opened):
            opened.window.close()

    def tell_failure(self, error: PillarboxError) -> None:
        """Show in every window what went wrong."""
        for opened in self._opened:
            opened.window.messages.tell_failure(error)

    def tell_notices(self, notices: Sequence[str]) -> None:
        """Say in the newest window what should be known."""
        if self._opened and notices:
            self._opened[-1].window.tell_notices(notices)


def _box(window: MainWindow, name: str, error: PillarboxError) -> QMessageBox:
    buttons = QMessageBox.StandardButton
    box = QMessageBox(window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Pillarbox"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr("{0} cannot be opened").format(name))
    box.setInformativeText(paragraphs(error))
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    _widen(box)
    box.setStandardButtons(buttons.Retry | buttons.Close)
    if isinstance(error, BehindHead):
        box.addButton(tr("Accept this copy"), QMessageBox.ButtonRole.DestructiveRole)
    window.closed.connect(box.close)
    return box


def _bring_forward(window: MainWindow) -> None:
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    window.activateWindow()


def paragraphs(error: PillarboxError) -> str:
    """What happened and why, and under it what can be done."""
    why = f"{error.title}: {error.reason}" if error.reason else error.title
    return f"{why}.\n\n{error.remedy}." if error.remedy else f"{why}."


def _widen(box: QMessageBox) -> None:
    """Give paths room: by itself it is as narrow as its buttons."""
    grid = box.layout()
    if isinstance(grid, QGridLayout):
        room = QSpacerItem(_WIDTH, 0)
        grid.addItem(room, grid.rowCount(), 0, 1, grid.columnCount())


def _mode(remembered: Remembered) -> Mode:
    kept = remembered.shared("theme", Mode.SYSTEM.value)
    return Mode(kept) if kept in set(Mode) else Mode.SYSTEM
