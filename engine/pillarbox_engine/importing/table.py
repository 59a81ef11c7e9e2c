"""The rows of a CSV file, judged: a header, and under it a job a row.

Owns how form (`csv_rows`) and meaning (`csv_columns`) come together, and the places of their
faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.importing.csv_columns import Columns, columns_of, refused
from pillarbox_engine.importing.csv_rows import CellFault, RowSplitter, cells, delimiter_of
from pillarbox_engine.importing.envelope import job_from
from pillarbox_engine.importing.records import Accepted, Entry, ImportOptions, Verdict
from pillarbox_engine.importing.refusing import refused_entry, too_long
from pillarbox_engine.json_text import decode

_LONGEST_HEADER = 1024 * 1024


def verdicts(
    head: bytes, chunks: Iterator[bytes], options: ImportOptions, identity: str
) -> Iterator[Verdict]:
    """A verdict for each row under the header. Raises `InvalidJobFile` for the header."""
    while b"\n" not in head.lstrip() and len(head) < _LONGEST_HEADER:
        more = next(chunks, b"")
        if not more:
            break
        head += more
    first = head.lstrip(b" \t\r\n").partition(b"\n")[0]
    delimiter = delimiter_of(first.decode("utf-8", "replace"))
    rows = RowSplitter(delimiter, options.longest).split(chain((head,), chunks))
    header = next(rows)
    table = _Table(header, delimiter, options, identity)
    for row in rows:
        yield table.judged(replace(row, item=row.item - 1))


class _Table:
    def __init__(
        self, header: Entry, delimiter: str, options: ImportOptions, identity: str
    ) -> None:
        self._header, self._delimiter, self._identity = header.raw, delimiter, identity
        self._columns = _understood(header, delimiter, bare=options.bare)
        # A bare row's columns may have names that would make an envelope or a job of BullMQ's.
        self._options = options if self._columns.envelope else replace(options, bare=True)

    def judged(self, entry: Entry) -> Verdict:
        if not entry.whole:
            return too_long(entry, self._options, self._header)
        try:
            value = self._columns.value(_cells(entry.raw, self._delimiter))
            found = job_from(value, self._options, f"{self._identity}:{entry.item}")
        except InvalidPayload as error:
            return refused_entry(entry, error, self._header)
        return Accepted(entry.line, found.queue, found.job, entry.raw, entry.item)


def _understood(header: Entry, delimiter: str, *, bare: bool) -> Columns:
    if not header.whole:
        raise refused(f"its header is {header.size:,} bytes long")
    try:
        names = _cells(header.raw, delimiter)
    except InvalidPayload as error:
        raise refused(f"line {header.line}, column {error.column}: {error.detail}") from error
    return columns_of(names, bare=bare)


def _cells(raw: bytes, delimiter: str) -> list[str]:
    text = decode(raw)
    try:
        return cells(text, delimiter)
    except CellFault as error:
        fault = InvalidPayload("The row is not CSV", str(error))
        before = text[: error.column - 1]
        fault.line = before.count("\n") + 1
        fault.column, fault.detail = len(before) - before.rfind("\n"), str(error)
        raise fault from error
