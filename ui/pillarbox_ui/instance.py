"""One process for all windows of a person on a display: a second start hands its file to the first.

Owns both ends of that: the socket the running process listens on, and the asking. Whoever asks is
the same user (the socket lies in a folder of theirs, and is theirs alone).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

_PATIENCE_MS = 2_000
_LONGEST = 64 * 1024
"""Bytes of a request: a path, so far less."""

_DONE = b"shown\n"


def hand_over(place: Path, path: str, *, read_only: bool = False) -> bool:
    """Ask the process that listens at `place` to show the queue file at `path`.

    False: nobody listens there, or nobody answers within two seconds.
    """
    if not place.exists():  # the usual case, told without loading Qt's network module
        return False
    from PySide6.QtNetwork import QLocalSocket

    asking = QLocalSocket()
    asking.connectToServer(str(place))
    if not asking.waitForConnected(_PATIENCE_MS):
        return False
    asking.write(json.dumps({"path": path, "read_only": read_only}).encode() + b"\n")
    answered = asking.waitForBytesWritten(_PATIENCE_MS) and asking.waitForReadyRead(_PATIENCE_MS)
    return answered and bytes(asking.readAll().data()) == _DONE


class Instance(QObject):
    """`asked(path, read_only)` for each file another start was given, from `listen` to `close`."""

    asked = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server: QLocalServer | None = None

    def listen(self, place: Path) -> bool:
        """Listen at `place`; False where that cannot be: then each start is on its own."""
        from PySide6.QtNetwork import QLocalServer

        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            return False
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        if not self._server.listen(str(place)):
            QLocalServer.removeServer(str(place))  # left by a process that was killed
            self._server.listen(str(place))
        return self._server.isListening()

    @Slot()
    def _greet(self) -> None:
        while (
            self._server is not None
            and (asking := self._server.nextPendingConnection()) is not None
        ):
            asking.readyRead.connect(lambda asking=asking: self._hear(asking))
            asking.disconnected.connect(asking.deleteLater)
            if asking.bytesAvailable():
                self._hear(asking)

    def _hear(self, asking: QLocalSocket) -> None:
        if asking.bytesAvailable() > _LONGEST:
            asking.abort()
        if not asking.canReadLine():
            return
        request = _request(bytes(asking.readLine(_LONGEST).data()))
        if request is None:
            asking.abort()
            return
        self.asked.emit(*request)
        asking.write(_DONE)
        asking.flush()
        asking.disconnectFromServer()

    def close(self) -> None:
        """Listen no more; the socket is gone."""
        if self._server is not None:
            self._server.close()


def _request(line: bytes) -> tuple[str, bool] | None:
    """What a line asks for; None where it is not a request."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    path = said.get("path") if isinstance(said, dict) else None
    if not isinstance(path, str) or not path:
        return None
    return path, said.get("read_only") is True
