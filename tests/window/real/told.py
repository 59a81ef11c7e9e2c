"""What a watched program tells: lines on its output, waited for by what they say.

Owns the reading of a pipe with a deadline, so that a test fails with what was heard instead of
hanging.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from typing import Any

PATIENCE = 60.0
"""Seconds until a test gives up waiting for a line."""


class Told:
    """The output of `process`, which must have been started with its stdout piped."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._pipe = process.stdout
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.heard: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._pipe:
            self._lines.put(line.strip())
        self._lines.put(None)

    def line(self, wanted: str, patience: float = PATIENCE) -> None:
        """Wait for the line `wanted`."""
        while self._next(wanted, time.monotonic() + patience) != wanted:
            pass

    def value(self, name: str, patience: float = PATIENCE) -> Any:
        """Wait for a line of JSON that tells `name`; its value."""
        deadline = time.monotonic() + patience
        while True:
            line = self._next(name, deadline)
            if line.startswith("{") and name in (told := json.loads(line)):
                return told[name]

    def has_told(self, name: str, patience: float) -> bool:
        """Whether `name` is told within `patience` seconds."""
        try:
            self.value(name, patience)
        except TimeoutError:
            return False
        return True

    def _next(self, wanted: str, deadline: float) -> str:
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError(f"{wanted!r} was not told; heard {self.heard}") from None
        if line is None:
            raise TimeoutError(f"the program ended before {wanted!r}; heard {self.heard}")
        self.heard.append(line)
        return line
