"""Payloads beside the file: durable before their jobs, missed when gone, collected when unused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.errors import DamagedFile, Definite, DiskFull, Indeterminate, QueueFull
from pillarbox_engine.filters import Filter
from pillarbox_engine.leasing import ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, blobs, litter
from pillarbox_engine.sqlite.writer import Writer
from pillarbox_engine.states import State

Opener = Callable[..., SqliteBackend]
LARGE = json.dumps({"text": "x" * 5_000})
SETTINGS = QueueSettings(claim_check=1_000)


@pytest.fixture
def folder(path: Path) -> Path:
    return path.with_name(f"{path.name}.d") / "blobs"


@pytest.fixture
def checked(backend: SqliteBackend) -> SqliteBackend:
    backend.configure("email", SETTINGS)
    return backend


def _put(backend: SqliteBackend, *texts: str) -> list[str]:
    answers = backend.enqueue("email", [NewJob(payload_json=text) for text in texts])
    return [answer.id for answer in answers]


def _claim(backend: SqliteBackend, limit: int = 1) -> list[str]:
    request = ClaimRequest(queues=("email",), limit=limit)
    return [job.lease.job_id for job in backend.claim(request)]


def _age(backend: SqliteBackend, clock: ManualClock) -> None:
    """Let the grace pass, and the maintainer look."""
    clock.advance(7_200.0)
    backend.maintain()


def test_only_large_payloads_go_beside_the_file_and_are_private(
    checked: SqliteBackend, folder: Path
) -> None:
    _put(checked, "{}")
    assert not folder.exists()
    _put(checked, LARGE, LARGE, "{}")
    (blob,) = folder.iterdir()
    assert blob.read_text() == LARGE
    assert blob.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_blob_and_its_folders_are_synced_before_the_commit(
    checked: SqliteBackend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    sync, commit = os.fsync, Writer._make_durable

    def synced(descriptor: int) -> None:
        order.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))
        sync(descriptor)

    def committed(writer: Writer, *rest: object) -> None:
        order.append("COMMIT")
        commit(writer, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as watched:
        watched.setattr(os, "fsync", synced)
        watched.setattr(Writer, "_make_durable", committed)
        _put(checked, LARGE)
    (blob,) = folder.iterdir()
    assert order == [folder.parent.name, blob.name, "blobs", "COMMIT"]


def test_an_enqueue_that_is_refused_leaves_no_blob(checked: SqliteBackend, folder: Path) -> None:
    checked.configure("email", SETTINGS.changed(max_depth=1))
    _put(checked, LARGE)
    with pytest.raises(QueueFull):
        _put(checked, LARGE)
    assert len(list(folder.iterdir())) == 1


def test_an_uncertain_enqueue_keeps_its_blob_and_can_be_repeated(
    checked: SqliteBackend, folder: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    stored = Writer.run

    def uncertain(writer: Writer, work: object) -> object:
        stored(writer, work)  # type: ignore[arg-type]
        raise Indeterminate("The write may or may not be durable")

    with monkeypatch.context() as failing:
        failing.setattr(Writer, "run", uncertain)
        with pytest.raises(Indeterminate) as told:
            _put(checked, LARGE)
    job = NewJob(payload_json=LARGE, idempotency_key=told.value.idempotency_key)
    (again,) = checked.enqueue("email", [job])
    assert again.conflict
    _age(checked, clock)
    assert checked.job(again.id).payload_json == LARGE
    assert len(list(folder.iterdir())) == 1


def test_an_interrupt_after_the_commit_leaves_the_payload_of_what_was_stored(
    checked: SqliteBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = Writer.run

    def interrupted(writer: Writer, work: object) -> object:
        stored(writer, work)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as failing:
        failing.setattr(Writer, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _put(checked, LARGE)
    (job,) = checked.jobs().rows
    assert checked.job(job.id).payload_json == LARGE
    assert checked.check() == ()


@pytest.mark.parametrize(
    ("number", "error"), [(28, DiskFull), (5, Definite)], ids=["full", "broken"]
)
def test_a_blob_that_cannot_be_written_stores_nothing(
    checked: SqliteBackend,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[Definite],
) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", failing)
        broken.setattr(blobs, "sync_folder", lambda folder: None)
        with pytest.raises(error, match="could not be written") as told:
            _put(checked, "{}", LARGE)
    assert told.value.idempotency_key is not None
    assert list(folder.iterdir()) == []
    assert checked.jobs().rows == ()


def _lose(blob: Path) -> None:
    blob.unlink()


def _spoil(blob: Path) -> None:
    blob.write_bytes(b"\xff" + blob.read_bytes()[1:])


@pytest.mark.parametrize(
    ("harm", "says"), [(_lose, "cannot be read"), (_spoil, "is damaged: its checksum")]
)
def test_a_blob_that_is_gone_is_told_and_stops_no_other_job(
    checked: SqliteBackend, folder: Path, harm: Callable[[Path], None], says: str
) -> None:
    (lost,) = _put(checked, LARGE)
    harm(next(folder.iterdir()))
    (next_one,) = _put(checked, "{}")
    with pytest.raises(DamagedFile, match=f"payload of job {lost} {says}"):
        checked.job(lost)
    assert any(f"payload of job {lost} is not what was stored" in p for p in checked.check())
    assert checked.jobs(Filter(payload=(("text", "x"),))).rows == ()
    assert _claim(checked) == [next_one]
    (dead,) = checked.jobs(Filter(states=frozenset({State.DEAD}))).rows
    assert (dead.id, dead.error_type) == (lost, "DamagedFile")
    assert says in (dead.error_message or "")


def test_a_batch_is_claimed_without_the_damaged_job(checked: SqliteBackend, folder: Path) -> None:
    lost, kept, small = _put(checked, LARGE, json.dumps("y" * 5_000), "{}")
    for blob in folder.iterdir():
        if blob.read_text() == LARGE:
            blob.unlink()
    assert _claim(checked, 3) == [kept, small]
    assert checked.counts("email").dead == 1
    with pytest.raises(DamagedFile):
        checked.job(lost)


def test_a_blob_goes_when_its_job_went(
    checked: SqliteBackend, folder: Path, clock: ManualClock
) -> None:
    first, second = _put(checked, LARGE, json.dumps("y" * 5_000))
    checked.purge([first])
    checked.erase([first])
    checked.maintain()
    assert len(list(folder.iterdir())) == 2
    _age(checked, clock)
    assert len(list(folder.iterdir())) == 1
    assert checked.job(second).payload_json.startswith('"yyy')


def test_what_is_none_of_ours_is_left_alone(
    checked: SqliteBackend, folder: Path, clock: ManualClock
) -> None:
    _put(checked, LARGE)
    names = ["notes.txt", "00000000000000zz-mine", "0000000000000001"]
    for name in names:
        (folder / name).write_text("theirs")
    _age(checked, clock)
    assert all((folder / name).exists() for name in names)


def test_a_blob_collected_before_its_commit_is_written_again(
    checked: SqliteBackend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, losses = blobs.write, [True]

    def written(*given: object) -> dict[str, Path]:
        found = write(*given)  # type: ignore[arg-type]
        if losses:
            losses.pop()
            blobs.remove(found.values())
        return found

    with monkeypatch.context() as racing:
        racing.setattr(blobs, "write", written)
        (job_id,) = _put(checked, LARGE)
    assert checked.job(job_id).payload_json == LARGE


def test_rubbish_that_is_wanted_by_now_is_not_collected(
    checked: SqliteBackend, folder: Path
) -> None:
    (job_id,) = _put(checked, LARGE)
    (blob,) = folder.iterdir()
    checked._file.write(lambda transaction: litter.collect(transaction, [blob]))
    assert checked.job(job_id).payload_json == LARGE


def test_many_blobs_are_looked_through_in_chunks(
    checked: SqliteBackend, folder: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(litter, "CHUNK", 3)
    ids = _put(checked, *(json.dumps(f"{n}" * 2_000) for n in range(8)))
    checked.purge(ids[1:])
    checked.erase(ids[1:])
    for _ in range(3):
        _age(checked, clock)
    assert len(list(folder.iterdir())) == 1
    assert checked.job(ids[0]).payload_bytes == 2_002


KILLED = """
import os, signal, sys
from pathlib import Path
from pillarbox_engine.clock import ManualClock
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import blobs, open_backend
backend = open_backend(Path(sys.argv[1]), clock=ManualClock())
write = blobs.write
def and_die(*given):
    write(*given)
    os.kill(os.getpid(), signal.SIGKILL)
blobs.write = and_die
backend.enqueue("email", [NewJob(payload_json="{}"), NewJob(payload_json='"' + "x" * 5000 + '"')])
"""


def test_a_kill_between_blob_and_commit_leaves_only_rubbish_that_is_collected(
    reopen: Opener, path: Path, folder: Path, clock: ManualClock
) -> None:
    first = reopen()
    first.configure("email", SETTINGS)
    first.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(folder.iterdir())) == 1
    again = reopen()
    assert again.check() == ()
    assert again.remarks() == ()
    assert again.jobs().rows == ()
    clock.advance(7_200.0)
    (remark,) = again.remarks()
    assert "1 payload beside the file, 5,002 bytes, belongs to no job" in remark
    again.maintain()
    assert list(folder.iterdir()) == []
    assert again.remarks() == again.check() == ()


def test_a_file_open_to_look_at_shows_large_payloads(reopen: Opener) -> None:
    first = reopen()
    first.configure("email", SETTINGS)
    (job_id,) = _put(first, LARGE)
    first.close()
    looking = reopen(read_only=True)
    assert looking.job(job_id).payload_json == LARGE
    assert len(looking.jobs(Filter(text=("xxxx",))).rows) == 1
