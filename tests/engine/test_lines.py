"""What may never be of a group's line, case by case; and that a check of a file finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox_engine.lines import Line
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.states import GroupRetry

BLOCK, YIELD = GroupRetry.BLOCK, GroupRetry.YIELD


@pytest.mark.parametrize(
    ("line", "retry"),
    [
        (Line(0, 0, 0, None, None, None), BLOCK),
        (Line(1, 0, 3, 5, None, None), BLOCK),
        (Line(0, 1, 3, 5, 5, None), BLOCK),
        (Line(0, 1, 3, 5, 5, 7), BLOCK),
        (Line(0, 0, 3, 5, None, 2), BLOCK),
        (Line(0, 1, 3, 5, 5, 2), YIELD),
        (Line(0, 0, 0, None, None, 2), BLOCK),
    ],
)
def test_a_line_as_it_should_be(line: Line, retry: GroupRetry) -> None:
    assert list(line.faults(retry)) == []


@pytest.mark.parametrize(
    ("line", "retry", "said"),
    [
        (Line(2, 0, 0, None, None, None), BLOCK, "2 of its jobs are in flight at once"),
        (Line(0, 2, 2, 5, 5, None), BLOCK, "2 of its jobs may be claimed at once"),
        (Line(1, 1, 1, 5, 5, None), BLOCK, "job 5 may be claimed while another one is in flight"),
        (Line(0, 1, 2, 5, 6, None), BLOCK, "job 6 may be claimed before job 5"),
        (Line(0, 1, 2, 5, 5, 2), BLOCK, "job 5 may be claimed before job 2"),
        (Line(0, 0, 2, 5, None, 7), BLOCK, "job 5, is held by nothing"),
        (Line(0, 0, 2, 5, None, 2), YIELD, "job 5, is held by nothing"),
    ],
)
def test_what_may_never_be_is_said(line: Line, retry: GroupRetry, said: str) -> None:
    (fault,) = line.faults(retry)
    assert said in fault


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE jobs SET hold = 'group' WHERE id = 1", "its head, job 1, is held by nothing"),
        ("UPDATE jobs SET hold = NULL WHERE id = 2", "2 of its jobs may be claimed at once"),
        ("UPDATE jobs SET group_key = NULL WHERE id = 2", "1 jobs are held back by a group"),
    ],
)
def test_a_check_finds_it(tmp_path: Path, change: str, said: str) -> None:
    backend = open_backend(tmp_path / "jobs.pillarbox")
    backend.enqueue("q", [NewJob(payload_json="1", group="ada")] * 3)
    assert backend.check() == ()
    backend._file.write(lambda transaction: transaction.connection.execute(change).fetchall())
    (problem,) = backend.check()
    assert said in problem
    backend.close()
