"""Payloads kept beside the file: one file each in `FILE.d/blobs/`, written whole or not at all.

Owns these files: their names, that they are durable before anything refers to them, and that what
is read is what was stored. A name begins with the time it was made, so it also tells its age. A
job refers to one by the column `blob`; its own column `payload` then holds the beginning only.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import apsw

from pillarbox_engine.appearing import sync_folder
from pillarbox_engine.errors import DamagedFile, Definite, DiskFull
from pillarbox_engine.sqlite.files import NO_ROOM, side_of
from pillarbox_engine.sqlite.shapes import checksum

STUB = 240
"""How many characters of such a payload stay in the job's row, for listings."""

_TIME_DIGITS = 16
_REMEDY = "Look for the folder beside the file, or put the job's data in again"


def folder_of(side: Path) -> Path:
    """Where the blobs are, given the folder of side files."""
    return side / "blobs"


def write(side: Path, now: int, texts: Iterable[str]) -> dict[str, Path]:
    """Store each of `texts` durably, file and folder fsynced; where each is.

    Raises `DiskFull` or `Definite`, and then none of them is there.
    """
    folder, written = folder_of(side), dict[str, Path]()
    try:
        _make(folder)
        for text in texts:
            written[text] = folder / f"{now:0{_TIME_DIGITS}x}-{secrets.token_hex(8)}"
            _write_one(written[text], text.encode())
        sync_folder(folder)
    except BaseException as error:
        remove(written.values())
        if isinstance(error, OSError):
            raise _refused(folder, error) from error
        raise
    return written


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def _write_one(path: Path, raw: bytes) -> None:
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _refused(folder: Path, error: OSError) -> Definite:
    title = f"The payload could not be written to {folder}"
    if error.errno in NO_ROOM:
        return DiskFull(title, "no room is left on the disk", "Free some room and try again")
    return Definite(title, f"the system says: {error.strerror or error}", "Try again")


def remove(paths: Iterable[Path]) -> None:
    """Delete blobs nothing refers to; one that is gone already is no matter."""
    for path in paths:
        path.unlink(missing_ok=True)


def made_at(name: str) -> int:
    """When a blob was made, in µs; a file that is none of ours was never made."""
    digits, _, token = name.partition("-")
    if len(digits) != _TIME_DIGITS or not token:
        return 2**63
    try:
        return int(digits, 16)
    except ValueError:
        return 2**63


def whole(side: Path, number: int, payload: str, blob: str | None, expected: str) -> str:
    """A job's whole payload, given its row's `payload`, `blob` and `payload_crc`.

    The one way to read a payload. Raises `DamagedFile`, naming the job, where what is stored is
    not there or not what was put in.
    """
    raw = payload.encode() if blob is None else _read(side, number, blob)
    if checksum(raw) != expected:
        raise DamagedFile(
            f"The payload of job {number} is damaged",
            "its checksum does not match",
            "Keep a copy of the file, and run the check" if blob is None else _REMEDY,
        )
    return payload if blob is None else raw.decode()


def _read(side: Path, number: int, blob: str) -> bytes:
    try:
        return (folder_of(side) / blob).read_bytes()
    except OSError as error:
        raise DamagedFile(
            f"The payload of job {number} cannot be read",
            f"it was kept in {folder_of(side) / blob}, and the system says: {error.strerror}",
            _REMEDY,
        ) from error


def teach(connection: apsw.Connection, path: Path) -> None:
    """Let SQL on this connection say `blob_text(blob, payload_crc)`: the payload kept there.

    For filters that look into payloads: NULL, which matches nothing, where it is missing or
    damaged.
    """
    folder = folder_of(side_of(path))

    def text(*given: Any) -> str | None:
        name, expected = given
        try:
            raw = (folder / name).read_bytes()
        except OSError:
            return None
        return raw.decode() if checksum(raw) == expected else None

    connection.create_scalar_function("blob_text", text, 2)
