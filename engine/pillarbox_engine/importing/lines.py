"""The lines of a JSON Lines file, split off a stream.

Owns the splitting: blank lines are passed over, and of a line that is too long only the start is
kept, so one endless line cannot fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from pillarbox_engine.importing.records import HEAD, Entry


def split_lines(chunks: Iterator[bytes], longest: int) -> Iterator[Entry]:
    """The lines that are not blank, without their line ends; `longest` is in bytes."""
    item = 0
    for number, (line, size) in enumerate(_lines(chunks, longest), 1):
        if size > longest:
            item += 1
            yield Entry(item, number, line[:HEAD], size, whole=False)
        elif line.strip():
            item += 1
            yield Entry(item, number, line.rstrip(b"\r"), size)


def _lines(chunks: Iterator[bytes], longest: int) -> Iterator[tuple[bytes, int]]:
    """Each line as far as it is kept, and its whole length in bytes."""
    held: list[bytes] = []
    kept = size = 0
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        for index, part in enumerate((first, *others)):
            if index:
                yield b"".join(held), size
                held, kept, size = [], 0, 0
            size += len(part)
            piece = part[: longest + 1 - kept]
            held.append(piece)
            kept += len(piece)
    if size:
        yield b"".join(held), size
