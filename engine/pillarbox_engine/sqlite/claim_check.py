"""The claim check: a payload above the queue's limit waits beside the file, its job carries a stub.

Owns the order of things. What must lie beside the file is found inside the enqueue's transaction,
before anything is written there; then it is stored durably, outside of any transaction; then the
enqueue begins again. So a queue without a claim check pays for nothing, and a commit never refers
to a blob that is not there. A crash in between leaves a blob that no job refers to: `litter`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pillarbox_engine.errors import Indeterminate, PillarboxError
from pillarbox_engine.payload import check_size
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import blobs, job_insert
from pillarbox_engine.sqlite.queue_rows import QueueRow
from pillarbox_engine.sqlite.shapes import Row
from pillarbox_engine.sqlite.transaction import Transaction

if TYPE_CHECKING:
    from pillarbox_engine.sqlite.enqueue import Call

T = TypeVar("T")
Blobs = Mapping[str, Path]
"""Which file each payload was written to."""


class Unstored(Exception):
    """These payloads must lie beside the file before their jobs can be stored."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self.texts = texts


def require_stored(settings: QueueSettings, texts: Iterable[str], stored: Blobs) -> None:
    """`Unstored` where a payload above the limit lies nowhere; `PayloadTooLarge` before that."""
    limit = settings.claim_check
    if limit is None:
        return
    missing = []
    for text in dict.fromkeys(texts):
        if len(text) * 4 > limit and len(text.encode()) > limit:
            check_size(text, settings.max_payload)
            # Looked for under the write lock, which whoever collects rubbish holds too.
            if text not in stored or not stored[text].exists():
                missing.append(text)
    if missing:
        raise Unstored(missing)


def run(call: Call, side: Path, now: int, attempt: Callable[[Call], T]) -> T:
    """`attempt` the call, storing beside the file what it finds must lie there."""
    return store_first(
        side, now, lambda stored: attempt(replace(call, blobs=stored) if stored else call)
    )


def store_first(side: Path, now: int, attempt: Callable[[Blobs], T]) -> T:
    """`attempt` with what lies beside the file for it, again once it found that more must.

    Where it fails for certain, what was stored for it is removed.
    """
    stored: Blobs = {}
    while True:
        try:
            return attempt(stored)
        except Unstored as unstored:
            stored = {**stored, **blobs.write(side, now, unstored.texts)}
        except Indeterminate:
            raise
        except PillarboxError:
            # Only what surely was not stored: an interrupt may have come after the commit, and what
            # no job refers to is found by `litter`.
            blobs.remove(stored.values())
            raise


def insert(transaction: Transaction, queue: QueueRow, rows: Sequence[Row], stored: Blobs) -> range:
    """Store rows of which some payloads lie beside the file; their ids, in order."""
    stubs = [(shape, stub(text, stored), size, crc, nonce)
             for shape, text, size, crc, nonce in rows]  # fmt: skip
    ids = job_insert.insert(transaction, queue, stubs, singly=True)
    names = [(name_of(row[1], stored), number) for row, number in zip(rows, ids, strict=True)]
    transaction.many("set_blob", [pair for pair in names if pair[0] is not None])
    return ids


def name_of(text: str, stored: Blobs) -> str | None:
    """The name of the blob a payload lies in; None where the row holds it."""
    return stored[text].name if text in stored else None


def stub(text: str, stored: Blobs) -> str:
    """What the row itself holds of a payload."""
    return text[: blobs.STUB] if text in stored else text
