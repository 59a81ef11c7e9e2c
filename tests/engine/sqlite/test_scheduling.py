"""Several maintainers on one file: whoever comes first fires, and nobody fires it again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import Ack, ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.planning import NewSchedule
from pillarbox_engine.sqlite import SqliteBackend, open_backend, scheduling
from pillarbox_engine.sqlite.connection import open_untouched
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import Missed, Overlap

MINUTE = 60.0
ROUNDS = 90


@pytest.fixture
def clock() -> ManualClock:
    # An hour before Europe's clocks go back.
    return ManualClock(datetime(2026, 10, 25, 0, 0, tzinfo=UTC))


@pytest.fixture
def rivals(tmp_path: Path, clock: ManualClock) -> Iterator[list[SqliteBackend]]:
    opened = [open_backend(tmp_path / "jobs.pillarbox", clock=clock) for _ in range(2)]
    yield opened
    for backend in opened:
        assert backend.check() == ()
        backend.close()


def put(backend: SqliteBackend, **changes: object) -> None:
    job = NewJob(payload_json="1")
    given = {"cron": "*/5 * * * *", "zone": "Europe/Berlin", "overlap": Overlap.ALLOW, **changes}
    backend.put_schedule(NewSchedule(name="tick", queue="q", job=job, **given))  # type: ignore[arg-type]


def fire_times(backend: SqliteBackend) -> Counter[datetime | None]:
    found, page = list[str](), backend.jobs(Filter(), limit=1_000)
    found += [row.id for row in page.rows]
    return Counter(backend.job(job_id).fire_at for job_id in found)


def together(rivals: list[SqliteBackend]) -> None:
    """One turn of maintenance by all of them at once."""
    gate = threading.Barrier(len(rivals))
    failed: list[BaseException] = []

    def turn(backend: SqliteBackend) -> None:
        try:
            gate.wait()
            backend.maintain()
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=turn, args=(backend,)) for backend in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_two_maintainers_over_a_change_of_the_clocks_and_a_sleep(
    rivals: list[SqliteBackend], clock: ManualClock
) -> None:
    put(rivals[0], missed=Missed.ALL)
    for number in range(ROUNDS):
        clock.advance(3 * 3_600 if number == 60 else MINUTE)
        together(rivals)
    times = fire_times(rivals[1])
    assert set(times.values()) == {1}
    record = rivals[1].schedules()[0]
    assert record.fired == len(times)
    assert (record.skipped, record.passed) == (0, 0)
    # 89 minutes and 3 hours from 02:00 in summer time, 02:00 to 03:00 the second time left out
    assert len(times) == (89 + 180 - 60) // 5


def test_what_both_saw_due_is_fired_once(rivals: list[SqliteBackend], clock: ManualClock) -> None:
    put(rivals[0])
    clock.advance(7 * MINUTE)
    seen = []
    for backend in rivals:
        with backend._file.read() as reading:
            seen.append(scheduling.due(reading, clock.now_us()))
    assert all(len(found) == 1 for found in seen)
    rivals[0]._file.write(lambda t: scheduling.fire(t, seen[0], {}))
    rivals[1]._file.write(lambda t: scheduling.fire(t, seen[1], {}))
    assert rivals[0].counts("q").enqueued_total == 1
    assert rivals[0].schedules()[0].fired == 1


def test_what_was_changed_after_it_was_seen_due_is_left_alone(
    rivals: list[SqliteBackend], clock: ManualClock
) -> None:
    put(rivals[0])
    clock.advance(7 * MINUTE)
    with rivals[0]._file.read() as reading:
        found = scheduling.due(reading, clock.now_us())
    rivals[1].pause_schedule("tick")
    rivals[0]._file.write(lambda t: scheduling.fire(t, found, {}))
    rivals[1].remove_schedule("tick")
    rivals[0]._file.write(lambda t: scheduling.fire(t, found, {}))
    assert rivals[0].counts("q").enqueued_total == 0


def test_a_schedule_outlives_its_process(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "jobs.pillarbox"
    first = open_backend(path, clock=clock)
    put(first, missed=Missed.LATEST)
    clock.advance(5 * MINUTE)
    first.maintain()
    first.close()
    clock.advance(60 * MINUTE)
    second = open_backend(path, clock=clock)
    second.maintain()
    record = second.schedules()[0]
    assert (record.fired, fire_times(second)) == (2, Counter(fire_times(second).keys()))
    second.close()


def test_the_file_itself_refuses_a_second_firing(
    rivals: list[SqliteBackend], clock: ManualClock
) -> None:
    put(rivals[0])
    clock.advance(5 * MINUTE)
    rivals[0].maintain()
    fire_at = clock.now_us()

    def again(transaction: Transaction) -> None:
        with pytest.raises(apsw.ConstraintError):
            transaction.execute("add_fire", (1, fire_at, 0, 99))

    rivals[1]._file.write(again)


def test_fires_that_are_past_are_forgotten(
    rivals: list[SqliteBackend], clock: ManualClock, tmp_path: Path
) -> None:
    backend = rivals[0]
    put(backend, cron=None, every=MINUTE, zone="UTC")
    for _ in range(scheduling.KEPT_FIRES + 20):
        clock.advance(MINUTE)
        backend.maintain()
        for claimed in backend.claim(ClaimRequest(queues=("q",), limit=10, worker="w")):
            backend.settle([Ack(lease=claimed.lease)])
    connection = open_untouched(tmp_path / "jobs.pillarbox")
    (kept,) = connection.execute("SELECT count(*) FROM fires").fetchone() or (0,)
    connection.close()
    assert kept == scheduling.KEPT_FIRES + 1
    assert backend.schedules()[0].fired == scheduling.KEPT_FIRES + 20


def test_the_check_finds_a_schedule_that_would_fire_again(
    rivals: list[SqliteBackend], clock: ManualClock
) -> None:
    put(rivals[0])
    clock.advance(5 * MINUTE)
    rivals[0].maintain()
    set_next = "UPDATE schedules SET next_fire_at = handled_until"
    rivals[0]._file.write(lambda t: t.connection.execute(set_next).fetchall())
    assert rivals[0].check() == ("schedule 'tick' is to fire again for a time it has dealt with",)
    rivals[0].maintain()
    assert rivals[0].counts("q").enqueued_total == 1
    rivals[0].remove_schedule("tick")
