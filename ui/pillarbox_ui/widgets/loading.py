"""Loading a module on a thread: numpy and pyqtgraph take a third of a second that would be felt.

Owns the thread, and telling the main thread that it is through.
"""

from __future__ import annotations

import importlib
import threading

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot


class Loading(QObject):
    """`loaded` on the main thread once `module` is there. It belongs to the application until its
    thread has answered, so who asked may be gone by then; it goes by itself."""

    loaded = Signal()
    _answered = Signal()

    def __init__(self, module: str) -> None:
        super().__init__(QCoreApplication.instance())
        self._module = module
        self._answered.connect(self._tell)

    def start(self) -> None:
        """Begin. That a module is in `sys.modules` is not enough: it is so before it is whole, and
        the main thread would wait for the thread that loads it."""
        threading.Thread(target=self._load, name="pillarbox-loading", daemon=True).start()

    def _load(self) -> None:
        importlib.import_module(self._module)
        self._answered.emit()

    @Slot()
    def _tell(self) -> None:
        self.loaded.emit()
        self.deleteLater()
