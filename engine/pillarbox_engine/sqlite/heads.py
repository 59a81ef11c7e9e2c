"""The head of the chain, kept beside the file so a file that fell behind is noticed.

Owns `FILE.d/head-<process>`: written after every COMMIT (a write survives the process), fsynced
about once a second (then it survives power loss too). Each process writes its own, so two never
overwrite each other; the highest of all is what the file must contain.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from pathlib import Path
from uuid import UUID

from pillarbox_engine.appearing import sync_folder
from pillarbox_engine.sqlite.files import reserve
from pillarbox_engine.sqlite.memo import Head

_FORM = struct.Struct("<16sQ16s")
_CHECK = struct.Struct("<I")
_SLOT = 64
"""Bytes a note takes; there are two, written in turn, so a torn one leaves the one before it."""


class HeadFile:
    """This process' head file: mapped, so a note costs no system call and survives a kill."""

    def __init__(self, side: Path, process_id: int, uuid: str) -> None:
        self._path = side / f"head-{process_id}"
        self._uuid = UUID(uuid).bytes
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        # What lies there was noted of a file that had more commits, and whose loss was accepted.
        try:
            os.ftruncate(self._descriptor, 0)
            reserve(self._descriptor, 2 * _SLOT)
            sync_folder(side)
            self._map = mmap.mmap(self._descriptor, 2 * _SLOT)
        except OSError:
            os.close(self._descriptor)
            raise
        self._dirty = False

    def write(self, head: Head) -> None:
        """Note the newest head; not yet fsynced."""
        body = _FORM.pack(self._uuid, head.sequence, head.hash)
        place = head.sequence % 2 * _SLOT
        self._map[place : place + _FORM.size + 4] = body + _CHECK.pack(zlib.crc32(body))
        self._dirty = True

    def sync(self) -> None:
        """Make the last note survive power loss."""
        if self._dirty:
            self._dirty = False
            self._map.flush()
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Sync and close; the file stays for the next opening to compare with."""
        try:
            self.sync()
        finally:
            self._map.close()
            os.close(self._descriptor)


def highest(side: Path, uuid: str) -> Head | None:
    """The highest head noted beside the file by any process, or None."""
    owner = _bytes_of(uuid)
    found = [head for path in side.glob("head-*") for head in _read(path, owner)]
    return max(found, key=lambda head: head.sequence, default=None)


def any_noted(side: Path) -> Head | None:
    """The highest head noted there of whatever file, or None: what lay here was a queue file."""
    found = [head for path in side.glob("head-*") for head in _read(path, None)]
    return max(found, key=lambda head: head.sequence, default=None)


def noted_uuid(side: Path) -> str | None:
    """The uuid of the file whose head was noted there last, or None."""
    found = [path.read_bytes() for path in side.glob("head-*")]
    whole = [raw[at : at + _SLOT] for raw in found for at in (0, _SLOT)]
    ours = [slot for slot in whole if _noted(slot[: _FORM.size + _CHECK.size], None)]
    newest = max(ours, key=lambda slot: _FORM.unpack_from(slot)[1], default=None)
    return None if newest is None else str(UUID(bytes=_FORM.unpack_from(newest)[0]))


def _bytes_of(uuid: str) -> bytes:
    """No bytes, which no note is of, where damage has left no uuid."""
    try:
        return UUID(uuid).bytes
    except ValueError:
        return b""


def _read(path: Path, uuid: bytes | None) -> list[Head]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        # Its process has gone, and another one tidied up after noting a head as high.
        return []
    found = [_noted(raw[place : place + _FORM.size + 4], uuid) for place in (0, _SLOT)]
    return [head for head in found if head is not None]


def _noted(raw: bytes, uuid: bytes | None) -> Head | None:
    body, tail = raw[: _FORM.size], raw[_FORM.size :]
    if len(tail) != _CHECK.size or _CHECK.unpack(tail)[0] != zlib.crc32(body):
        return None
    owner, sequence, link = _FORM.unpack(body)
    return Head(sequence, link) if uuid is None or owner == uuid else None
