"""A wall clock that jumps an hour or a day, in summer time and in 2038: leases, schedules hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import history, rounds


@pytest.mark.parametrize("seed", [2, 5])
def test_the_promises_survive_jumps_of_the_clock(tmp_path: Path, seed: int) -> None:
    verdict = rounds.clock_jumps(tmp_path, seed)
    assert not verdict.violations, str(verdict)
    assert verdict.faults > 3


def test_the_run_meets_what_it_is_meant_to_meet(tmp_path: Path) -> None:
    """Schedules fire, leases are renewed, and some run out."""
    act = rounds.Round(tmp_path, "clock jumps", 2)
    act.finish(act.start(act.clocked()))
    calls = history.read(act.told)
    fired = {job[0] for call in calls if call.op == "claim" for job in call.data.get("jobs", ())
             if job[2].startswith("tick-")}  # fmt: skip
    settled = [yes for call in calls if call.op == "settle" for yes in call.data["accepted"]]
    assert len(fired) > 5
    assert any(True for call in calls if call.op == "extend")
    assert False in settled
