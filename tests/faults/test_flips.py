"""A flipped bit, anywhere in the file or its WAL, never makes jobs fewer without a word.

`FLIPS` is how many bits the long run flips (100) and `SEEDS` its first seed; each seed has a
file of its own.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import stored
from tests.faults.flips import Flip, probe

FLIPS = int(os.environ.get("FLIPS", "100"))
FIRST = int(os.environ.get("SEEDS", "1000"))
A_FILE = 50
"""Bits flipped in copies of one file, before another is made."""


def flips(
    folder: Path, seed: int, count: int, *, killed: bool, part: str, jobs: int = 60
) -> Iterator[Flip]:  # fmt: skip
    """Flip `count` bits, each in a copy of its own of the same file."""
    chance = random.Random(f"{seed}-{part}")
    base = folder / f"base-{seed}-{killed}" / "jobs.pillarbox"
    base.parent.mkdir()
    story = stored.write(base, seed, killed=killed, jobs=jobs)
    assert len(story) == jobs
    for _ in range(count):
        yield probe(base, story, part, chance, folder / "probe")


def verdict(found: list[Flip]) -> Counter[str]:
    """How many were told where, and how many cost a job without a word."""
    tally = Counter[str]()
    for flip in found:
        tally["flips"] += 1
        tally["noticed"] += flip.noticed
        tally["refused"] += bool(flip.refused)
        tally["jobs harmed"] += bool(flip.lost or flip.read)
        tally["silent losses"] += flip.silent
    return tally


def _silent(found: list[Flip]) -> list[Flip]:
    return [flip for flip in found if flip.silent]


def test_a_bit_flipped_in_the_wal_is_noticed_at_opening(tmp_path: Path) -> None:
    found = list(flips(tmp_path, 1, 8, killed=True, part="-wal"))
    assert [flip for flip in found if "lost commits" not in flip.refused] == []
    assert all(flip.accepted for flip in found)


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_a_bit_flipped_in_the_file_costs_no_job_silently(tmp_path: Path, killed: bool) -> None:
    found = list(flips(tmp_path, 2, 8, killed=killed, part=""))
    assert _silent(found) == []


@pytest.mark.accept
@pytest.mark.parametrize(
    ("killed", "part"),
    [(False, ""), (True, ""), (True, "-wal")],
    ids=["closed", "killed", "wal"],
)
def test_many_bits(
    tmp_path: Path, killed: bool, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found: list[Flip] = []
    for seed in range(FIRST, FIRST + max(1, FLIPS // A_FILE)):
        found += flips(tmp_path, seed, min(FLIPS, A_FILE), killed=killed, part=part, jobs=160)
    with capsys.disabled():
        print(f"\n{part or 'file'}, {'killed' if killed else 'closed'}: {dict(verdict(found))}")
    assert _silent(found) == []
    assert not part or all(flip.refused for flip in found)
