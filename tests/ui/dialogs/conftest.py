"""What the tests of dialogs share: a theme, a store in memory, and operations on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from pillarbox_engine.memory.backend import MemoryBackend
from pillarbox_ui.operations import Operations
from pillarbox_ui.theme.theme import Mode, Theme


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(None, Mode.LIGHT)
    yield made
    made.deleteLater()


@pytest.fixture
def backend() -> Iterator[MemoryBackend]:
    store = MemoryBackend()
    store.ensure_queue("email")
    yield store
    store.close()


@pytest.fixture
def operations(qapp: QApplication, backend: MemoryBackend) -> Iterator[Operations]:
    made = Operations(backend)
    yield made
    made.close()
    made.wait()
    made.deleteLater()
