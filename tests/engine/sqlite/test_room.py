"""A full disk: what is refused, what still goes, and that all goes on when there is room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import DiskFull
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import Ack, ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.sqlite.room import BALLAST, ENOUGH, Room
from pillarbox_engine.states import State
from tests.engine.kit import until

JOB = NewJob(payload_json="{}")
REQUEST = ClaimRequest(queues=("email",), limit=5)


def _fill(backend: SqliteBackend) -> None:
    """Let the disk be full, and met so by this process."""
    backend._file.room._free = lambda folder: 0
    assert backend._file.room.ran_out()


def _empty(backend: SqliteBackend, clock: ManualClock) -> None:
    backend._file.room._free = lambda folder: ENOUGH
    clock.advance(1.0)


def test_a_new_file_has_ballast(backend: SqliteBackend, path: Path) -> None:
    ballast = path.with_name(path.name + ".d") / "ballast"
    assert ballast.stat().st_size == BALLAST
    assert ballast.stat().st_mode & 0o777 == 0o600
    assert ballast.stat().st_blocks * 512 >= BALLAST, "it is really there"


def test_without_room_for_it_there_is_none_and_no_trouble(tmp_path: Path) -> None:
    room = Room(tmp_path, ManualClock(), lambda folder: ENOUGH - 1)
    room.look()
    assert not (tmp_path / "ballast").exists()
    assert room.fault is None


def test_a_ballast_that_cannot_be_made_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pillarbox_engine.sqlite.room.reserve", refuse)
    room = Room(tmp_path, ManualClock(), lambda folder: ENOUGH)
    room.look()
    assert not (tmp_path / "ballast").exists()
    assert room.fault is None


def test_a_full_disk_takes_no_jobs_and_gives_none(backend: SqliteBackend) -> None:
    backend.enqueue("email", [JOB])
    _fill(backend)
    with pytest.raises(DiskFull, match=r"no room to grow.*disk is full.*Free 16 MiB"):
        backend.enqueue("email", [JOB])
    with pytest.raises(DiskFull):
        backend.claim(REQUEST)
    assert isinstance(backend.file_info().trouble, DiskFull)
    assert backend.counts("email").enqueued_total == 1


def test_what_runs_is_finished_and_jobs_can_be_purged(backend: SqliteBackend) -> None:
    backend.enqueue("email", [JOB] * 3)
    held = backend.claim(ClaimRequest(queues=("email",), limit=1))
    _fill(backend)
    notes, claimed = backend.exchange([Ack(held[0].lease)], REQUEST)
    assert (notes, claimed) == ([None], [])
    ready = backend.jobs(Filter(states=frozenset({State.READY}))).rows
    assert backend.purge([job.id for job in ready]).changed == 2
    assert backend.erase([job.id for job in ready]).changed == 2
    assert backend.counts("email").done == 1


def test_all_goes_on_by_itself_when_there_is_room(
    backend: SqliteBackend, clock: ManualClock
) -> None:
    _fill(backend)
    with pytest.raises(DiskFull):
        backend.enqueue("email", [JOB])
    _empty(backend, clock)
    backend.enqueue("email", [JOB])
    assert len(backend.claim(REQUEST)) == 1
    assert backend.file_info().trouble is None


def test_other_processes_see_that_the_disk_is_full(
    reopen: Callable[..., SqliteBackend], clock: ManualClock
) -> None:
    first, second = reopen(), reopen()
    _fill(first)
    second._file.room._free = lambda folder: 0
    second.maintain()
    with pytest.raises(DiskFull):
        second.enqueue("email", [JOB])
    _empty(first, clock)
    first.maintain()
    second.maintain()
    second.enqueue("email", [JOB])


def test_a_process_that_opens_the_file_then_is_told_too(
    reopen: Callable[..., SqliteBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(reopen())
    monkeypatch.setattr(Room, "_make", lambda self: None)
    with pytest.raises(DiskFull):
        reopen().enqueue("email", [JOB])


def test_workers_finish_what_they_hold_and_say_once_why_they_claim_no_more(
    backend: SqliteBackend,
) -> None:
    said: list[Exception] = []
    with Engine(backend, maintain=False) as engine:
        queue = engine.queue("email")
        queue.enqueue_many([1, 2, 3, 4])

        def handler(job: object) -> None:
            if not backend._file.room.full:
                _fill(backend)

        with queue.worker(handler, concurrency=2, on_problem=said.append) as worker:
            until(engine, "email", lambda: bool(said and not engine.counts().leased))
            assert not worker.ended
        assert engine.counts().done >= 1
        assert engine.counts().leased == 0
    assert {type(error) for error in said} == {DiskFull}
    assert len(said) == 1
