"""Job file → verdicts, streaming: memory holds one chunk and one entry, whatever the file's size.

Owns `read`, and the judging of JSON entries; a CSV file's rows are judged in `table`. A file that
can be read twice is: the first pass takes the digest of its text, which names its entries, and for
an array makes sure that it is whole, so half a file is refused before any of it is taken. (JSON
Lines needs no such pass: each line stands for itself.)
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from itertools import chain

from pillarbox_engine import payload
from pillarbox_engine.errors import InvalidJobFile, InvalidPayload
from pillarbox_engine.importing import table
from pillarbox_engine.importing.elements import Splitter
from pillarbox_engine.importing.envelope import job_from
from pillarbox_engine.importing.gzipped import unpacked
from pillarbox_engine.importing.lines import split_lines
from pillarbox_engine.importing.records import (
    HEAD,
    Accepted,
    Entry,
    Format,
    ImportOptions,
    Rejected,
    Verdict,
)
from pillarbox_engine.importing.refusing import refused_entry, too_long
from pillarbox_engine.importing.sources import ByteSource, format_of, text_chunks
from pillarbox_engine.importing.wholeness import WholenessCheck

_AS_LINES = "If each line is a job of its own, name the file .jsonl"


def read(source: ByteSource, *, name: str, options: ImportOptions) -> Iterator[Verdict]:
    """A verdict for each entry of `source`, in order.

    `name` is the file's name ("-" for a pipe): its ending tells the format. Every `Accepted`
    carries an idempotency key: its own, or one made of queue, file digest (or
    `options.import_id`) and the entry's number; with neither, of a random name for this run.
    Raises `InvalidJobFile` before the first verdict if the file as a whole is no job file. Only
    a pipe (and a file that changes as it is read) is judged as it comes: if its array breaks
    off, that is the last verdict.
    """
    source = unpacked(source)
    identity = _examine(source, name, options) if source.seekable() else _given_or_random(options)
    begun = False
    try:
        for verdict in verdicts(source, name, options, identity):
            begun = True
            yield verdict
    except InvalidJobFile as error:
        if not begun:
            raise
        yield Rejected(error.line, "", error.reason, b"", 0, whole=False)


def verdicts(
    source: ByteSource, name: str, options: ImportOptions, identity: str
) -> Iterator[Verdict]:
    """`read` in a single pass, under an `identity` that is already known."""
    chunks = text_chunks(unpacked(source), name)
    head = next(chunks)
    kind = options.format or format_of(name, head)
    if kind == "csv":
        yield from table.verdicts(head, chunks, options, identity)
        return
    for entry in _entries(head, chunks, kind, name, options.longest):
        yield _judged(entry, options, identity)


def _examine(source: ByteSource, name: str, options: ImportOptions) -> str:
    """The first pass: what names the import. `source` is left where it was."""
    hashing = _HashingSource(source)
    chunks = text_chunks(hashing, name)
    head = next(chunks)
    whole = True
    if _is_array(head, options.format or format_of(name, head)):
        after = chain((head[head.index(b"[") + 1 :],), chunks)
        whole = WholenessCheck().is_whole(after)
    for _ in chunks:
        pass
    source.seek(0)
    if not whole:
        _find_fault(source, name, options)
    if options.again or options.import_id is not None:
        return _given_or_random(options)
    return hashing.digest()


def _find_fault(source: ByteSource, name: str, options: ImportOptions) -> None:
    """Raise `InvalidJobFile` with the place where an array that is not whole goes wrong."""
    chunks = text_chunks(source, name)
    for _ in _entries(next(chunks), chunks, "json", name, longest=0):
        pass
    source.seek(0)


def _given_or_random(options: ImportOptions) -> str:
    if options.import_id is not None and not options.again:
        return options.import_id
    return secrets.token_hex(16)


class _HashingSource:
    """Digests what is read through it."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._hasher = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._hasher.update(data)
        return data

    def digest(self) -> str:
        return self._hasher.hexdigest()[:32]


def _entries(
    head: bytes, chunks: Iterator[bytes], kind: Format, name: str, longest: int
) -> Iterator[Entry]:
    if _is_array(head, kind):
        yield from _array(head, chunks, longest)
    elif kind == "json":
        yield _single(chain((head,), chunks), name, longest)
    else:
        _refuse_array_as_lines(head, name)
        yield from split_lines(chain((head,), chunks), longest)


def _is_array(head: bytes, kind: Format) -> bool:
    return kind == "json" and head.lstrip().startswith(b"[")


def _array(head: bytes, chunks: Iterator[bytes], longest: int) -> Iterator[Entry]:
    bracket = head.index(b"[")
    first_line = head.count(b"\n", 0, bracket) + 1
    return Splitter(longest, first_line).split(chain((head[bracket + 1 :],), chunks))


def _single(chunks: Iterator[bytes], name: str, longest: int) -> Entry:
    """A file that is one JSON value."""
    text = b""
    for chunk in chunks:
        text += chunk
        if len(text) > longest:
            size = len(text) + sum(map(len, chunks))
            return Entry(1, 1, text[:HEAD], size, whole=False)
    try:
        payload.parse(text)
    except InvalidPayload as fault:
        error = InvalidJobFile(f'"{name}" is not JSON', fault.reason, _AS_LINES)
        error.line = fault.line
        raise error from fault
    body = text.lstrip()
    return Entry(1, text.count(b"\n", 0, len(text) - len(body)) + 1, body.rstrip(), len(text))


def _refuse_array_as_lines(head: bytes, name: str) -> None:
    first = head.strip().split(b"\n", 1)[0].strip()
    if first == b"[":
        raise InvalidJobFile(
            f'"{name}" is not JSON Lines',
            "it begins with a [ that the first line does not close",
            "If it is one JSON array, name the file .json",
        )


def _judged(entry: Entry, options: ImportOptions, identity: str) -> Verdict:
    if not entry.whole:
        return too_long(entry, options)
    if not entry.raw:
        return Rejected(entry.line, "", "there is no value before the comma or ]", b"", entry.item)
    try:
        value = payload.parse(entry.raw)
        found = job_from(value, options, f"{identity}:{entry.item}")
    except InvalidPayload as error:
        return refused_entry(entry, error)
    return Accepted(entry.line, found.queue, found.job, entry.raw, entry.item)
