"""Opening one queue file off the main thread, as often as the person tries, and closing it.

Owns the thread that opens and the engine it brings. Migrating and recovering a file may take
seconds, so the window is there first and is told when it can be filled.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.handling.workshop import MakeWorkshop, Workshop
from pillarbox_ui.unexpected import as_problem
from pillarbox_ui.widgets.words import tr


class OpenStore(Protocol):
    """An open engine, as far as the window has to do with it."""

    @property
    def backend(self) -> WindowBackend:
        """The store."""

    def give_way(self, moment: Callable[[], object]) -> None:
        """Have the workers here call `moment` before each job."""

    def close(self) -> None:
        """Let running jobs finish and close the store."""


class OpenEngine(Protocol):
    """A way to open queue files."""

    def __call__(
        self, path: str, *, accept_copy: bool = False, read_only: bool = False
    ) -> OpenStore:
        """Open the file at `path`; `accept_copy`: even if it lost what was noted beside it."""


class Opening(QObject):
    """Opens the queue file at `path`. On the main thread either `opened(WindowBackend)` or
    `failed(PillarboxError)` is emitted after each `start`. Its workers do `give_way`."""

    opened = Signal(object)
    failed = Signal(object)
    _opened = Signal(object)
    _failed = Signal(object)

    def __init__(
        self,
        open_engine: OpenEngine,
        path: str,
        parent: QObject | None,
        give_way: Callable[[], object],
        *,
        read_only: bool = False,
    ) -> None:
        super().__init__(parent)
        self._open_engine, self._give_way = open_engine, give_way
        self.path, self.read_only = path, read_only
        self._engine: OpenStore | None = None
        self._workshop: Workshop | None = None
        self._thread: threading.Thread | None = None
        self._opened.connect(self.opened, Qt.ConnectionType.QueuedConnection)
        self._failed.connect(self.failed, Qt.ConnectionType.QueuedConnection)

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return Path(self.path).name

    def start(self, *, accept_copy: bool = False) -> None:
        """Try to open the file."""
        self._thread = threading.Thread(
            target=self._run, args=(accept_copy,), name="pillarbox-opening"
        )
        self._thread.start()

    def workshop(self, make: MakeWorkshop | None) -> Workshop | None:
        """What runs handlers on the open file, made now; None where nothing is to be written."""
        if make is not None and self._engine is not None and not self.read_only:
            self._workshop = make(self._engine)
        return self._workshop

    def end(self) -> None:
        """Wait until the file is open, if it is being opened, and close it. May take a while."""
        if self._thread is not None:
            self._thread.join()
        if self._workshop is not None:
            self._workshop.stop()
        if self._engine is not None:
            self._engine.close()

    def _run(self, accept_copy: bool) -> None:
        try:
            self._engine = self._open_engine(
                self.path, accept_copy=accept_copy, read_only=self.read_only
            )
            self._engine.give_way(self._give_way)
        # The end of a thread: whatever it was must reach the person and the log.
        except Exception as error:
            self._failed.emit(as_problem(error, tr("Opening {0}").format(self.name)))
        else:
            self._opened.emit(self._engine.backend)
