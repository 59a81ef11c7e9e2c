"""Fixtures for the durable backend's own tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.sqlite import SqliteBackend, open_backend


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the queue file is."""
    return tmp_path / "jobs.pillarbox"


@pytest.fixture
def clock() -> ManualClock:
    """Time that moves only when told to."""
    return ManualClock()


@pytest.fixture
def reopen(path: Path, clock: ManualClock) -> Iterator[Callable[..., SqliteBackend]]:
    """Opens the file (again and again); everything opened is closed at the end."""
    opened: list[SqliteBackend] = []

    def opener(**options: Any) -> SqliteBackend:
        opened.append(open_backend(path, **{"clock": clock, **options}))
        return opened[-1]

    yield opener
    for backend in opened:
        backend.close()


@pytest.fixture
def backend(reopen: Callable[..., SqliteBackend]) -> SqliteBackend:
    """An open, empty queue file."""
    return reopen()
