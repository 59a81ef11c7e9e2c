"""What the retry timeline says: of one attempt, and of what is to come."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isinf

from pillarbox_ui.plots.lanes import NEXT, Bar, Bins, Lane
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.states import outcome_word
from pillarbox_ui.widgets.zone import Zone


def bar_words(lane: Lane, at: float, near: float, zone: Zone) -> str:
    """The attempt at the time `at` (within `near` seconds) in words; else the lane's name."""
    bars = lane.bars if lane.ghost is None else (*lane.bars, lane.ghost)
    for bar in bars:
        if bar.start - near <= at <= max(bar.end, bar.start + 2 * near) + near:
            return f"{lane.name}\n{attempt_words(bar, zone)}"
    return lane.name


def attempt_words(bar: Bar, zone: Zone) -> str:
    """One attempt: number, outcome, when, how long."""
    when = zone.text(datetime.fromtimestamp(bar.start, UTC))
    if bar.kind == NEXT:
        return words.tr("Attempt {0} is due {1}").format(bar.attempt, when)
    length = words.duration(bar.end - bar.start)
    text = words.tr("Attempt {0}: {1} after {2}")
    return text.format(bar.attempt, outcome_word(bar.kind).lower(), length) + f"\n{when}"


def coming_words(coming: int, seconds: float) -> str:
    """What is to come, in few words."""
    if coming == 0 or isinf(seconds):
        return words.tr("No retry is due")
    text = words.tr("{0} to come, next in {1}")
    return text.format(words.count(coming), words.countdown(seconds))


def lane_words(coming: int, seconds: float, steps: Bins) -> str:
    """What is to come, in a sentence."""
    if coming == 0 or isinf(seconds):
        return words.tr("No retry is due")
    text = words.tr("{0} to come, the next in {1}, at most {2} within {3}")
    retries = words.counted(coming, words.tr("retry"), words.tr("retries"))
    parts = (retries, words.countdown(seconds), words.count(steps.peak), words.age(steps.width))
    return text.format(*parts)
