"""Every probe measures the series that the goals ask for."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from pillarbox.bench import peers, probes, rounds, windows
from pillarbox.bench.goals import GOALS, Goal
from pillarbox.bench.killing import Notes, read
from pillarbox.bench.room import PAYLOAD_BYTES, Room, payload_text

OPTIONAL = {"huey"}
WINDOW = {"window on a small file", "window on 1 M jobs"}
ENGINE = [probe for probe in probes.FULL if probe.title not in WINDOW]


def test_the_engine_is_measured_whole_and_nothing_is_left_behind(
    room: Room, told: list[str]
) -> None:
    measured = rounds.run(ENGINE, room)

    (values,) = measured.rounds
    assert all(math.isfinite(value) and value >= 0 for value in values.values())
    wanted = {goal.key for goal in GOALS if not goal.key.startswith("window")} - OPTIONAL
    assert {key for key in wanted if not measured.figures(by_key(key))} == set()
    assert [line for line in told if line.startswith("round")] == [
        f"round 1 of 1: {probe.title}" for probe in ENGINE
    ]
    assert list(room.folder.iterdir()) == []


def by_key(key: str) -> Goal:
    return next(goal for goal in GOALS if goal.key == key)


@pytest.fixture
def room(room: Room) -> Room:
    """Once over is enough here."""
    return replace(room, sizes=replace(room.sizes, repetitions=1))


@pytest.mark.real_window
def test_the_window_is_measured(room: Room) -> None:
    found = windows.small(room) | windows.large(room)

    assert {goal.series for goal in GOALS if goal.key.startswith("window")} <= set(found)
    assert all(value > 0 for value in found.values())


def test_a_peer_that_is_not_installed_is_left_out(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)

    assert peers.huey(room) == {}


def test_the_payload_is_as_long_as_the_table_says() -> None:
    assert {len(payload_text(n)) for n in (0, 7, 999_999)} == {PAYLOAD_BYTES}


def test_the_quick_half_has_nothing_that_only_the_full_run_has() -> None:
    assert set(probes.chosen(full=False)) < set(probes.chosen(full=True))
    assert [p.title for p in probes.chosen(full=False, only="many")] == ["fsync", "enqueue_many"]


MS = 1_000_000


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (f"s {1 * MS}\nf {2 * MS}\n", Notes(1, (2 * MS,), 2 * MS, None)),
        (f"s {1 * MS}\nf {2 * MS}\nb {3 * MS}\n", Notes(1, (2 * MS,), 3 * MS, 3 * MS)),
        (f"s {1 * MS}\nb {3 * MS}\ne {9 * MS}\n", Notes(1, (), 9 * MS, None)),
    ],
)
def test_what_a_killed_worker_noted_is_read(notes: str, expected: Notes, room: Room) -> None:
    path = room.fresh("notes")
    path.write_text(notes)

    assert read(path) == expected


def test_what_finished_long_before_the_kill_may_not_run_again() -> None:
    quiet = Notes(9, (10 * MS, 85 * MS, 99 * MS), 100 * MS, None)
    committing = Notes(9, (10 * MS, 60 * MS, 85 * MS, 99 * MS), 100 * MS, 70 * MS)

    assert quiet.may_run_again(4) == 4 + 2
    assert committing.may_run_again(4) == 4 + 3
