"""Four processes of eight threads each on one file: no error, a balanced ledger, no job twice.

A short share in `make test`; ten rounds of 20 s in `make accept` and `make soak`, with their table.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.crowd import HEAD, crowd, ended_twice, line
from tests.faults.history import of

ROUNDS = int(os.environ.get("ROUNDS", "10"))
FIRST = int(os.environ.get("SEEDS", "1000"))
SECONDS = 20.0


def test_four_processes_of_eight_threads_share_a_file(tmp_path: Path) -> None:
    verdict, figures = crowd(tmp_path, 0, seconds=1.0)
    assert not verdict.violations, str(verdict)
    assert figures.enqueued == figures.done + figures.dead
    assert figures.done > 100


@pytest.mark.accept
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
def test_they_do_for_ten_rounds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    verdict, figures = crowd(tmp_path, seed, SECONDS)
    with capsys.disabled():
        title = f"\nfour processes, 8 threads each, {SECONDS:.0f} s a round:\n{line(HEAD)}"
        print(title if seed == FIRST else "", figures.line(), sep="\n", end="")
    assert not verdict.violations, str(verdict)


def test_a_second_terminal_ack_is_seen() -> None:
    told = [
        {"client": "a", "n": n, "t": n, "what": "ok", "op": "settle",
         "leases": [["1", n, "ack"], ["2", n, "nack"]], "accepted": [True, True]}
        for n in (1, 2)
    ]  # fmt: skip
    assert [violation.what for violation in ended_twice(of(told))] == ["job 1 has 2 terminal acks"]
