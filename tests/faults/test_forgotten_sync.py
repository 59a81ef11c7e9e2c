"""A sync that fails and is forgotten: the system drops what it could not write, and later says yes.

What such a commit left in the WAL can be read until the system lets go of it. Whoever is told that
it is there must find it after a power cut too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import Indeterminate
from pillarbox_engine.sqlite import open_backend, reopening
from tests.faults.disk import Change, Disk
from tests.faults.disk_log import ForgetfulVFS, Sink
from tests.faults.failing import KINDS

ROUNDS = 4


class ForgottenSync(Sink):
    """A disk whose syncs fail while it is `failing`; what they should have written never comes."""

    def __init__(self) -> None:
        super().__init__(lambda what, after: None)
        self.disk, self.failing = Disk(), False

    def change(
        self, kind: bytes, path: str, at: int, data: bytes, make: Callable[[], None]
    ) -> None:
        """Write, or cut."""
        make()
        self.disk.changed(path, Change(at, data if kind == b"w" else None))

    def sync(self, path: str, make: Callable[[], None]) -> None:
        """Sync, or fail and forget."""
        if self.failing:
            self.disk.forget(path)
            raise KINDS["sync"].raised()
        make()
        self.disk.synced(path)

    def entry(self, kind: bytes, path: str, at: int = 0) -> None:
        """A file was made, or is being deleted."""
        if kind == b"m":
            self.disk.changed(path, Change(0, entry="made"))
        else:
            self.disk.deleted(path, bool(at))


@contextmanager
def _on(disk: Sink) -> Iterator[None]:
    vfs = ForgetfulVFS(disk)
    try:
        yield
    finally:
        apsw.set_default_vfs("unix")
        vfs.unregister()


def _told_again(folder: Path) -> tuple[Path, bool]:
    """A commit whose sync fails, and a call repeated on the mended disk: the file as it is found
    after a power cut, and whether the call was told that it is there already.

    It is not where a reader of before still had the file open: then what the failed commit left is
    not looked for, and the call stores the job anew.
    """
    image, disk = folder / "image", ForgottenSync()
    image.mkdir(parents=True)
    path = folder / "jobs.pillarbox"
    with _on(disk), Engine(open_backend(path), maintain=False) as engine:
        queue = engine.queue("email")
        queue.enqueue("before")
        disk.failing = True
        with pytest.raises(Indeterminate) as caught:
            queue.enqueue("uncertain")
        disk.failing = False
        again = queue.enqueue("uncertain", idempotency_key=caught.value.idempotency_key)
        disk.disk.lose_power(image, "dropped", random.Random(1))
    return image / path.name, again.conflict


def _payloads(path: Path) -> list[str]:
    backend = open_backend(path)
    found = sorted(row.preview for row in backend.jobs().rows)
    assert backend.check() == ()
    backend.close()
    return found


def test_what_is_told_to_be_there_survives_a_power_cut(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        path, _ = _told_again(tmp_path / str(number))
        assert _payloads(path) == ['"before"', '"uncertain"']


def test_without_writing_it_a_second_time_it_would_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reopening, "make_durable", lambda connection: None)
    tried = (_told_again(tmp_path / str(number)) for number in range(10 * ROUNDS))
    path = next(path for path, told in tried if told)
    assert _payloads(path) == ['"before"']
