"""The room a benchmark works in: a scratch folder, and how much of everything.

Owns the sizes of the quick half, of the full run and of the tests, fresh file names, and the
payload every figure uses: 210 bytes of JSON.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PAYLOAD_BYTES = 210


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is done for one figure in one repetition. Times are seconds, the rest jobs."""

    repetitions: int = 3
    seconds: float = 0.5
    many: int = 20_000
    cycle: int = 15_000
    drained: int = 30_000
    wakes: int = 120
    idle_seconds: float = 1.5
    backlog: int = 100_000
    killed_after: float = 0.4
    peer: int = 300
    scale: int = 1_000_000
    scale_base: int = 100_000
    scale_drained: int = 20_000
    window_seconds: float = 8.0
    pace: float = 0.3


QUICK = Sizes()
FULL = Sizes(
    seconds=1.5, many=60_000, cycle=60_000, drained=60_000, wakes=300, idle_seconds=10.0,
    killed_after=0.8, peer=1_500,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Room:
    """A scratch `folder`, the `sizes`, and `tell`, which is told what is being measured."""

    folder: Path
    sizes: Sizes
    tell: Callable[[str], None]
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def fresh(self, name: str) -> Path:
        """A path nothing is at yet."""
        return self.folder / f"{next(self._numbers):03d}-{name}"


def payload(number: int) -> dict[str, object]:
    """A payload whose compact JSON has `PAYLOAD_BYTES` bytes."""
    filler = PAYLOAD_BYTES - len('{"n":00000000,"kind":"bench","text":""}')
    return {"n": 10_000_000 + number, "kind": "bench", "text": "x" * filler}


def payload_text(number: int) -> str:
    """`payload(number)` as compact JSON."""
    from pillarbox_engine.payload import encode

    return encode(payload(number))
