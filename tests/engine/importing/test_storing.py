"""Imports stored: batches, re-runs, bounds, cancels, and the rejected kept for mending."""

from __future__ import annotations

import io
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from pillarbox_engine.errors import DiskFull, EnvironmentFault, InvalidJobFile, InvalidOption
from pillarbox_engine.importing import (
    Accepted,
    ImportOptions,
    ImportProgress,
    Rejected,
    RejectedFile,
    limits_of,
    preview,
    run,
    save_rejected,
    scan,
)
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import Enqueued, NewJob
from pillarbox_engine.settings import QueueSettings
from tests.engine.importing.files import OPTIONS, Pipe, judged, payloads

NAME = "jobs.jsonl"


def numbered(count: int) -> io.BytesIO:
    return io.BytesIO(b"".join(b'{"n":%d}\n' % number for number in range(count)))


def stored(backend: MemoryBackend, queue: str = "inbox") -> list[int]:
    """The numbers stored, oldest first."""
    rows = reversed(backend.jobs(limit=1_000).rows)
    return [backend.job(row.id).payload["n"] for row in rows if row.queue == queue]


class Batches(MemoryBackend):
    """A backend that notes the batches it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        self.sizes.append(len(jobs))
        return super().enqueue(queue, jobs)


class DiskFills(MemoryBackend):
    """A backend whose disk is full after one batch."""

    def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        if self.counts().enqueued_total:
            raise DiskFull("The job could not be stored", "no space left", "Free some")
        return super().enqueue(queue, jobs)


class Particular(MemoryBackend):
    """A backend that refuses a certain payload."""

    def enqueue(self, queue: str, jobs: Sequence[NewJob]) -> list[Enqueued]:
        if any(job.payload_json == '{"n":7}' for job in jobs):
            raise InvalidOption("seven is not wanted")
        return super().enqueue(queue, jobs)


def test_jobs_are_stored_in_order_in_batches() -> None:
    backend = Batches()
    result = run(backend, numbered(250), name=NAME, options=OPTIONS, batch=100)
    assert (result.accepted, result.conflicts, result.rejected) == (250, 0, 0)
    assert not result.cancelled
    assert result.stopped is None
    assert backend.sizes == [100, 100, 50]
    assert stored(backend) == list(range(250))


def test_a_second_run_adds_nothing_unless_asked_to() -> None:
    backend = MemoryBackend()
    run(backend, numbered(30), name=NAME, options=OPTIONS)
    again = run(backend, numbered(30), name=NAME, options=OPTIONS)
    assert (again.accepted, again.conflicts) == (0, 30)
    anew = ImportOptions(queue="inbox", again=True)
    assert run(backend, numbered(30), name=NAME, options=anew).accepted == 30
    assert backend.counts().enqueued_total == 60


def test_a_named_pipe_adds_nothing_twice() -> None:
    backend = MemoryBackend()
    options = ImportOptions(queue="inbox", import_id="nightly")
    data = numbered(5).getvalue()
    assert run(backend, Pipe(data), name="-", options=options).accepted == 5
    assert run(backend, Pipe(data), name="-", options=options).conflicts == 5


def test_lines_go_to_their_own_queues() -> None:
    data = b'{"payload":{"n":1},"queue":"a"}\n{"n":2}\n{"payload":{"n":3},"queue":"a"}\n'
    backend = MemoryBackend()
    assert run(backend, io.BytesIO(data), name=NAME, options=OPTIONS).accepted == 3
    assert stored(backend, "a") == [1, 3]
    assert stored(backend) == [2]


def test_a_full_queue_ends_the_import_with_what_fitted() -> None:
    backend = MemoryBackend()
    backend.configure("inbox", QueueSettings(max_depth=37))
    result = run(backend, numbered(100), name=NAME, options=OPTIONS, batch=50)
    assert result.accepted == 37
    assert stored(backend) == list(range(37))
    assert result.stopped is not None
    assert "37 jobs were stored" in result.stopped
    assert "nothing is added twice" in result.stopped
    backend.configure("inbox", QueueSettings())
    rest = run(backend, numbered(100), name=NAME, options=OPTIONS, batch=50)
    assert (rest.accepted, rest.conflicts) == (63, 37)
    assert stored(backend) == list(range(100))


def test_a_full_disk_ends_the_import_and_says_so() -> None:
    result = run(DiskFills(), numbered(20), name=NAME, options=OPTIONS, batch=10)
    assert result.accepted == 10
    assert result.stopped is not None
    assert "no space left" in result.stopped


def test_a_job_the_store_refuses_costs_only_itself() -> None:
    refused: list[Rejected] = []
    result = run(Particular(), numbered(20), name=NAME, options=OPTIONS, on_rejected=refused.append)
    assert (result.accepted, result.rejected) == (19, 1)
    assert [str(one) for one in refused] == ["line 8: seven is not wanted"]


def test_the_target_queue_s_limit_holds() -> None:
    backend = MemoryBackend()
    backend.configure("inbox", QueueSettings(max_payload=10))
    backend.configure("wide", QueueSettings(max_payload=1_000_000))
    assert limits_of(backend) == {"inbox": 10, "wide": 1_000_000}
    wide = b'{"payload":"' + b"x" * 500_000 + b'","queue":"wide"}\n'
    data = b'"0123456789"\n"01234567"\n' + wide
    refused: list[Rejected] = []
    source = io.BytesIO(data)
    result = run(backend, source, name=NAME, options=OPTIONS, on_rejected=refused.append)
    assert (result.accepted, result.rejected) == (2, 1)
    assert "12 bytes; the queue allows 10" in refused[0].reason


def test_progress_is_told_in_both_passes_and_reaches_the_end() -> None:
    told: list[ImportProgress] = []
    source = numbered(40)
    total = len(source.getvalue())
    run(MemoryBackend(), source, name=NAME, options=OPTIONS, progress=told.append, batch=10)
    assert told[0].phase == "checking"
    assert told[-1].phase == "reading"
    assert {one.total_bytes for one in told} == {total}
    assert told[-1].done_bytes == total
    assert told[-1].accepted == 40


def test_a_cancelled_import_can_be_finished() -> None:
    backend = MemoryBackend()
    result = run(
        backend,
        numbered(100),
        name=NAME,
        options=OPTIONS,
        batch=10,
        cancelled=lambda: backend.counts().enqueued_total >= 30,
    )
    assert result.cancelled
    assert result.accepted == 30
    assert run(backend, numbered(100), name=NAME, options=OPTIONS).accepted == 70


def test_an_import_cancelled_in_its_first_pass_stores_nothing() -> None:
    backend = MemoryBackend()
    result = run(backend, numbered(9), name=NAME, options=OPTIONS, cancelled=lambda: True)
    assert result.cancelled
    assert backend.counts().enqueued_total == 0


def test_half_an_array_stores_nothing() -> None:
    backend = MemoryBackend()
    half = b"[" + b'{"n":1},' * 5_000
    with pytest.raises(InvalidJobFile, match="cut off"):
        run(backend, io.BytesIO(half), name="jobs.json", options=OPTIONS)
    assert backend.counts().enqueued_total == 0


MIXED = b'{"n":1}\n{"n":NaN}\n{"payload":1,"prio":2}\n"\xff"\n{"n":2}\n'


def test_a_preview_shows_the_first_rows_and_whether_more_follow() -> None:
    source = io.BytesIO(MIXED)
    shown = preview(source, name=NAME, options=OPTIONS, limit=2)
    assert [type(row) for row in shown.rows] == [Accepted, Rejected]
    assert shown.more
    shown = preview(io.BytesIO(MIXED), name=NAME, options=OPTIONS)
    assert len(shown.rows) == 5
    assert not shown.more


def test_a_preview_keeps_no_long_lines() -> None:
    data = b'{"payload":"' + b"x" * 100_000 + b'"}\n'
    (row,) = preview(io.BytesIO(data), name=NAME, options=OPTIONS).rows
    assert len(row.raw) == 4_096


def test_a_scan_counts_all_and_lists_the_first_rejections() -> None:
    told: list[ImportProgress] = []
    found = scan(io.BytesIO(MIXED), name=NAME, options=OPTIONS, progress=told.append, keep=2)
    assert (found.accepted, found.rejected) == (2, 3)
    assert [one.line for one in found.rejections] == [2, 3]
    assert found.queues == {"inbox": 2}
    assert told[-1].done_bytes == told[-1].total_bytes == len(MIXED)
    with pytest.raises(InvalidJobFile):
        scan(io.BytesIO(b"[1,"), name="a.json", options=OPTIONS)


def test_a_scan_can_be_cancelled() -> None:
    found = scan(numbered(5_000), name=NAME, options=OPTIONS, cancelled=lambda: True)
    assert found.cancelled
    assert found.accepted < 5_000


def test_the_rejected_are_saved_as_they_were_with_their_reasons_beside(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    assert save_rejected(io.BytesIO(MIXED), path, name=NAME, options=OPTIONS) == 3
    assert path.read_bytes() == b'{"n":NaN}\n{"payload":1,"prio":2}\n"\xff"\n'
    reasons = (tmp_path / "rejected.jsonl.reasons.txt").read_text().splitlines()
    assert [line.split(":")[0] for line in reasons] == ["line 2, $.n", "line 3, $.prio", "line 4"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_saved_elements_of_an_array_are_lines_that_can_be_mended(tmp_path: Path) -> None:
    path = tmp_path / "rejected.jsonl"
    data = b'[1,\n{"payload":\n 1,\n"prio":2},,"' + b"x" * 2_000_000 + b'"]'
    assert save_rejected(io.BytesIO(data), path, name="a.json", options=OPTIONS) == 3
    assert path.read_bytes() == b'{"payload":  1, "prio":2}\n'
    mended = path.read_bytes().replace(b"prio", b"priority")
    assert payloads(judged(mended)) == ["1"]
    reasons = (tmp_path / "rejected.jsonl.reasons.txt").read_text()
    assert "not copied" in reasons


def test_no_rejects_make_no_files_and_a_bad_place_is_said(tmp_path: Path) -> None:
    with RejectedFile(tmp_path / "none.jsonl"):
        pass
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EnvironmentFault, match="cannot be saved"):
        save_rejected(io.BytesIO(MIXED), tmp_path / "no" / "x", name=NAME, options=OPTIONS)


def test_rejects_can_be_kept_while_a_pipe_is_imported(tmp_path: Path) -> None:
    with RejectedFile(tmp_path / "r.jsonl") as kept:
        result = run(MemoryBackend(), Pipe(MIXED), name="-", options=OPTIONS, on_rejected=kept.add)
    assert result.rejected == kept.count == 3
    assert (tmp_path / "r.jsonl").read_bytes().count(b"\n") == 3


def test_rejects_over_an_older_file_are_private_too(tmp_path: Path) -> None:
    kept = [tmp_path / "r.jsonl", tmp_path / "r.jsonl.reasons.txt"]
    for path in kept:
        path.write_text("older\n")
        path.chmod(0o644)
    save_rejected(io.BytesIO(b"{]\n"), kept[0], name="x.jsonl", options=OPTIONS)
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept] == [0o600, 0o600]
    assert all("older" not in path.read_text() for path in kept)
