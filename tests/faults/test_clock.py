"""A wall clock that jumps an hour or a day, in summer time and in 2038: leases, schedules hold."""

from __future__ import annotations

from pathlib import Path

from tests.faults import history, rounds
from tests.faults.final import TICK


def test_the_promises_survive_jumps_of_the_clock(tmp_path: Path) -> None:
    """And the run meets what it is meant to: firings, renewals, leases that run out."""
    verdict = rounds.clock_jumps(tmp_path, 2)
    assert not verdict.violations, str(verdict)
    assert verdict.faults > 3
    calls = history.read(tmp_path / "told")
    fired = {job[0] for call in calls if call.op == "claim" for job in call.data.get("jobs", ())
             if job[2].startswith(TICK)}  # fmt: skip
    settled = [yes for call in calls if call.op == "settle" for yes in call.data["accepted"]]
    assert len(fired) > 5
    assert any(True for call in calls if call.op == "extend")
    assert False in settled
