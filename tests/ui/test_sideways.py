"""No table scrolls sideways in a small window, nor with large letters: what matters least goes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.theme import fonts
from pillarbox_ui.views.rows_table import RowsTable
from pillarbox_ui.windows import Opened
from tests.ui.kit import claim, enqueue, fail, kill

PLACES = (
    "overview", "queue:email", "in-flight", "retrying", "dead-letters", "workers", "operations",
    "schedules", "trash",
)  # fmt: skip


@pytest.fixture(params=[0, 20], ids=["usual letters", "20 pt"])
def letters(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window's letters, as they are or in 20 pt."""
    if request.param:
        larger = fonts.text_font()
        larger.setPointSizeF(request.param)
        monkeypatch.setattr(fonts, "text_font", lambda: larger)


def shown(page: QWidget) -> list[RowsTable[Any]]:
    """The tables of a page that can be seen."""
    return [table for table in page.findChildren(RowsTable) if table.isVisible()]


def fits(qtbot: QtBot, tables: list[RowsTable[Any]]) -> None:
    """None of them scrolls sideways, and its first column is there."""
    bars = [table.horizontalScrollBar() for table in tables]
    qtbot.waitUntil(lambda: not any(bar.maximum() for bar in bars), timeout=3_000)
    for table in tables:
        assert not table.isColumnHidden(0)


def test_every_table_is_as_wide_as_its_page(
    qtbot: QtBot, letters: None, opened: Opened, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 30, type="process-registration")
    kill(backend, "email", 4)
    fail(backend, "email", 4)
    claim(backend, "email", 4)
    backend.purge(enqueue(backend, "a-queue-with-a-rather-long-name", 3))
    window = opened.window
    window.resize(1280, 800)
    QTest.qWaitForWindowExposed(window)
    for key in PLACES:
        window.go(key)
        qtbot.waitUntil(lambda: bool(shown(window.pages.current)))
        fits(qtbot, shown(window.pages.current))
        window.inspect("1")
        qtbot.waitUntil(window.inspector_dock.isVisible)
        fits(qtbot, shown(window.pages.current))
