"""A sync that fails and is forgotten: the system drops what it could not write, and later says yes.

What such a commit left in the WAL can be read until the system lets go of it. Whoever is told that
it is there must find it after a power cut too.
"""

from __future__ import annotations

import random
import time
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


def _told_again(tmp_path: Path) -> Path:
    """A commit whose sync fails, and a call repeated on the mended disk that is told yes: the file
    as it is found after a power cut."""
    image, disk = tmp_path / "image", ForgottenSync()
    image.mkdir()
    path = tmp_path / "jobs.pillarbox"
    with _on(disk), Engine(open_backend(path), maintain=False) as engine:
        queue = engine.queue("email")
        queue.enqueue("before")
        disk.failing = True
        with pytest.raises(Indeterminate) as caught:
            queue.enqueue("uncertain")
        _wait_until_closed(path)
        disk.failing = False
        again = queue.enqueue("uncertain", idempotency_key=caught.value.idempotency_key)
        assert again.conflict, "it is read from what the system still holds"
        disk.disk.lose_power(image, "dropped", random.Random(1))
    return image / path.name


def _wait_until_closed(path: Path) -> None:
    """While a reader of before has it open, what the failed commit left is not looked for."""
    deadline = time.monotonic() + 10
    while any(_is_on(one, path) for one in apsw.connections()):
        assert time.monotonic() < deadline, "the file is still open after a failed sync"
        time.sleep(0.01)


def _is_on(connection: apsw.Connection, path: Path) -> bool:
    try:
        return connection.filename == str(path)
    except apsw.ThreadingViolationError:  # another thread is just using it
        return True
    except apsw.ConnectionClosedError:
        return False


def _payloads(path: Path) -> list[str]:
    backend = open_backend(path)
    found = sorted(row.preview for row in backend.jobs().rows)
    assert backend.check() == ()
    backend.close()
    return found


def test_what_is_told_to_be_there_survives_a_power_cut(tmp_path: Path) -> None:
    assert _payloads(_told_again(tmp_path)) == ['"before"', '"uncertain"']


def test_without_writing_it_a_second_time_it_would_be_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reopening, "make_durable", lambda connection: None)
    assert _payloads(_told_again(tmp_path)) == ['"before"']
