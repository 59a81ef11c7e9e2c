"""The store behind the queues, as a status bar shows it."""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_engine.errors import PillarboxError


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """The store behind the queues, as a status bar shows it. Sizes are bytes.

    `trouble` is what keeps it from being written now, None: nothing that is known. Whoever asks
    for this has it looked at whether that is over.
    """

    label: str
    uuid: str
    size: int
    wal_size: int
    read_only: bool
    sequence: int
    notices: tuple[str, ...] = ()
    trouble: PillarboxError | None = None
