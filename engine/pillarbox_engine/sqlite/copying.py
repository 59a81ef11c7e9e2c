"""A consistent copy of the queue file, made while others work.

Owns `copy_to`. The copy is what one read transaction sees, page by page by SQLite's backup
(https://www.sqlite.org/backup.html), with the payloads kept beside the file. It then becomes a file
of its own: with a uuid of its own, so no head noted for the other file is held against it where it
takes that one's place, and without the other's processes: what they had leased is ready again.
It gets its name when all of it is whole and fsynced, and never the name of something else.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import apsw

from pillarbox_engine.appearing import appearing, refuse_existing, sync, sync_folder
from pillarbox_engine.backups import Backup, Share
from pillarbox_engine.sqlite import blobs
from pillarbox_engine.sqlite.connection import open_reader, spoken
from pillarbox_engine.sqlite.files import Place, side_of, size_of
from pillarbox_engine.sqlite.identity import own_identity
from pillarbox_engine.sqlite.open_file import OpenFile
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.statements import statement

PAGES = 512
"""Pages copied between two looks at whether to stop: 4 MiB."""
_WHAT = "The copy"


class _Left(Exception):
    """Unwinds a copy that is to be stopped, so that nothing appears."""


def copy_to(file: OpenFile, path: Path, tell: Share, stop: Callable[[], bool]) -> Backup:
    """Copy the open file to `path`. Raises `EnvironmentFault`, `FileUnusable` and its kin."""
    try:
        with appearing(path, _WHAT) as unfinished, _beside(unfinished, path) as side:
            copied = _copy(file, unfinished, side, tell, stop)
            _make_own(file, unfinished)
            _keep_payloads_only(side)
            size = size_of(unfinished)
    except _Left:
        return Backup(label=str(path), cancelled=True)
    return Backup(
        label=str(path),
        size=size + sum(copied.values()),
        payloads=len(copied),
        missing=sum(1 for place in copied.values() if not place),
    )


@contextmanager
def _beside(unfinished: Path, path: Path) -> Iterator[Path]:
    """The folder of side files: under its own name just before the file is."""
    refuse_existing(side_of(path), "The folder beside the copy")
    side = side_of(unfinished)
    side.mkdir(mode=0o700)
    try:
        yield side
        if side.is_dir():
            side.rename(side_of(path))
    finally:
        for rest in ("-wal", "-shm"):
            unfinished.with_name(unfinished.name + rest).unlink(missing_ok=True)
        if side.is_dir():
            shutil.rmtree(side)


def _copy(
    file: OpenFile, unfinished: Path, side: Path, tell: Share, stop: Callable[[], bool]
) -> dict[str, int]:
    """Copy pages and payloads; the names of the payloads the copy refers to, and their sizes."""
    source, target = blobs.folder_of(file.side), blobs.folder_of(side)
    # Those that are there already first: what is deleted while the pages are copied may be referred
    # to by the copy all the same.
    early = {name: _copy_payload(source, target, name) for name in _names(source, stop)}
    with file.read() as reading:
        wanted = [str(name) for (name,) in reading.rows("blobs_in_use")]
        late = [name for name in wanted if name not in early]
        found = early | {name: _copy_payload(source, target, name) for name in late}
        _copy_pages(reading, unfinished, tell, stop)
    for name in set(early).difference(wanted):
        (target / name).unlink(missing_ok=True)
    return {name: found[name] for name in wanted}


def _names(source: Path, stop: Callable[[], bool]) -> Iterator[str]:
    for name in os.listdir(source) if source.is_dir() else ():
        _leave_if(stop)
        yield name


def _leave_if(stop: Callable[[], bool]) -> None:
    if stop():
        raise _Left


def _copy_payload(source: Path, target: Path, name: str) -> int:
    """Copy one payload; its size, 0 where it is not there."""
    target.mkdir(mode=0o700, exist_ok=True)
    copy = target / name
    try:
        with (source / name).open("rb") as raw, open(copy, "xb", opener=_private) as written:
            shutil.copyfileobj(raw, written)
    except FileNotFoundError:
        return 0
    sync(copy)
    return size_of(copy)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _copy_pages(reading: Reading, unfinished: Path, tell: Share, stop: Callable[[], bool]) -> None:
    """All pages as `reading` sees them: its transaction is open, so none changes meanwhile."""
    with spoken(unfinished):
        copy = apsw.Connection(str(unfinished))
        try:
            with copy.backup("main", reading.connection, "main") as job:
                while not job.done:
                    _leave_if(stop)
                    job.step(PAGES)
                    tell(1 - job.remaining / max(1, job.page_count))
        finally:
            copy.close(True)


def _make_own(file: OpenFile, unfinished: Path) -> None:
    """Make the copy a file of its own, that nobody has open."""
    with spoken(unfinished):
        copy = apsw.Connection(str(unfinished))
        try:
            copy.execute(statement("set_uuid"), (str(uuid4()),))
            copy.execute(statement("disown_processes"), (own_identity().host,))
        finally:
            copy.close(True)
    opened = OpenFile(Place(unfinished, read_only=False), file.clock, open_reader)
    try:
        opened.start("backup")
    finally:
        opened.close()


def _keep_payloads_only(side: Path) -> None:
    """Heads and marks were written as the copy was opened; nobody needs them."""
    for path in side.iterdir():
        if path.is_file():
            path.unlink()
    folder = blobs.folder_of(side)
    if folder.is_dir() and any(folder.iterdir()):
        sync_folder(folder)
        sync_folder(side)
    else:
        shutil.rmtree(side)
