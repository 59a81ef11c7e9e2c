"""A copy of the queue file: consistent while others work, whole, private, and a file of its own."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import pillarbox
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EnvironmentFault, PillarboxError, Unsupported
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.model import Counts
from pillarbox_engine.sqlite import copying


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with pillarbox.connect(tmp_path / "jobs.pillarbox") as opened:
        yield opened


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept" / "copy.pillarbox"


def states(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in ("ready", "leased", "done", "scheduled")}


def test_a_copy_has_everything_and_is_whole_and_private(engine: Engine, out: Path) -> None:
    queue = engine.queue("a")
    queue.enqueue_many(range(50))
    delivery = queue.claim()
    assert delivery is not None
    delivery.ack(result=1)

    made = engine.backup(out)

    assert (made.label, made.cancelled, made.missing) == (str(out), False, 0)
    assert made.size == out.stat().st_size
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert sorted(path.name for path in out.parent.iterdir()) == [out.name]
    with pillarbox.connect(out) as copy:
        assert copy.backend.check() == ()
        assert copy.backend.file_info().notices == ()
        assert states(copy.counts()) == {"ready": 49, "leased": 0, "done": 1, "scheduled": 0}
        assert copy.job(delivery.id).result == 1
        assert copy.queue("a").enqueue("new").id not in {job.id for job in engine.jobs()}


def test_what_is_leased_is_ready_in_the_copy_and_costs_nothing(engine: Engine, out: Path) -> None:
    engine.queue("a").enqueue_many([1, 2])
    delivery = engine.queue("a").claim()
    assert delivery is not None

    engine.backup(out)

    with pillarbox.connect(out) as copy:
        assert states(copy.counts())["ready"] == 2
        job = copy.job(delivery.id)
        assert (job.lost, job.attempt) == (0, 0)
        assert [one.own for one in copy.backend.processes()] == [True]
        again = copy.queue("a").claim()
        assert again is not None
        assert (again.id, again.attempt) == (delivery.id, 1)
        again.ack()
    delivery.ack()
    assert engine.counts().done == 1


def test_payloads_beside_the_file_come_along(engine: Engine, out: Path) -> None:
    queue = engine.queue("a")
    queue.configure(claim_check=100)
    kept, gone = queue.enqueue("x" * 500), queue.enqueue("y" * 500)
    folder = Path(engine.backend.file_info().label + ".d") / "blobs"
    for blob in folder.iterdir():
        if b"yyy" in blob.read_bytes():
            blob.unlink()

    made = engine.backup(out)

    assert (made.payloads, made.missing) == (2, 1)
    blobs = list((out.parent / f"{out.name}.d" / "blobs").iterdir())
    assert [stat.S_IMODE(blob.stat().st_mode) for blob in blobs] == [0o600]
    assert sorted(path.name for path in out.parent.iterdir()) == [out.name, f"{out.name}.d"]
    with pillarbox.connect(out) as copy:
        assert copy.job(kept.id).payload == "x" * 500
        with pytest.raises(PillarboxError, match=f"payload of job {gone.id} cannot be read"):
            copy.job(gone.id)


def test_a_payload_deleted_before_it_is_copied_is_no_trouble(
    engine: Engine, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.queue("a").configure(claim_check=100)
    engine.queue("a").enqueue("x" * 500)
    listed = os.listdir

    def listed_too_late(folder: Path) -> list[str]:
        return [*listed(folder), "deleted-meanwhile"]

    monkeypatch.setattr(os, "listdir", listed_too_late)
    made = engine.backup(out)
    assert (made.payloads, made.missing) == (1, 0)


def test_a_copy_takes_the_place_of_the_file_without_a_word_of_lost_commits(
    tmp_path: Path, out: Path
) -> None:
    path = tmp_path / "other.pillarbox"
    with pillarbox.connect(path) as engine:
        engine.queue("a").enqueue(1)
        uuid = engine.backend.file_info().uuid
        engine.backup(out)
        engine.queue("a").enqueue_many(range(100))
    shutil.move(out, path)
    with pillarbox.connect(path) as restored:
        info = restored.backend.file_info()
        assert (restored.counts().ready, info.notices) == (1, ())
        assert info.uuid != uuid
        assert restored.backend.check() == ()


def test_a_copy_made_while_others_work_is_of_one_moment(engine: Engine, out: Path) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def produce(name: str) -> None:
        queue = engine.queue(name)
        try:
            while not stop.is_set():
                queue.enqueue_many(["x" * 300] * 20)
                delivery = queue.claim()
                if delivery is not None:
                    delivery.ack()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=produce, args=(f"q{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(3):
            engine.backup(out.with_name(f"{number}.pillarbox"))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert engine.backend.check() == ()
    for number in range(3):
        with pillarbox.connect(out.with_name(f"{number}.pillarbox")) as copy:
            assert copy.backend.check() == ()
            ledger = copy.counts().ledger()
            assert ledger["enqueued"] == ledger["done"] + ledger["waiting"]


def test_a_file_open_to_look_at_only_can_be_copied(tmp_path: Path, out: Path) -> None:
    path = tmp_path / "other.pillarbox"
    with pillarbox.connect(path) as engine:
        engine.queue("a").enqueue(1)
    from pillarbox.root import open_engine

    with open_engine(str(path), read_only=True) as engine:
        engine.backup(out)
    with pillarbox.connect(out) as copy:
        assert copy.counts().ready == 1


@pytest.mark.parametrize("there", ["file", "folder", "side", "self"])
def test_nothing_is_written_over(engine: Engine, out: Path, there: str) -> None:
    target = out
    if there == "file":
        out.write_text("mine")
    elif there == "folder":
        out.mkdir()
    elif there == "side":
        (out.parent / f"{out.name}.d").mkdir()
    else:
        target = Path(engine.backend.file_info().label)
    before = sorted(path.name for path in out.parent.iterdir())
    with pytest.raises(EnvironmentFault, match="cannot be written to"):
        engine.backup(target)
    assert sorted(path.name for path in out.parent.iterdir()) == before
    assert engine.backend.check() == ()


def test_a_copy_that_is_stopped_leaves_nothing(
    engine: Engine, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "PAGES", 4)
    engine.queue("a").enqueue_many(["x" * 4_000] * 100)
    shares: list[float] = []
    made = engine.backup(out, tell=shares.append, stop=lambda: len(shares) == 5)
    assert made.cancelled
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 1
    assert list(out.parent.iterdir()) == []
    engine.backup(out, tell=shares.append)
    assert shares[-1] == 1.0


def test_a_folder_that_is_not_there_is_said(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="Choose another place"):
        engine.backup(tmp_path / "no" / "such" / "copy.pillarbox")


def test_a_store_in_memory_says_that_it_cannot(tmp_path: Path) -> None:
    with Engine(MemoryBackend()) as engine, pytest.raises(Unsupported):
        engine.backup(tmp_path / "copy.pillarbox")
