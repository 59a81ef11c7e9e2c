"""I/O errors beside the queue file: whichever sync there fails, no answer is false."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.leasing import Ack, ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, open_backend

LARGE = NewJob(payload_json='"' + "x" * 5_000 + '"')


class Sync:
    """`os.fsync`, whose nth call fails."""

    def __init__(self, nth: int) -> None:
        self._left, self._plain, self.struck = nth, os.fsync, False

    def __call__(self, descriptor: int) -> None:
        self._left -= 1
        if self._left == 0:
            self.struck = True
            raise OSError(errno.EIO, "Input/output error")
        self._plain(descriptor)


def _goes(call: Callable[[], object]) -> bool:
    try:
        call()
    except EnvironmentFault:
        return False
    return True


def _opened(path: Path) -> SqliteBackend:
    try:
        return open_backend(path)
    except EnvironmentFault:
        return open_backend(path)


def _live(path: Path) -> int:
    """A short life of a file with payloads beside it; how many enqueues were answered."""
    backend = _opened(path)
    backend.ensure_queue("large", QueueSettings(claim_check=1_000))
    stored = sum(_goes(lambda: backend.enqueue("large", [LARGE, LARGE])) for _ in range(3))
    claimed = backend.claim(ClaimRequest(queues=("large",), limit=10))
    assert len(claimed) == 2 * stored
    assert {job.payload_json for job in claimed} <= {LARGE.payload_json}
    backend.settle([Ack(job.lease) for job in claimed])
    backend.maintain()
    backend.close()
    return stored


def test_a_sync_beside_the_file_that_fails_makes_no_answer_false(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nth, refused = 1, 0
    while True:
        sync, path = Sync(nth), tmp_path / f"{nth}.pillarbox"
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", sync)
            stored = _live(path)
        backend = open_backend(path)
        assert backend.counts().done == 2 * stored
        assert backend.check() == ()
        backend.close()
        refused += 3 - stored
        if not sync.struck:
            break
        nth += 1
    assert nth > 6
    assert refused > 3
