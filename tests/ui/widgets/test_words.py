"""The short forms of times, sizes, counts and rates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.zone import Zone

NOW = datetime(2026, 1, 2, 12, 4, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m"),
        (47 * 60 + 59, "47m"),
        (3_600, "1h"),
        (47 * 3_600, "47h"),
        (2 * 86_400, "2d"),
        (1_200 * 86_400, "1,200d"),
        (-90, "1m"),
    ],
)
def test_age(seconds: float, text: str) -> None:
    assert words.age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.0004, "0 ms"),
        (0.84, "840 ms"),
        (0.9996, "1.0 s"),
        (3.24, "3.2 s"),
        (59.96, "1m 00s"),
        (252, "4m 12s"),
        (7_500, "2h 05m"),
        (86_400 * 3 + 3_600 * 4, "3d 4h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.0, "2 s"), (2.5, "2.5 s"), (60, "1m"), (90, "1m 30s"), (3_600, "1h"), (5_400, "1h 30m"),
     (86_400, "1d"), (0.5, "500 ms")],
)  # fmt: skip
def test_a_length_that_was_set_has_no_noughts(seconds: float, text: str) -> None:
    assert words.span(seconds) == text


@pytest.mark.parametrize(
    ("series", "text"),
    [
        ((0, 0, 8, 40, 12), "12 of 40 rising"),
        ((9, 9, 9, 3, 3, 3), "3 of 9 falling"),
        ((1_000, 1_001), "1,001 of 1,001 steady"),
        ((0, 0, 0), "0 of 0 steady"),
        ((), ""),
    ],
)
def test_a_trend_is_told_in_words(series: tuple[int, ...], text: str) -> None:
    assert words.trend(series, "{0} of {1} {2}") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-4, "0s"), (0, "0s"), (0.1, "1s"), (12, "12s"), (60, "1m 00s"), (7_500, "2h 05m")],
)
def test_a_countdown_is_over_only_when_it_is(seconds: float, text: str) -> None:
    assert words.countdown(seconds) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [(0, "0 B"), (999, "999 B"), (1_200, "1.2 kB"), (1_200_000, "1.2 MB"), (12_400_000, "12 MB")],
)
def test_size(octets: int, text: str) -> None:
    assert words.size(octets) == text


def test_a_size_beyond_all_units_is_still_told() -> None:
    assert words.size(5 * 10**15) == "5,000 TB"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (940, "940"), (1_200, "1.2k"), (34_000, "34k"), (1_250_000, "1.2M"), (3e9, "3G")],
)
def test_compact(number: float, text: str) -> None:
    assert words.compact(number) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(0.0, "0/s"), (0.04, "0/s"), (0.4, "0.4/s"), (42.1, "42.1/s"), (1_204.4, "1,204/s")],
)
def test_rate(per_second: float, text: str) -> None:
    assert words.rate(per_second) == text


def test_counts_and_shares() -> None:
    assert words.count(1_204) == "1,204"
    assert words.counted(1, "job") == "1 job"
    assert words.counted(1_204, "job") == "1,204 jobs"
    assert words.counted(2, "retry", "retries") == "2 retries"
    assert words.share(0.2) == "20 %"


def test_relative() -> None:
    assert words.relative(NOW - timedelta(minutes=47), NOW) == "47m ago"
    assert words.relative(NOW + timedelta(seconds=12), NOW) == "in 12s"
    assert words.relative(NOW + timedelta(seconds=0.4), NOW) == "now"


def test_absolute_names_its_zone() -> None:
    assert words.absolute(NOW, UTC) == "2026-01-02 12:04:31 UTC"
    assert words.absolute(NOW, timezone(timedelta(hours=1))) == "2026-01-02 13:04:31 UTC+1"
    west = timezone(timedelta(hours=-3, minutes=-30))
    assert words.absolute(NOW, west) == "2026-01-02 08:34:31 UTC-3:30"


def test_the_zone_is_one_choice_for_all(qtbot: object) -> None:
    zone = Zone(utc=True)
    heard: list[bool] = []
    zone.changed.connect(lambda: heard.append(zone.utc))
    assert zone.text(NOW).endswith(" UTC")
    assert zone.clock_text(NOW) == "12:04:31"
    assert zone.label() == "Times: UTC"
    zone.set_utc(False)
    zone.set_utc(False)
    assert heard == [False]
    assert zone.label().startswith("Times: local (UTC")
