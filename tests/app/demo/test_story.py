"""The plot of the demo is a pure function of its seed."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise

import pytest

from pillarbox.demo.story import A_MINUTE, CRM, POISON_UNTIL, REGISTRATION, SETTINGS, arrivals
from pillarbox_engine.settings import check


def test_a_seed_tells_the_same_story_twice_and_another_one_a_different_one() -> None:
    assert list(arrivals(7, 20.0)) == list(arrivals(7, 20.0))
    assert list(arrivals(7, 20.0)) != list(arrivals(8, 20.0))


def test_what_arrives_comes_in_order_and_within_its_time() -> None:
    moments = [arrival.at for arrival in arrivals(7, 30.0)]

    assert all(before <= after for before, after in pairwise(moments))
    assert moments[0] >= 0
    assert moments[-1] < 30.0


def test_500_sign_ups_a_minute_and_more_than_50_contacts_arrive() -> None:
    arrived = Counter(each.queue for each in arrivals(7, 60.0, first=2))

    assert arrived[REGISTRATION] == pytest.approx(500, abs=1)
    assert arrived[CRM] == pytest.approx(A_MINUTE[CRM], abs=1)
    assert arrived[CRM] > 50


def test_poison_comes_in_the_first_seconds_of_a_new_file_only() -> None:
    new = [a for a in arrivals(7, 60.0) if a.payload.get("userId", 900_001) > 900_000]
    later = [a for a in arrivals(7, 60.0, first=400) if a.payload.get("userId", 1e9) > 900_000]

    assert len([a for a in new if a.queue == REGISTRATION]) == 9
    assert all(a.at <= POISON_UNTIL for a in new if a.queue == REGISTRATION)
    assert not [a for a in later if a.queue == REGISTRATION]


def test_without_an_end_it_goes_on() -> None:
    assert len(list(islice(arrivals(7, None), 5_000))) == 5_000


def test_its_settings_are_allowed() -> None:
    for settings in SETTINGS.values():
        check(settings)
