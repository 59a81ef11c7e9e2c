"""The store behind the queues, as a status bar shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """The store behind the queues, as a status bar shows it. Sizes are bytes."""

    label: str
    uuid: str
    size: int
    wal_size: int
    read_only: bool
    sequence: int
    notices: tuple[str, ...] = ()
