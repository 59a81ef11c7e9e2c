"""What a copy of a store is: told by `Inspector.backup`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Share = Callable[[float], None]
"""Told how much of a copy is made, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that was made. `size` in bytes, of `payloads` kept apart as well.

    `missing`: how many payloads kept apart the store itself has lost, and the copy so has not.
    A cancelled one left nothing behind.
    """

    label: str
    size: int = 0
    payloads: int = 0
    missing: int = 0
    cancelled: bool = False


def untold(share: float) -> None:
    """A `Share` that nobody listens to."""


def never() -> bool:
    """Never cancelled."""
    return False
