"""Retention in chunks: the maintainer comes back soon while there is more, and then rests."""

from __future__ import annotations

from pathlib import Path

from pillarbox_engine.clock import ManualClock, from_us
from pillarbox_engine.leasing import Ack, ClaimRequest, Nack, Report
from pillarbox_engine.model import Failure, NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from pillarbox_engine.sqlite.retention import BREATH, CHUNK

KEPT = 10
OVER = 2 * CHUNK + 30


def _with_done(path: Path, clock: ManualClock) -> SqliteBackend:
    """A queue with more done jobs than it is to keep, each with a failure and a line of log."""
    backend = open_backend(path, clock=clock)
    backend.configure("mail", QueueSettings(keep_done=10**6, keep_done_for=1e9))
    backend.enqueue("mail", [NewJob(payload_json="1")] * (KEPT + OVER))
    for again in (True, False):
        claimed = backend.claim(ClaimRequest(queues=("mail",), limit=10_000))
        broken = Failure(type="E", message="")
        backend.report([
            Report(lease=one.lease, lines=((from_us(clock.now_us()), "x"),)) for one in claimed
        ])  # fmt: skip
        backend.settle([
            Nack(lease=one.lease, failure=broken, delay=0.0) if again else Ack(lease=one.lease)
            for one in claimed
        ])  # fmt: skip
    return backend


def test_it_goes_on_chunk_by_chunk_until_the_number_is_kept(
    tmp_path: Path, clock: ManualClock
) -> None:
    backend = _with_done(tmp_path / "jobs.pillarbox", clock)
    backend.maintain()
    assert backend.counts("mail").done == KEPT + OVER
    backend.configure("mail", QueueSettings(keep_done=KEPT, keep_done_for=1e9))
    waits, left = [], []
    for _ in range(4):
        waits.append(backend.maintain())
        left.append(backend.counts("mail").done)
    assert left == [KEPT + CHUNK + 30, KEPT + 30, KEPT, KEPT]
    assert [wait == BREATH for wait in waits] == [True, True, False, False]
    assert backend.counts("mail").removed_done == OVER
    assert backend.check() == ()
    backend.close()


def test_history_and_log_go_with_the_job(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "jobs.pillarbox"
    backend = _with_done(path, clock)
    backend.configure("mail", QueueSettings(keep_done=0))
    while backend.maintain() == BREATH:
        assert backend.counts("mail").done
    with backend._file.read() as reading:
        left = reading.select("SELECT (SELECT count(*) FROM events), count(*) FROM log_lines", {})
    assert left == [(0, 0)]
    backend.close()
