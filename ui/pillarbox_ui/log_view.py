"""The log in the bottom dock: what the window and the engine had to say.

Owns the handler that carries records from any thread to the main one.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.words import tr

ROOT = "pillarbox"
_MOST_LINES = 2_000
_FORMAT = "%(asctime)s  %(levelname)-7s  %(message)s"


class _Relay(QObject):
    line = Signal(str)


class _Handler(logging.Handler):
    """Hands formatted records to a signal; it never draws, so any thread may log."""

    def __init__(self, relay: _Relay) -> None:
        super().__init__()
        self._relay = relay
        self.setFormatter(logging.Formatter(_FORMAT, "%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        self._relay.line.emit(self.format(record))


class LogView(QPlainTextEdit):
    """The newest lines, read-only, in the fixed font."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setMaximumBlockCount(_MOST_LINES)
        self.setFont(theme.mono())
        self.setAccessibleName(tr("Log"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._relay = _Relay(self)
        self._relay.line.connect(self._add, Qt.ConnectionType.QueuedConnection)
        self._handler = _Handler(self._relay)
        logging.getLogger(ROOT).addHandler(self._handler)
        logging.getLogger(ROOT).setLevel(logging.INFO)

    def close_log(self) -> None:
        """Stop listening to the log."""
        logging.getLogger(ROOT).removeHandler(self._handler)

    @Slot(str)
    def _add(self, line: str) -> None:
        self.appendPlainText(line)
