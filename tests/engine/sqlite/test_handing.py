"""Jobs that go to idle workers as they are stored: when they do, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pillarbox_engine.errors import QueueFull
from pillarbox_engine.leasing import Ack, Claimed, ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.sqlite import SqliteBackend, handing
from pillarbox_engine.standing import Offer
from pillarbox_engine.states import State

QUEUE = "orders"
Opener = Callable[..., SqliteBackend]


class Idle:
    """Idle threads, and what they were given."""

    def __init__(
        self, backend: SqliteBackend, room: int, *, types: frozenset[str] | None = None
    ) -> None:
        self.got: list[Claimed] = []
        self.offer = Offer(frozenset({QUEUE}), types, "1/idle", self._take)
        self.offer.set_room(room)
        self.stop = backend.stand_by(self.offer)

    def _take(self, claimed: Sequence[Claimed]) -> None:
        self.got.extend(claimed)


def _add(backend: SqliteBackend, number: int = 1, queue: str = QUEUE, type: str = "t") -> list[str]:
    jobs = [NewJob(payload_json=str(place), type=type) for place in range(number)]
    return [answer.id for answer in backend.enqueue(queue, jobs)]


def test_an_idle_worker_gets_the_job_in_the_commit_that_stores_it(backend: SqliteBackend) -> None:
    idle = Idle(backend, 1)
    before = backend.file_info().sequence
    (job_id,) = _add(backend)
    assert backend.file_info().sequence == before + 1
    (claimed,) = idle.got
    job = backend.job(job_id)
    assert (claimed.lease.job_id, claimed.lease.fence, claimed.attempt) == (job_id, 1, 1)
    assert (job.state, job.fence, job.attempt, job.worker) == (State.LEASED, 1, 1, "1/idle")
    assert (claimed.payload_json, claimed.queue, claimed.type) == ("0", QUEUE, "t")
    assert claimed.lease_expires_at == job.lease_expires_at
    assert backend.settle([Ack(lease=claimed.lease)]) == [None]
    assert backend.check() == ()


def test_what_was_handed_over_looks_like_what_was_claimed(backend: SqliteBackend) -> None:
    backend.enqueue(QUEUE, [NewJob(payload_json="1", max_attempts=9, timeout=7.0)])
    (claimed,) = backend.claim(ClaimRequest(queues=(QUEUE,)))
    idle = Idle(backend, 1)
    backend.enqueue(QUEUE, [NewJob(payload_json="1", max_attempts=9, timeout=7.0)])
    assert idle.got[0]._replace(lease=claimed.lease) == claimed


@pytest.mark.parametrize("room", [0, 2])
def test_more_jobs_than_idle_threads_wait_their_turn(backend: SqliteBackend, room: int) -> None:
    idle = Idle(backend, room)
    _add(backend, 3)
    assert idle.got == []
    assert backend.counts(QUEUE).ready == 3


def test_nobody_overtakes_what_is_ready_already(backend: SqliteBackend) -> None:
    _add(backend)
    idle = Idle(backend, 4)
    _add(backend)
    assert idle.got == []


@pytest.mark.parametrize("hinder", ["pause", "rate", "another queue", "another type", "many"])
def test_only_what_could_be_claimed_now_is_handed_over(backend: SqliteBackend, hinder: str) -> None:
    backend.ensure_queue(QUEUE)
    idle = Idle(backend, 99, types=frozenset({"served"}) if hinder == "another type" else None)
    if hinder == "pause":
        backend.pause(QUEUE)
    if hinder == "rate":
        backend.configure(QUEUE, QueueSettings(rate_limit=RateLimit(9)))
    _add(
        backend, handing.MOST + 1 if hinder == "many" else 1,
        "elsewhere" if hinder == "another queue" else QUEUE,
    )  # fmt: skip
    assert idle.got == []
    assert backend.check() == ()


def test_a_refused_enqueue_leaves_the_worker_as_idle_as_before(backend: SqliteBackend) -> None:
    backend.configure(QUEUE, QueueSettings(max_depth=1))
    idle = Idle(backend, 2)
    with pytest.raises(QueueFull):
        _add(backend, 2)
    assert (idle.got, idle.offer.taken) == ([], 0)
    _add(backend)
    assert len(idle.got) == 1


def test_a_failed_commit_gives_the_room_back(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = Idle(backend, 1)
    _add(backend)
    backend.settle([Ack(lease=idle.got.pop().lease)])
    idle.offer.set_room(1)

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr("pillarbox_engine.sqlite.chain.append", fail)
        with pytest.raises(RuntimeError, match="a bug"):
            _add(backend)
    assert (idle.got, idle.offer.taken) == ([], 0)
    _add(backend)
    assert len(idle.got) == 1
    assert backend.check() == ()


def test_who_stands_down_gets_no_more(backend: SqliteBackend) -> None:
    idle = Idle(backend, 1)
    idle.stop()
    _add(backend)
    assert idle.got == []


def test_what_was_not_started_when_its_process_died_is_released(
    backend: SqliteBackend, reopen: Opener, clock: object
) -> None:
    idle = Idle(backend, 1)
    (job_id,) = _add(backend)
    assert idle.got
    backend._file.write(lambda t: t.connection.execute("UPDATE processes SET boot_id = 'before'"))
    other = reopen()
    job = other.job(job_id)
    assert (job.state, job.attempt, job.lost) == (State.READY, 0, 0)
    assert other.check() == ()


def test_a_job_of_a_group_is_not_handed_over(backend: SqliteBackend) -> None:
    idle = Idle(backend, 2)
    backend.enqueue(QUEUE, [NewJob(payload_json="1", type="t", group="a")])
    assert idle.got == []


@pytest.mark.parametrize(
    "settings",
    [QueueSettings(max_in_flight=5), QueueSettings(group_rate_limit=RateLimit(5))],
    ids=["max_in_flight", "group_rate_limit"],
)
def test_a_queue_that_counts_starts_hands_nothing_over(
    backend: SqliteBackend, settings: QueueSettings
) -> None:
    backend.configure(QUEUE, settings)
    idle = Idle(backend, 2)
    _add(backend)
    assert idle.got == []


def test_a_job_handed_over_ages_like_any_other(backend: SqliteBackend) -> None:
    backend.configure(QUEUE, QueueSettings(ageing=60.0))
    idle = Idle(backend, 1)
    (first,) = _add(backend)
    idle.stop()
    (second,) = _add(backend)
    backend.release([first])
    claimed = backend.claim(ClaimRequest(queues=(QUEUE,), limit=5))
    assert [job.lease.job_id for job in claimed] == [first, second]
