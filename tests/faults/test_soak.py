"""The longer run: `make soak`, with a table of runs, faults and violations at its end.

`ROUNDS` is how many rounds of each kind there are (20), `SEEDS` the first seed (1000), `KINDS` a
part of the names of the kinds to run (all). A violation is printed with the seed that repeats it.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.faults import rounds
from tests.faults.points import POINTS
from tests.faults.rounds import Verdict

ROUNDS = int(os.environ.get("ROUNDS", "20"))
FIRST = int(os.environ.get("SEEDS", "1000"))
SAID_EVERY = 50
"""Rounds after which it says how far it has come."""
WANTED = os.environ.get("KINDS", "")
WIDTHS = (22, 6, 8, 10, 11)
HEAD = ("kind", "runs", "faults", "answers", "violations")

Run = Callable[[Path, int], Verdict]


def _kinds() -> dict[str, Run]:
    named = {f"kill {point}": partial(rounds.at_point, point=point) for point in POINTS}
    kinds: dict[str, Run] = {"kill at random": rounds.kills, "power loss": rounds.power_cut}
    kinds |= named
    kinds["power loss of several"] = _power_loss_of_several
    kinds["four processes"] = partial(rounds.together, seconds=1.0)
    kinds |= {"clock jumps": rounds.clock_jumps, "SIGSTOP": rounds.stops}
    return {name: run for name, run in kinds.items() if WANTED in name}


def _power_loss_of_several(folder: Path, seed: int) -> Verdict:
    return rounds.power_cut(folder, seed, clients=2 + seed % 2)


@dataclass(slots=True)
class Tally:
    """What all rounds of a kind came to."""

    runs: int = 0
    faults: int = 0
    acked: int = 0
    broken: list[Verdict] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Count a round."""
        self.runs += 1
        self.faults += verdict.faults
        self.acked += verdict.acked
        self.kinds[verdict.kind] += verdict.faults
        if verdict.violations:
            self.broken.append(verdict)

    def line(self, name: str) -> str:
        """Its line of the table."""
        violations = sum(len(verdict.violations) for verdict in self.broken)
        head = _line((name, self.runs, self.faults, self.acked, violations))
        if len(self.kinds) < 2:
            return head
        return "\n".join([head, *(f"  {kind}: {n}" for kind, n in sorted(self.kinds.items()))])


def _line(cells: tuple[object, ...]) -> str:
    first, *rest = (str(cell) for cell in cells)
    numbers = (cell.rjust(width) for cell, width in zip(rest, WIDTHS[1:], strict=True))
    return first.ljust(WIDTHS[0]) + "".join(numbers)


@pytest.mark.soak
def test_the_promises_survive_many_faults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tallies = {name: _soak(run, tmp_path / "round", name, capsys) for name, run in _kinds().items()}
    with capsys.disabled():
        lines = [tally.line(name) for name, tally in tallies.items()]
        print("\n".join(["", f"seeds {FIRST} to {FIRST + ROUNDS - 1}", _line(HEAD), *lines]))
    assert not [str(verdict) for tally in tallies.values() for verdict in tally.broken]


def _soak(run: Run, folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> Tally:
    tally = Tally()
    for seed in range(FIRST, FIRST + ROUNDS):
        verdict = run(folder, seed)
        tally.add(verdict)
        if tally.runs % SAID_EVERY == 0:
            with capsys.disabled():
                print(f"\n{tally.line(name)}", end="", flush=True)
        if verdict.violations:
            kept = folder.with_name(f"{name}-{seed}".replace(" ", "-"))
            folder.rename(kept)
            with capsys.disabled():
                again = f"make soak SEEDS={seed} ROUNDS=1 KINDS='{name}'"
                print(f"\n{verdict}\n  again: {again}\n  kept in {kept}")
        else:
            shutil.rmtree(folder)
    return tally
