"""What the demo measures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pillarbox.demo.measures import Measures, most_in_any_window
from pillarbox_engine.settings import RateLimit


@pytest.mark.parametrize(
    ("moments", "most"),
    [
        ([], 0),
        ([5], 1),
        ([0, 59], 2),
        ([0, 60], 1),
        ([0, 2, 59, 61, 63], 3),
        ([0, 50, 55, 100, 109], 4),
    ],
)
def test_the_most_in_any_window_is_found_wherever_it_lies(moments: list[int], most: int) -> None:
    assert most_in_any_window(moments, 60) == most


def test_a_broken_rate_limit_is_told() -> None:
    measures = Measures()
    for second in (3, 1, 2):
        measures.started(datetime(2026, 1, 1, second=second, tzinfo=UTC))

    assert measures.rate_limit(RateLimit(3, per=60.0))["held"] is True
    broken = measures.rate_limit(RateLimit(2, per=60.0))
    assert broken == {"max": 2, "per": 60.0, "most_in_any_window": 3, "held": False}


def test_a_bound_keeps_the_most_it_saw_and_what_was_refused() -> None:
    measures = Measures()
    for live in (3, 9, 4):
        measures.depth("thumbnails", live)
    measures.refused("thumbnails")

    assert measures.bound("thumbnails", 9) == {
        "max_depth": 9,
        "most": 9,
        "refused": 1,
        "held": True,
    }
    assert measures.bound("thumbnails", 8)["held"] is False


def test_what_is_seen_twice_counts_once() -> None:
    measures = Measures()
    for percent in (33.0, 33.0, 66.0):
        measures.progressed("job", 1, percent)
    measures.retrying("job", 1)
    measures.retrying("job", 1)

    assert measures.seen() == {"progress": 2, "retries": 1}
