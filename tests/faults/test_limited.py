"""A rate limit over two processes of five workers holds in every window, by the handlers' own log.

A short share in `make test`, 30 s in `make accept`, three minutes of 50 a minute in `make soak`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine.settings import RateLimit
from tests.faults.limited import closest, most_in_a_window, run


@pytest.fixture
def held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[RateLimit, float], None]:
    """Runs it, says what was seen, and judges."""

    def judge(limit: RateLimit, seconds: float) -> None:
        starts = run(tmp_path, limit, seconds)
        most = most_in_a_window(starts, limit.per)
        shortest = f"{limit.max + 1} took {closest(starts, limit.max):.3f} s"
        said = f"{limit}: {len(starts)} starts in {seconds:.0f} s, at most {most} in a window"
        with capsys.disabled():
            print(f"\n  {said}; {shortest}", end="")
        assert most <= limit.max
        assert len(starts) >= limit.max * int(seconds / limit.window)

    return judge


def test_a_limit_holds_over_two_processes(held: Callable[[RateLimit, float], None]) -> None:
    held(RateLimit(20, per=1.0), 4.0)


@pytest.mark.accept
def test_fifty_in_six_seconds(held: Callable[[RateLimit, float], None]) -> None:
    held(RateLimit(50, per=6.0), 30.0)


@pytest.mark.soak
def test_fifty_in_a_minute(held: Callable[[RateLimit, float], None]) -> None:
    held(RateLimit(50, per=60.0), 180.0)


def test_the_judge_finds_the_fullest_window_wherever_it_begins() -> None:
    second = 10**9
    starts = [0, second // 2, second, second + 1, 2 * second - 1, 5 * second]
    assert most_in_a_window(starts, 1.0) == 3
    assert most_in_a_window([], 1.0) == 0
    assert most_in_a_window(starts, 10.0) == len(starts)
