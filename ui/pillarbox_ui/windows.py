"""The windows of this process, one on each open queue file.

Owns the joining of the parts that live as long as a window, and the end of a window: its engine is
closed with it, off the main thread, because workers may still finish what they run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.bridge import Bridge
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.operations import Operations
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.words import tr
from pillarbox_ui.widgets.zone import Zone


class OpenStore(Protocol):
    """An open engine, as far as the window has to do with it."""

    @property
    def backend(self) -> WindowBackend:
        """The store."""

    def close(self) -> None:
        """Let running jobs finish and close the store."""


OpenEngine = Callable[[str], OpenStore]


@dataclass(frozen=True, slots=True)
class Opened:
    """A window and what it is joined to."""

    window: MainWindow
    bridge: Bridge
    context: Context


def open_window(
    backend: WindowBackend,
    theme: Theme,
    settings: QSettings,
    *,
    path: str,
    open_file: Callable[[str], object] | None = None,
) -> Opened:
    """A window on `backend`, which is the store at `path`; not shown, nothing read yet."""
    context = Context(
        theme=theme,
        zone=Zone(),
        operations=Operations(backend),
        remembered=Remembered(settings, path),
    )
    bridge = Bridge(backend)
    window = MainWindow(context, bridge, label=Path(path).name, open_file=open_file)
    return Opened(window, bridge, context)


class Windows(QObject):
    """Opens queue files, each in a window of its own."""

    def __init__(
        self, open_engine: OpenEngine, settings: QSettings, application: QApplication
    ) -> None:
        super().__init__(application)
        self._open_engine = open_engine
        self._settings = settings
        shared = Remembered(settings, "")
        self.theme = Theme(self, _mode(shared))
        self.theme.apply(application)
        self._opened: list[Opened] = []
        self._closing: list[threading.Thread] = []

    @property
    def opened(self) -> tuple[Opened, ...]:
        """The windows that are open, in the order they were opened."""
        return tuple(self._opened)

    def open(self, path: str) -> bool:
        """Open a window on the queue file at `path`. False: it cannot be used, as was told."""
        engine = self._engine(path)
        if engine is None:
            return False
        opened = open_window(
            engine.backend, self.theme, self._settings, path=path, open_file=self.open
        )
        Remembered(self._settings, path).add_recent(path)
        self._opened.append(opened)
        opened.window.closed.connect(lambda: self._end(opened, engine))
        opened.window.show()
        opened.bridge.start()
        return True

    def _engine(self, path: str) -> OpenStore | None:
        """The engine on `path`; the person may try again, or give up."""
        while True:
            try:
                return self._open_engine(path)
            except PillarboxError as error:
                if not self._ask_again(path, error):
                    return None

    def _ask_again(self, path: str, error: PillarboxError) -> bool:
        box = QMessageBox(self._parent())
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(tr("Pillarbox"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(tr("{0} cannot be opened").format(Path(path).name))
        box.setInformativeText(str(error))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Retry | buttons.Close)
        return box.exec() == buttons.Retry

    def _parent(self) -> MainWindow | None:
        return self._opened[-1].window if self._opened else None

    def _end(self, opened: Opened, engine: OpenStore) -> None:
        self._opened.remove(opened)
        opened.window.deleteLater()
        thread = threading.Thread(target=engine.close, name="pillarbox-closing")
        self._closing.append(thread)
        thread.start()

    def close(self) -> None:
        """Wait until every engine is closed."""
        for thread in self._closing:
            thread.join()

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


def _mode(remembered: Remembered) -> Mode:
    kept = remembered.shared("theme", Mode.SYSTEM.value)
    return Mode(kept) if kept in set(Mode) else Mode.SYSTEM
