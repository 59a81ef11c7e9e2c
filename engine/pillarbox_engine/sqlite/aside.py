"""A copy of the queue file, set aside before something that cannot be taken back.

Owns the files `FILE.d/before-schema-N`. The copy is made by SQLite's backup on a connection of
its own, so it holds what is committed while another connection holds the write lock
(https://www.sqlite.org/backup.html). It gets its name only when it is whole and fsynced.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import apsw

from pillarbox_engine.appearing import sync_folder
from pillarbox_engine.sqlite.connection import open_reader
from pillarbox_engine.sqlite.files import side_of, told


def set_aside(path: Path, schema: int) -> Path:
    """Copy the queue file at `path`, before it is brought to `schema`; where the copy is.

    It is private (0600) and never takes the place of an earlier one. Raises `FileUnusable` or
    `DiskFull`, and leaves nothing behind, where it cannot be made.
    """
    side = side_of(path)
    unfinished = side / f"before-schema-{schema}.part"
    with told(path):
        side.mkdir(mode=0o700, exist_ok=True)
        try:
            _copy(path, unfinished)
            copy = next(name for name in _names(side, schema) if not name.exists())
            unfinished.rename(copy)
            sync_folder(side)
        finally:
            unfinished.unlink(missing_ok=True)
    return copy


def _names(side: Path, schema: int) -> Iterator[Path]:
    yield side / f"before-schema-{schema}"
    for number in count(2):
        yield side / f"before-schema-{schema}-{number}"


def _copy(path: Path, target: Path) -> None:
    """Whole and fsynced, or an error. Whoever asks holds the write lock, so nobody else is at it:
    what lies there was left behind by a process that died."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    source = open_reader(path)
    copy = apsw.Connection(str(target))
    try:
        with copy.backup("main", source, "main") as job:
            job.step()
    finally:
        copy.close(True)
        source.close(True)
    _sync(target)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
