"""What the tests of the inspector share: an inspector, and jobs to show in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_ui.inspector.inspector import Inspector
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.widgets.zone import Zone


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(None, Mode.LIGHT)
    yield made
    made.deleteLater()


@pytest.fixture
def zone(qapp: QApplication) -> Zone:
    return Zone(utc=True)


@pytest.fixture
def inspector(qtbot: QtBot, theme: Theme, zone: Zone) -> Inspector:
    made = Inspector(theme, zone)
    made.resize(400, 700)
    qtbot.addWidget(made)
    made.show()
    return made
