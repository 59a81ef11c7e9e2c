"""Job files packed by gzip: unpacked as they are read, never in one piece.

Owns `unpacked`. What is packed is told by its first two bytes (RFC 1952, 2.3.1), which no JSON and
no CSV text begins with. A read unpacks no more than it was asked for, so memory stays bounded
whatever the data claims to hold, and a file that swells beyond all reason is refused. Data that
ends too soon, or whose checksum is wrong, is refused with its place in the file and in the text.
"""

from __future__ import annotations

import zlib

from pillarbox_engine.errors import InvalidJobFile
from pillarbox_engine.importing.sources import CHUNK, ByteSource

MAGIC = b"\x1f\x8b"

SWOLLEN = 200
"""How many times its packed size a text may take, once it is larger than `HARMLESS`."""
HARMLESS = 256 * 1024 * 1024
"""Bytes of text that are unpacked whatever their packed size."""

_GZIP = 16 + zlib.MAX_WBITS
_TITLE = "The gzip file cannot be unpacked"


def unpacked(source: ByteSource) -> ByteSource:
    """`source`, unpacked if it is gzip; harmless where it is unpacked already."""
    return source if isinstance(source, UnpackedSource) else UnpackedSource(source)


class UnpackedSource:
    """The text of a source, packed or not. It can be sought back to where it began only."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._start = source.tell() if source.seekable() else 0
        self._begin()

    def _begin(self) -> None:
        self._packed: bool | None = None
        self._unpacker = zlib.decompressobj(_GZIP)
        self._waiting = b""
        self._taken = self._given = self._lines = 0

    def seekable(self) -> bool:
        return self._source.seekable()

    def tell(self) -> int:
        return self._given

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if offset or whence:
            raise ValueError("a source that may be packed is read from its beginning")
        self._source.seek(self._start)
        self._begin()
        return 0

    def read(self, size: int = CHUNK, /) -> bytes:
        """At most `size` bytes of the text; b"" at its end. Raises `InvalidJobFile`."""
        if self._packed is None:
            self._look()
        if self._packed:
            data = self._unpack(size)
            self._lines += data.count(b"\n")
        elif self._waiting:
            data, self._waiting = self._waiting, b""
        else:
            data = self._source.read(size)
        self._given += len(data)
        return data

    def _look(self) -> None:
        """Read as far as it takes to tell what this is."""
        while len(self._waiting) < len(MAGIC) and self._fill():
            pass
        self._packed = self._waiting.startswith(MAGIC)

    def _fill(self) -> bool:
        data = self._source.read(CHUNK)
        self._taken += len(data)
        self._waiting += data
        return bool(data)

    def _unpack(self, size: int) -> bytes:
        while True:
            if not (self._waiting or self._fill()):
                return self._end()
            if self._unpacker.eof and not self._next_member():
                continue
            data = self._unpack_some(size)
            if data:
                self._refuse_bomb(len(data))
                return data

    def _unpack_some(self, size: int) -> bytes:
        try:
            data = self._unpacker.decompress(self._waiting, size)
        except zlib.error as error:
            raise self._broken(f"it is damaged {self._place()} ({_said(error)})") from error
        self._waiting = self._unpacker.unconsumed_tail or self._unpacker.unused_data
        return data

    def _next_member(self) -> bool:
        """Several packed files in a row are one text (RFC 1952, 2.2); zeros may fill up a tape."""
        rest = self._waiting.lstrip(b"\x00")
        if not rest:
            self._waiting = b""
            return False
        if len(rest) < len(MAGIC):
            rest += self._source.read(CHUNK)
        if not rest.startswith(MAGIC):
            raise self._broken(f"something else follows the packed text {self._place()}")
        self._waiting = rest
        self._unpacker = zlib.decompressobj(_GZIP)
        return True

    def _end(self) -> bytes:
        if self._unpacker.eof:
            return b""
        raise self._broken(
            f"it ends too soon, {self._place()}",
            "The file may have been cut off: get it whole and try again",
        )

    def _refuse_bomb(self, more: int) -> None:
        text, packed = self._given + more, self._taken - len(self._waiting)
        if text > HARMLESS and text > SWOLLEN * packed:
            raise self._broken(
                f"{packed:,} bytes of it hold more than {text:,} bytes of text, which no job file "
                "does",
                "If it is one all the same, unpack it yourself and import that",
            )

    def _place(self) -> str:
        return f"after {self._taken:,} packed bytes, in line {self._lines + 1:,} of the text"

    def _broken(
        self, reason: str, remedy: str = "Get the file anew and try again"
    ) -> InvalidJobFile:
        error = InvalidJobFile(_TITLE, reason, remedy)
        error.line = self._lines + 1
        return error


def _said(error: zlib.error) -> str:
    return str(error).rpartition(": ")[2]
