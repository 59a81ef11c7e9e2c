"""kill -9 at random moments and at named points round a commit: the promises hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import EventKind, State
from tests.faults import rounds
from tests.faults.conftest import Spawn
from tests.faults.points import POINTS


@pytest.mark.parametrize("seed", range(2))
def test_the_promises_survive_kills_at_random_moments(tmp_path: Path, seed: int) -> None:
    verdict = rounds.kills(tmp_path, seed)
    assert not verdict.violations, str(verdict)
    assert verdict.faults


@pytest.mark.parametrize("point", POINTS)
def test_the_promises_survive_a_kill_at_a_named_point(tmp_path: Path, point: str) -> None:
    verdict = rounds.at_point(tmp_path, 0, point)
    assert not verdict.violations, str(verdict)
    assert verdict.faults == 1


@pytest.mark.parametrize("nth", [1, 8])
def test_a_kill_while_the_file_is_being_made_leaves_one_that_opens(
    tmp_path: Path, nth: int
) -> None:
    verdict = rounds.at_point(tmp_path, 0, "before-sync", nth)
    assert not verdict.violations, str(verdict)


def test_started_jobs_are_lost_and_jobs_claimed_ahead_are_charged_nothing(
    path: Path, spawn: Spawn
) -> None:
    first = open_backend(path)
    first.enqueue("load", [NewJob(payload_json="{}")] * 5)
    client = spawn("hold", path, 1, 4)
    assert client.stdout is not None
    assert client.stdout.readline() == "holding\n"
    assert first.counts("load").leased == 5
    client.kill()
    client.wait()
    first.maintain()
    jobs = {row.id: row for row in first.jobs().rows}
    assert [jobs[str(n)].lost for n in range(1, 6)] == [1, 0, 0, 0, 0]
    assert {row.attempt for row in jobs.values()} == {0}
    assert {row.state for row in jobs.values()} == {State.READY}
    kinds = [first.job(str(n)).history[-1].kind for n in (1, 2)]
    assert kinds == [EventKind.LOST, EventKind.RELEASED]
    assert first.check() == ()
    first.close()


def test_opening_says_what_it_recovered(path: Path, spawn: Spawn) -> None:
    first = open_backend(path)
    first.enqueue("load", [NewJob(payload_json="{}")] * 3)
    first.close()
    client = spawn("hold", path, 1, 2)
    assert client.stdout is not None
    client.stdout.readline()
    client.kill()
    client.wait()
    again = open_backend(path)
    assert again.file_info().notices == ("3 leases were recovered",)
    again.close()
