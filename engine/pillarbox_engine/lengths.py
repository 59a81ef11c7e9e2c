"""How long many things took, in little room: how many lie in each step of a scale. Pure.

Owns `Lengths`. A step is a quarter of a doubling, so any of its lengths is told to within 10 %
(2**(1/8) is 1.09). Two of them add up to what all of their lengths together would be, which is what
lets a roll-up of an hour be the sum of its minutes.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

PER_DOUBLING = 4
_LEAST_US = 64
_LAST = 255
"""The last step: 64 µs × 2**(255 / 4), longer than anything lasts."""
_PAIR = struct.Struct("<BI")
_MOST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Lengths:
    """`counts`: (step, how many lie in it), steps ascending; empty where nothing was measured."""

    counts: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.counts)

    @property
    def number(self) -> int:
        """How many lengths these are."""
        return sum(count for _, count in self.counts)

    def quantile(self, share: float) -> float | None:
        """The length, in seconds, that `share` (0 to 1) of all do not exceed; None for none."""
        wanted = max(1, math.ceil(self.number * share))
        for step, count in self.counts:
            wanted -= count
            if wanted <= 0:
                return _LEAST_US * 2 ** ((step + 0.5) / PER_DOUBLING) / 1e6
        return None

    def packed(self) -> bytes:
        """As a queue file keeps them: five bytes a step."""
        return b"".join(_PAIR.pack(step, min(count, _MOST)) for step, count in self.counts)


NOTHING_MEASURED = Lengths()


def measured(microseconds: Iterable[int]) -> Lengths:
    """`microseconds` as `Lengths`."""
    return _counted(Counter(_step(length) for length in microseconds))


def unpacked(stored: bytes | None) -> Lengths:
    """What `packed` made; None is nothing."""
    return Lengths(tuple(_PAIR.iter_unpack(stored or b"")))


def together(parts: Iterable[Lengths]) -> Lengths:
    """The lengths of all parts."""
    some = [part for part in parts if part]
    if len(some) < 2:
        return some[0] if some else Lengths()
    counts: Counter[int] = Counter()
    for part in some:
        for step, count in part.counts:
            counts[step] += count
    return _counted(counts)


def _counted(counts: Counter[int]) -> Lengths:
    return Lengths(tuple(sorted(counts.items())))


def _step(microseconds: int) -> int:
    if microseconds <= _LEAST_US:
        return 0
    return min(_LAST, int(math.log2(microseconds / _LEAST_US) * PER_DOUBLING))
