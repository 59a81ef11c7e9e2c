"""Engines broken on purpose are caught, each by the invariant it breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import rounds
from tests.faults.rounds import Verdict

SEEDS = range(8)


def _together(folder: Path, seed: int, mutant: str) -> Verdict:
    return rounds.together(folder, seed, seconds=1.0, mutant=mutant)


def _power(folder: Path, seed: int, mutant: str) -> Verdict:
    return rounds.power_cut(folder, seed, "dropped", mutant, side_dropped=True)


def _noticed(folder: Path, seed: int, mutant: str) -> Verdict:
    return rounds.power_cut(folder, seed, "dropped", mutant, side_dropped=False)


def _clock(folder: Path, seed: int, mutant: str) -> Verdict:
    return rounds.clock_jumps(folder, seed, mutant)


CAUGHT: list[tuple[str, Callable[[Path, int, str], Verdict], str]] = [
    ("ack-without-fence", _together, "I3"),
    ("synchronous-normal", _power, "I1"),
    ("synchronous-normal", _noticed, "I1"),
    ("counter-off-by-one", _together, "I6"),
    ("ack-before-the-end", _together, "I4"),
    ("group-without-turns", _together, "I7"),
    ("reaper-without-grace", _clock, "I3"),
]


MORE: list[tuple[str, Callable[[Path, int, str], Verdict], str]] = [
    ("unique-no-more", _together, "I2"),
    ("snooze-without-a-word", _together, "I5"),
    ("last-in-first-out", _together, "I7"),
    ("three-more-at-once", _together, "I8"),
    ("retry-in-a-week", _together, "I9"),
    ("enqueue-in-halves", rounds.kills, "I10"),
]


@pytest.mark.parametrize(("mutant", "run", "invariant"), CAUGHT)
def test_a_mutant_is_caught(
    tmp_path: Path, mutant: str, run: Callable[[Path, int, str], Verdict], invariant: str
) -> None:
    _catch(tmp_path, mutant, run, invariant)


@pytest.mark.accept
@pytest.mark.soak
@pytest.mark.parametrize(("mutant", "run", "invariant"), MORE)
def test_each_of_the_others_is_caught(
    tmp_path: Path, mutant: str, run: Callable[[Path, int, str], Verdict], invariant: str
) -> None:
    _catch(tmp_path, mutant, run, invariant)


def _catch(
    tmp_path: Path, mutant: str, run: Callable[[Path, int, str], Verdict], invariant: str
) -> None:
    """Within a few seeds: one run may end before the mutant has done any harm."""
    verdicts = []
    for seed in SEEDS:
        verdicts.append(run(tmp_path / str(seed), seed, mutant))
        if invariant in verdicts[-1].broken:
            return
    pytest.fail("\n".join(map(str, verdicts)))
