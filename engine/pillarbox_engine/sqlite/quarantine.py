"""A copy of a damaged queue file, set aside before anything can change it.

Owns the folders `FILE.d/quarantine/NAME`: the file and its WAL, byte for byte, private, named by
what they hold, so the same damage is set aside once. A copy never takes the last room of a disk,
and there are never more than `MOST`. The damaged file itself is only read.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pillarbox_engine.appearing import sync_folder
from pillarbox_engine.errors import DamagedFile
from pillarbox_engine.sqlite.files import side_of, size_of
from pillarbox_engine.sqlite.raw_bytes import RawBytes, parts

MOST = 3
"""Copies kept; whoever wants more must look at these first."""

ROOM_LEFT = 64 << 20
"""Bytes that stay free on the disk, at the least; never less than the copy takes."""


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Set a copy aside where what is done finds the file damaged, and say in the error where."""
    try:
        yield
    except DamagedFile as damage:
        raise with_copy(damage, set_aside(path)) from damage


def with_copy(damage: DamagedFile, copy: str) -> DamagedFile:
    """`damage` again, saying what `set_aside` answered."""
    told = type(damage)(damage.title, damage.reason, f"{copy}. {damage.remedy}")
    told.pages = damage.pages
    return told


def set_aside(path: Path) -> str:
    """Copy the queue file at `path` and its WAL, unless that was done; what a person is told."""
    try:
        return _set_aside(path, folder_of(path))
    except (OSError, apsw.Error) as error:
        return f"No copy of it could be set aside ({error})"


def folder_of(path: Path) -> Path:
    """Where the copies of the queue file at `path` are."""
    return side_of(path) / "quarantine"


def _set_aside(path: Path, folder: Path) -> str:
    if not path.exists():
        return "There is nothing to set aside"
    copy = folder / _digest(path)
    if copy.is_dir():
        return f"A copy of it is in {copy}"
    refusal = _refusal(path, folder)
    if refusal:
        return f"No copy of it was set aside: {refusal}"
    _copy(path, copy)
    return f"A copy of it was set aside in {copy}"


def _digest(path: Path) -> str:
    hasher = hashlib.blake2b(digest_size=8)
    for part, wal in parts(path):
        with RawBytes(part, wal=wal) as raw:
            for chunk in raw.chunks():
                hasher.update(chunk)
    return hasher.hexdigest()


def _refusal(path: Path, folder: Path) -> str:
    there = [entry for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []
    if len(there) >= MOST:
        return f"{len(there)} earlier ones are in {folder}"
    size = sum(size_of(part) for part, _ in parts(path))
    free = shutil.disk_usage(path.parent).free
    if free - size < max(size, ROOM_LEFT):
        return f"it takes {size:,} bytes and only {free:,} are free on the disk"
    return ""


def _copy(path: Path, copy: Path) -> None:
    """Whole and fsynced, or nothing of it."""
    unfinished = copy.with_name(f"{copy.name}.part-{os.getpid()}")
    for folder in (side_of(path), copy.parent, unfinished):
        folder.mkdir(mode=0o700, exist_ok=True)
    try:
        for part, wal in parts(path):
            _copy_one(part, unfinished / part.name, wal=wal)
        sync_folder(unfinished)
        unfinished.rename(copy)
        sync_folder(copy.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _copy_one(part: Path, target: Path, *, wal: bool) -> None:
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with RawBytes(part, wal=wal) as raw, open(descriptor, "wb") as file:
        for chunk in raw.chunks():
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
