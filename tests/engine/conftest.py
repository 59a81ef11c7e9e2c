"""Fixtures of the engine's tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pillarbox_engine.engine import Engine
from tests.engine.kit import WatchedBackend


@pytest.fixture
def backend() -> WatchedBackend:
    return WatchedBackend()


@pytest.fixture
def engine(backend: WatchedBackend) -> Iterator[Engine]:
    with Engine(backend, random=lambda: 0.0) as opened:
        yield opened


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Holds handlers until the test, or its end, lets them go."""
    event = threading.Event()
    yield event
    event.set()
