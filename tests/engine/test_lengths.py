"""Lengths of time in little room: told to within 10 %, added up without loss."""

from __future__ import annotations

import random

import pytest

from pillarbox_engine.lengths import Lengths, measured, together, unpacked


def test_nothing_has_no_quantile() -> None:
    assert Lengths().quantile(0.5) is None
    assert not measured([])
    assert unpacked(None) == Lengths() == unpacked(b"")


@pytest.mark.parametrize("microseconds", [80, 1_000, 53_211, 1_000_000, 3_600_000_000, 10**13])
def test_a_length_is_told_to_within_a_tenth(microseconds: int) -> None:
    told = measured([microseconds]).quantile(0.5)
    assert told == pytest.approx(microseconds / 1e6, rel=0.1)


@pytest.mark.parametrize("microseconds", [-5, 0, 1, 64])
def test_what_is_too_short_to_tell_apart_is_the_least(microseconds: int) -> None:
    told = measured([microseconds]).quantile(0.99)
    assert told is not None
    assert told < 0.0001


def test_quantiles_are_those_of_the_sorted_lengths() -> None:
    dice = random.Random(5)
    lengths = [round(dice.lognormvariate(11, 1.5)) + 100 for _ in range(1_000)]
    for share in (0.01, 0.5, 0.95, 0.99, 1.0):
        exact = sorted(lengths)[max(0, round(share * 1_000) - 1)] / 1e6
        assert measured(lengths).quantile(share) == pytest.approx(exact, rel=0.12)


def test_parts_add_up_to_the_whole() -> None:
    dice = random.Random(6)
    lengths = [dice.randrange(1, 10**9) for _ in range(300)]
    parts = [measured(lengths[at : at + 70]) for at in range(0, 300, 70)]
    assert together(parts) == measured(lengths)
    assert together([]) == Lengths()


def test_it_comes_back_as_it_was_stored() -> None:
    some = measured([100, 100, 5_000, 10**15])
    assert unpacked(some.packed()) == some
    assert len(some.packed()) == 5 * len(some.counts)
    assert unpacked(Lengths(((3, 2**40),)).packed()).number == 2**32 - 1
