"""Issue by issue, what the demo must show, at full length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accept import demo_story
from tests.accept.conftest import Program, Starter, balances, document

pytestmark = pytest.mark.accept


def test_a_minute_of_sign_ups(pillarbox: Program, path: Path) -> None:
    report = demo_story.run_demo(pillarbox, path, 60)
    demo_story.holds(report)
    assert report["bound"]["refused"] > 0
    assert document(pillarbox("check", path, "--json"))["whole"]


def test_killed_in_the_middle_and_finished_by_the_next_run(
    start: Starter, pillarbox: Program, path: Path
) -> None:
    demo_story.kill_in_the_middle(start, pillarbox, path, after=25)
    left = demo_story.left_over(pillarbox, path, "user-registration")
    assert left, "nothing was left to finish"
    report = demo_story.run_demo(pillarbox, path, 50)
    assert report["continued"]
    assert balances(report["ledger"])
    assert not left & demo_story.left_over(pillarbox, path, "user-registration")
    assert document(pillarbox("check", path, "--json"))["whole"]
