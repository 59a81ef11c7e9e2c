"""Each group's jobs end in order, over two processes, with failures injected and a process killed.

1,000 jobs in 50 groups, judged by the handlers' own log.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.grouped import Note, disorder, run

JOBS, GROUPS = 1_000, 50


@pytest.mark.parametrize("kill", [False, True], ids=["all live", "one killed"])
def test_each_group_ends_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kill: bool
) -> None:
    notes = run(tmp_path, JOBS, GROUPS, kill=kill)
    failed = sum(1 for note in notes if note.what == "fails")
    with capsys.disabled():
        print(f"\n  {JOBS} jobs in {GROUPS} groups, {failed} failures", end="")
    assert disorder(notes) == []
    assert len({(n.group, n.place) for n in notes if n.what == "ends"}) == JOBS
    assert failed > JOBS / 20


def notes(*told: tuple[str, int, str]) -> list[Note]:
    return [Note(at, *one) for at, one in enumerate(told)]


def test_the_judge_takes_retries_and_runs_cut_short() -> None:
    fine = notes(
        ("a", 0, "begins"), ("b", 0, "begins"), ("a", 0, "fails"), ("a", 0, "begins"),
        ("a", 0, "ends"), ("a", 1, "begins"), ("a", 1, "begins"), ("a", 1, "ends"),
        ("b", 0, "ends"),
    )  # fmt: skip
    assert disorder(fine) == []


def test_the_judge_sees_one_that_overtakes_and_two_at_once() -> None:
    assert disorder(notes(("a", 1, "begins"), ("a", 1, "ends"))) == [
        "a: job 1 began after job -1 had ended"
    ]
    both = notes(
        ("a", 0, "begins"), ("a", 0, "ends"), ("a", 1, "begins"), ("a", 0, "begins"),
        ("a", 1, "ends"),
    )  # fmt: skip
    assert disorder(both) == ["a: job 1 ends while job 0 ran"]
