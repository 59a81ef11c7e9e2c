"""Starting the window: the application, its theme, and what happens to what nobody foresaw.

Owns `run_window`, which the composition root calls with a backend, and the joining of the parts
that live as long as the window.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QSettings
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from pillarbox_resources import icon_path
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.bridge import Bridge
from pillarbox_ui.interrupts import Interrupts
from pillarbox_ui.main_window import MainWindow
from pillarbox_ui.operations import Operations
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.unexpected import as_problem
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.zone import Zone

NAME = "Pillarbox"
SWITCH_INTERVAL = 0.0005
"""Seconds: with Python's usual 5 ms, busy worker threads make the window stutter (measured: a
16 ms timer's p99 lag of 442 ms against 35)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A window and what it is joined to."""

    window: MainWindow
    bridge: Bridge
    context: Context


def run_window(
    backend: WindowBackend,
    *,
    label: str,
    notices: Sequence[str] = (),
    open_file: Callable[[str], None] | None = None,
    read_only: bool = False,
) -> int:
    """Open a window on `backend` and stay until it is closed; the process' exit code.

    `label` names the store in the title and the status bar. `notices` are said in a banner.
    `open_file` opens another queue file; without it the window does not offer to.
    """
    application = make_application()
    sys.setswitchinterval(SWITCH_INTERVAL)
    opened = open_window(
        backend, application, label=label, open_file=open_file, read_only=read_only
    )
    opened.window.tell_notices(notices)
    with catching(opened.window):
        opened.window.show()
        opened.bridge.start()
        return application.exec()


def make_application() -> QApplication:
    """The one `QApplication`, made or found, with our name and icon."""
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName(NAME)
    application.setApplicationDisplayName(NAME)
    application.setDesktopFileName(NAME.lower())
    application.setWindowIcon(QIcon(str(icon_path("pillarbox.svg"))))
    return application


def open_window(
    backend: WindowBackend,
    application: QApplication,
    *,
    label: str,
    open_file: Callable[[str], None] | None = None,
    read_only: bool = False,
    settings: QSettings | None = None,
) -> Opened:
    """The window on `backend`, not shown yet. `settings`: where it remembers; tests give one."""
    remembered = Remembered(settings or user_settings(), label)
    theme = Theme(application, _mode(remembered))
    theme.apply(application)
    context = Context(
        theme=theme, zone=Zone(), operations=Operations(backend), remembered=remembered
    )
    bridge = Bridge(backend)
    window = MainWindow(context, bridge, label=label, open_file=open_file, read_only=read_only)
    return Opened(window, bridge, context)


def user_settings() -> QSettings:
    """The settings file in the person's configuration folder."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME.lower(), "window")


def _mode(remembered: Remembered) -> Mode:
    kept = remembered.shared("theme", Mode.SYSTEM.value)
    return Mode(kept) if kept in set(Mode) else Mode.SYSTEM


@contextmanager
def catching(window: MainWindow) -> Iterator[None]:
    """While this holds, an exception nobody caught becomes a banner and a log entry, and the
    process' signals close the window."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            before(kind, error, trace)
            return
        window.messages.tell_failure(as_problem(error, "What was just done in the window"))

    before, sys.excepthook = sys.excepthook, tell
    interrupts = Interrupts(window.close)
    try:
        yield
    finally:
        interrupts.close()
        sys.excepthook = before
