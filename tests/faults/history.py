"""What each client was told, outside the queue file: JSON lines, synced before it goes on.

Owns the form of the history. A call is two lines: `invoke` before it, then `ok` (the answer),
`fail` (it certainly did nothing) or `info` (it may have happened). A client that is killed leaves
an `invoke` without an end, which counts as `info`.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pillarbox_engine.errors import Indeterminate, PillarboxError

NEVER = 2**63


class History:
    """One client's history file; safe to share between its threads."""

    def __init__(
        self, folder: Path, client: str, *, synced: bool = True,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:  # fmt: skip
        """`synced`: each line survives a power cut, not only the death of the client. `now_ns`:
        the monotonic clock."""
        folder.mkdir(exist_ok=True)
        self.client, self._synced, self._now_ns = client, synced, now_ns
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        self._descriptor = os.open(folder / f"{client}.jsonl", flags, 0o600)

    def note(self, op: str, **data: Any) -> None:
        """Write a fact that is no call: a handler's start, a kill."""
        self._write(next(self._numbers), "ok", op, data)

    @contextmanager
    def call(self, op: str, **data: Any) -> Iterator[dict[str, Any]]:
        """Write a call's two lines; the body puts the answer into what it is given."""
        number = next(self._numbers)
        self._write(number, "invoke", op, data)
        answer: dict[str, Any] = {}
        try:
            yield answer
        except PillarboxError as error:
            certain = not isinstance(error, Indeterminate)
            self._write(number, "fail" if certain else "info", op, {"error": str(error)})
            raise
        self._write(number, "ok", op, answer)

    def close(self) -> None:
        """Write no more."""
        os.close(self._descriptor)

    def _write(self, number: int, what: str, op: str, data: dict[str, Any]) -> None:
        line = {"t": self._now_ns(), "client": self.client, "n": number, "what": what,
                "op": op, **data}  # fmt: skip
        with self._lock:
            os.write(self._descriptor, (json.dumps(line) + "\n").encode())
            if self._synced:
                os.fdatasync(self._descriptor)


@dataclass(slots=True)
class Call:
    """A call, or a fact, put together from its lines.

    `began` and `ended` are monotonic nanoseconds; `ended` is `NEVER` where no end was told.
    """

    client: str
    op: str
    began: int
    ended: int = NEVER
    what: str = "info"
    data: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether it was answered."""
        return self.what == "ok"

    @property
    def possible(self) -> bool:
        """Whether it may have happened."""
        return self.what != "fail"


def read(folder: Path) -> list[Call]:
    """All calls of all clients, in the order they began."""
    calls: dict[tuple[str, int], Call] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for text in path.read_text(encoding="utf-8").splitlines():
            _add(calls, text)
    return sorted(calls.values(), key=lambda call: call.began)


def _add(calls: dict[tuple[str, int], Call], text: str) -> None:
    line = json.loads(text)
    moment, what = line.pop("t"), line.pop("what")
    client, number, op = line.pop("client"), line.pop("n"), line.pop("op")
    call = calls.setdefault((client, number), Call(client, op, moment))
    call.lines.append(text)
    call.data.update(line)
    if what != "invoke":
        call.what, call.ended = what, moment


def of(lines: list[dict[str, Any]]) -> list[Call]:
    """Calls from lines made by hand: for tests of the checker."""
    calls: dict[tuple[str, int], Call] = {}
    for line in lines:
        _add(calls, json.dumps(line))
    return sorted(calls.values(), key=lambda call: call.began)
