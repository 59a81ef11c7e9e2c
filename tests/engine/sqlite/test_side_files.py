"""A side file that cannot be written fails nobody whose job is already durable."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from pillarbox_engine.errors import QueueFull
from pillarbox_engine.model import NewJob
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend
from pillarbox_engine.sqlite.doorbell import Doorbell
from pillarbox_engine.sqlite.heads import HeadFile

JOB = NewJob(payload_json="{}")


@pytest.mark.parametrize(("owner", "name"), [(HeadFile, "write"), (Doorbell, "ring")])
def test_what_was_committed_counts_as_stored(
    reopen: Callable[..., SqliteBackend],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    owner: type,
    name: str,
) -> None:
    backend, _other = reopen(), reopen()
    backend.enqueue("email", [JOB])

    def failing(*_: object) -> None:
        raise OSError("no room beside the file")

    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING, "pillarbox.file"):
        broken.setattr(owner, name, failing)
        (stored,) = backend.enqueue("email", [JOB])
    assert not stored.conflict
    assert backend.job(stored.id).queue == "email"
    assert "stored, but not noted beside it" in caplog.text
    assert backend.check() == ()


def test_a_head_that_cannot_be_synced_ends_no_maintenance(
    backend: SqliteBackend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_: HeadFile) -> None:
        raise OSError("the disk did not answer")

    with monkeypatch.context() as broken:
        broken.setattr(HeadFile, "sync", failing)
        assert backend.maintain() > 0
    assert "could not be synced" in caplog.text


def test_coming_back_to_a_full_queue_says_how_it_stands(backend: SqliteBackend) -> None:
    backend.configure("email", QueueSettings(max_depth=1))
    (first,) = backend.enqueue("email", [JOB])
    backend.cancel([first.id])
    backend.enqueue("email", [JOB])
    with pytest.raises(QueueFull, match="holds 1 jobs, its bound is 1 jobs, and 1 more was"):
        backend.requeue([first.id])
