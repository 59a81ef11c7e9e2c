"""The head of the chain, kept beside the file so a file that fell behind is noticed.

Owns `FILE.d/head-<process>`: written after every COMMIT (a write survives the process), fsynced
about once a second (then it survives power loss too). Each process writes its own, so two never
overwrite each other; the highest of all is what the file must contain.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from uuid import UUID

from pillarbox_engine.sqlite.chain import Head
from pillarbox_engine.sqlite.files import sync_folder

_FORM = struct.Struct("<16sQ16s")


class HeadFile:
    """This process' head file."""

    def __init__(self, side: Path, process_id: int, uuid: str) -> None:
        self._path = side / f"head-{process_id}"
        self._uuid = UUID(uuid).bytes
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        self._dirty = False
        sync_folder(side)

    def write(self, head: Head) -> None:
        """Note the newest head; not yet fsynced."""
        body = _FORM.pack(self._uuid, head.sequence, head.hash)
        os.pwrite(self._descriptor, body + struct.pack("<I", zlib.crc32(body)), 0)
        self._dirty = True

    def sync(self) -> None:
        """Make the last note survive power loss."""
        if self._dirty:
            self._dirty = False
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Sync and close; the file stays for the next opening to compare with."""
        self.sync()
        os.close(self._descriptor)


def highest(side: Path, uuid: str) -> Head | None:
    """The highest head noted beside the file by any process, or None."""
    found = [head for path in side.glob("head-*") if (head := _read(path, UUID(uuid).bytes))]
    return max(found, key=lambda head: head.sequence, default=None)


def _read(path: Path, uuid: bytes) -> Head | None:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        # Its process has gone, and another one tidied up after noting a head as high.
        return None
    body, tail = raw[: _FORM.size], raw[_FORM.size :]
    if (
        len(body) != _FORM.size
        or len(tail) != 4
        or zlib.crc32(body) != int.from_bytes(tail, "little")
    ):
        return None
    owner, sequence, link = _FORM.unpack(body)
    return Head(sequence, link) if owner == uuid else None
