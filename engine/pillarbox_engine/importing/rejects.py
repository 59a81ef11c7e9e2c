"""The rejected entries of a job file, saved so that they can be mended and imported again.

Owns the two files: `PATH` has the entries as they were, a line each, and is itself a JSON Lines
file; `PATH.reasons.txt` says of each where it stood and why it was refused. Reasons inside the
first one would have to be taken out again by hand, and an entry that is not JSON cannot be
wrapped in JSON without changing it. White space that spread an array element over several lines
becomes single spaces; an entry too long to be read is only in the reasons. Rows of a CSV file
stand under its header, so that the file is CSV again: name it so. What cannot stand beside the
first entry, being of another form, is only in the reasons too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.importing.reading import verdicts
from pillarbox_engine.importing.records import Cancelled, ImportOptions, Rejected, never
from pillarbox_engine.importing.sources import ByteSource
from pillarbox_engine.json_text import visible

_LOOK_EVERY = 200
T = TypeVar("T")


class RejectedFile:
    """Takes rejected entries as they come: `add` can be `run`'s `on_rejected`.

    Nothing is created before the first one. `count` entries were added. `close` it, or use it in
    a `with`. Files are private to their owner, as payloads may be. Raises `EnvironmentFault`.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.reasons_path = self.path.with_name(self.path.name + ".reasons.txt")
        self.count = 0
        self._header = b""
        self._entries: BinaryIO | None = None
        self._reasons: BinaryIO | None = None

    def add(self, rejected: Rejected) -> None:
        """Write one entry and its reason."""
        self._told(lambda: self._write(rejected))
        self.count += 1

    def close(self) -> None:
        """Finish both files. Idempotent."""
        for file in (self._entries, self._reasons):
            if file is not None:
                self._told(file.close)

    def __enter__(self) -> RejectedFile:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _write(self, rejected: Rejected) -> None:
        if self._entries is None or self._reasons is None:
            self._entries, self._reasons = _create(self.path), _create(self.reasons_path)
            self._header = rejected.header
            self._entries.write(_line(rejected.header) if rejected.header else b"")
        alike = rejected.header == self._header
        if rejected.whole and rejected.raw and alike:
            self._entries.write(_line(rejected.raw, kept=bool(self._header)))
        note = "" if rejected.whole else " (not copied: too long, or cut off)"
        note = note if alike else " (not copied: of another form than the first)"
        self._reasons.write(f"{visible(str(rejected))}{note}\n".encode("utf-8", "replace"))

    def _told(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except OSError as error:
            raise EnvironmentFault(
                f'The rejected entries cannot be saved to "{self.path}"',
                error.strerror or str(error),
                "Choose another place",
            ) from error


def save_rejected(
    source: ByteSource,
    path: str | Path,
    *,
    name: str,
    options: ImportOptions,
    cancelled: Cancelled = never,
) -> int:
    """Read `source` again and save every rejected entry to `path`; how many there were."""
    with RejectedFile(path) as saved:
        for number, verdict in enumerate(verdicts(source, name, options, "rejected")):
            if number % _LOOK_EVERY == 0 and cancelled():
                break
            if isinstance(verdict, Rejected):
                saved.add(verdict)
        return saved.count


def _line(raw: bytes, *, kept: bool = True) -> bytes:
    """An entry as a line; `kept`: a line end inside it means something."""
    return (raw if kept else b" ".join(raw.split(b"\n"))) + b"\n"


def _create(path: Path) -> BinaryIO:
    """An empty file; one that was there already becomes as private, before anything is in it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if os.name == "posix" and stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "wb")
