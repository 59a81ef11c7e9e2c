"""Programs of the benchmark in processes of their own, and what they tell.

Owns starting, reading with a deadline, and ending them.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from pillarbox_engine.errors import EnvironmentFault

PATIENCE = 60.0
"""Seconds after which a silent program is given up."""
PACKAGE = "pillarbox.bench.programs"


class Child:
    """A running `pillarbox.bench.programs.NAME`; it is killed at the end of its `with` block."""

    def __init__(
        self, name: str, *arguments: object, environment: Mapping[str, str] | None = None
    ) -> None:
        self._name = name
        self._told: queue.SimpleQueue[str] = queue.SimpleQueue()
        command = [sys.executable, "-m", f"{PACKAGE}.{name}", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()

    def value(self, key: str) -> Any:
        """Wait for the next line, a JSON object with `key`; its value."""
        try:
            line = self._told.get(timeout=PATIENCE)
        except queue.Empty:
            line = ""
        try:
            return json.loads(line)[key]
        except (ValueError, KeyError) as error:
            raise EnvironmentFault(
                "The benchmark cannot go on",
                f"its program {self._name!r} told {line.strip()!r} in place of {key!r}",
                "Look at what it wrote above, and run the benchmark again",
            ) from error

    def wait(self) -> None:
        """Wait for its end."""
        self.process.wait(PATIENCE)

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as pipe:
            for line in pipe:
                self._told.put(line)
        self._told.put("")
