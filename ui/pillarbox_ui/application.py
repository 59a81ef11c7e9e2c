"""Starting the window: the application, its theme, and what happens to what nobody foresaw.

Owns `run_window`, which the command line calls with a way to open queue files.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from pillarbox_resources import app_icon_path
from pillarbox_ui.handling.workshop import MakeWorkshop
from pillarbox_ui.instance import Instance, hand_over
from pillarbox_ui.interrupts import Interrupts
from pillarbox_ui.opening import OpenEngine
from pillarbox_ui.unexpected import as_problem
from pillarbox_ui.windows import Windows

NAME = "Pillarbox"
DOING = "What was just done in the window"
FILE_UNUSABLE = 4
SWITCH_INTERVAL = 0.0002
"""Seconds: with Python's usual 5 ms, busy worker threads make the window stutter (measured: a
16 ms timer's p99 lag of 442 ms against 35)."""


def run_window(
    *,
    open_engine: OpenEngine,
    path: str,
    notices: Sequence[str] = (),
    read_only: bool = False,
    instance: Path | None = None,
    make_workshop: MakeWorkshop | None = None,
    handlers: str = "",
) -> int:
    """Show a window on the queue file at `path` and stay until the last window is closed.

    Where another process of ours listens at `instance`, it shows the file, and this returns 0.

    `open_engine` opens this file and any other the person asks for, on a thread of its own; each
    is closed with its window. `make_workshop` makes of an engine what runs handlers in this
    process, `handlers` is the file of those for the first window; it runs when the person says so.
    `notices` are said in a banner. A file that cannot be used is told
    in a dialog, with Retry. The answer is the process' exit code: 4 where the person gave up on
    the first file.
    """
    if instance is not None and hand_over(instance, os.path.abspath(path), read_only=read_only):
        return 0
    application = make_application()
    sys.setswitchinterval(SWITCH_INTERVAL)
    windows = Windows(open_engine, user_settings(), application, make_workshop)
    with catching(windows), listening(windows, instance):
        windows.open(path, read_only=read_only).context.handling.choose(handlers)
        windows.tell_notices(notices)
        windows.settled.connect(spare_the_collector)
        code = application.exec()
        windows.close_all()
    windows.close()
    return FILE_UNUSABLE if windows.unusable else code


@contextmanager
def listening(windows: Windows, place: Path | None) -> Iterator[None]:
    """While this holds, files that a second start was given are shown by this process."""
    if place is None:
        yield
        return
    instance = Instance(windows)

    def show(path: str, read_only: bool) -> None:
        windows.open(path, read_only=read_only)

    instance.asked.connect(show)
    # Later: Qt's network module is not needed for the first paint.
    QTimer.singleShot(0, instance, lambda: instance.listen(place))
    try:
        yield
    finally:
        instance.close()


def spare_the_collector() -> None:
    """Take what was made by now (modules, classes, the window) out of garbage collection: it
    stays, and going through it again and again stops every thread for 30 to 60 ms."""
    gc.collect()
    gc.freeze()


def make_application() -> QApplication:
    """The one `QApplication`, made or found, with our name and icon."""
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName(NAME)
    application.setApplicationDisplayName(NAME)
    application.setDesktopFileName(NAME.lower())
    application.setWindowIcon(QIcon(str(app_icon_path())))
    return application


def user_settings() -> QSettings:
    """The settings file in the person's configuration folder."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME.lower(), "window")


@contextmanager
def catching(windows: Windows) -> Iterator[None]:
    """While this holds, an exception nobody caught becomes a banner and a log entry, and the
    process' signals close the window."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            before(kind, error, trace)
            return
        windows.tell_failure(as_problem(error, DOING))

    before, sys.excepthook = sys.excepthook, tell
    interrupts = Interrupts(windows.close_all)
    try:
        yield
    finally:
        interrupts.close()
        sys.excepthook = before
