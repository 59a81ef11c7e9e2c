"""The bytes of a job file: opened, watched, looked at, digested.

Owns everything before the first entry: is the file there, is it text in UTF-8, which format is
it, and what names it in idempotency keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import BinaryIO, Protocol

from pillarbox_engine.errors import EnvironmentFault, InvalidJobFile
from pillarbox_engine.importing.records import Format
from pillarbox_engine.json_text import BOM, wide_encoding

CHUNK = 256 * 1024
"""How many bytes are read at a time."""

_BLANK = 4 * CHUNK
PACKED = ".gz"
_SUFFIXES: dict[str, Format] = {
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv",
}  # fmt: skip
_FOREIGN = {".zip": "zip", ".zst": "zstd", ".xz": "xz", ".bz2": "bzip2", ".xlsx": "Excel"}
_KNOWN = (
    "A job file is .json (an object or an array), .jsonl (a job a line) or .csv (a job a row), in "
    "UTF-8; each may be packed by gzip (.jsonl.gz)"
)
ENDINGS = (*_SUFFIXES, PACKED)
"""What the names of job files end in."""


class Readable(Protocol):
    """Gives bytes; b"" at the end."""

    def read(self, size: int = ..., /) -> bytes: ...


class ByteSource(Readable, Protocol):
    """What is needed of an open binary file or pipe."""

    def seekable(self) -> bool: ...

    def seek(self, offset: int, whence: int = ..., /) -> int: ...

    def tell(self) -> int: ...


class WatchedSource:
    """A source that tells after every read how far it is, and can be broken off."""

    def __init__(self, source: ByteSource, after_read: Callable[[int], None]) -> None:
        self._source, self._after_read = source, after_read
        self.done = 0

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self.done += len(data)
        self._after_read(self.done)
        return data

    def seekable(self) -> bool:
        return self._source.seekable()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.done = 0
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()


def open_job_file(path: str | Path) -> BinaryIO:
    """The file at `path`, open for reading; `EnvironmentFault` if it cannot be."""
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise EnvironmentFault(
            f'The job file "{path}" cannot be opened',
            error.strerror or str(error),
            "Check the path and that you may read it",
        ) from error


def size_of(source: ByteSource) -> int | None:
    """How many bytes follow in `source`; None for a pipe."""
    if not source.seekable():
        return None
    here = source.tell()
    end = source.seek(0, 2)
    source.seek(here)
    return end - here


def digest(path: str | Path) -> str:
    """The SHA-256 of the file at `path`, in hexadecimal: what names its import."""
    with open_job_file(path) as source:
        return digest_rest(source)


def digest_rest(source: Readable) -> str:
    """The SHA-256 of what follows in `source`, read in chunks."""
    hasher = hashlib.sha256()
    while chunk := source.read(CHUNK):
        hasher.update(chunk)
    return hasher.hexdigest()


def text_chunks(source: Readable, name: str) -> Iterator[bytes]:
    """The chunks of a text in UTF-8 without its BOM, the first one not blank.

    Leading white space is passed on with it. Raises `InvalidJobFile` for a file that is empty,
    binary or in another encoding.
    """
    head = source.read(CHUNK)
    _check_encoding(head, name)
    head = head.removeprefix(BOM)
    while not head.strip():
        more = source.read(CHUNK) if len(head) < _BLANK else b""
        if not more:
            what = "it begins with too much white space" if len(head) >= _BLANK else "it is empty"
            raise InvalidJobFile(f'"{name}" has no jobs', what, _KNOWN)
        head += more
    yield head
    while chunk := source.read(CHUNK):
        yield chunk


def inner_name(name: str) -> str:
    """The name of what is packed in the file `name`."""
    return name[: -len(PACKED)] if name.lower().endswith(PACKED) else name


def format_of(name: str, head: bytes) -> Format:
    """The format by the file's name or else by how it begins; `InvalidJobFile` if not ours."""
    suffix = PurePath(inner_name(name)).suffix.lower()
    if suffix in _FOREIGN:
        raise InvalidJobFile(
            f'"{name}" cannot be imported', f"{_FOREIGN[suffix]} files are not read", _KNOWN
        )
    return _SUFFIXES.get(suffix) or _sniffed(head)


def _sniffed(head: bytes) -> Format:
    """An array is JSON; so is an object that its first line only begins."""
    first, more, _ = head.lstrip().partition(b"\n")
    if first.startswith(b"["):
        return "json"
    whole = not more or not first.startswith(b"{") or first.rstrip().endswith(b"}")
    return "jsonl" if whole else "json"


def _check_encoding(head: bytes, name: str) -> None:
    wide = wide_encoding(head[:4])
    if wide:
        raise InvalidJobFile(
            f'"{name}" is not UTF-8', f"it begins like {wide}", "Save it as UTF-8 and try again"
        )
    if b"\x00" in head:
        line = head.count(b"\n", 0, head.index(b"\x00")) + 1
        error = InvalidJobFile(f'"{name}" is not text', f"line {line} has a zero byte", _KNOWN)
        error.line = line
        raise error
