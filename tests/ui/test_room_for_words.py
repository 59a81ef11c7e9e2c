"""Every view and dialog with letters of 20 pt, and with words 40 % longer: nothing is cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_ui.interest import View
from pillarbox_ui.theme import fonts
from pillarbox_ui.widgets.navigation_place import Place
from pillarbox_ui.windows import Opened
from tests.ui.clipping import clipped
from tests.ui.kit import claim, enqueue, fail, kill

VOWELS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
PADDING = "ẍöẍ "
DIALOGS = ("new", "import", "replay", "edit-replay", "purge", "schedule-new", "shortcuts", "about",
           "palette")  # fmt: skip
PLACES = (*(view.value for view in View if view is not View.QUEUE), "queue:user-registration")
SIZE = (1_280, 800)


class Longer(QTranslator):
    """A language whose words are 40 % longer, and accented."""

    def translate(
        self, context: str, text: str, comment: str | None = None, count: int = -1
    ) -> str:
        """`text`, recognisable and longer; what stands in braces stays."""
        more = max(1, round(len(text) * 0.4))
        padding = (PADDING * more)[: more - 1].rstrip()
        return f"{text if '{' in text else text.translate(VOWELS)} {padding}"

    def isEmpty(self) -> bool:
        return False


@pytest.fixture(params=["as it is", "20 pt", "longer words"])
def trying(
    request: pytest.FixtureRequest, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """What makes words need more room; before the window is made."""
    before = qapp.font()
    longer = Longer()
    if request.param == "20 pt":
        large = QFont(before)
        large.setPointSizeF(20)
        monkeypatch.setattr(fonts, "text_font", lambda: large)
    if request.param == "longer words":
        qapp.installTranslator(longer)
    yield request.param
    qapp.removeTranslator(longer)
    qapp.setFont(before)


@pytest.fixture
def shown(trying: str, qtbot: QtBot, opened: Opened, backend: MemoryBackend) -> Opened:
    enqueue(backend, "user-registration", 40)
    kill(backend, "user-registration", 5)
    fail(backend, "user-registration", 3)
    claim(backend, "user-registration", 2)
    opened.window.resize(*SIZE)
    qtbot.waitUntil(lambda: any(p.name == "user-registration" for p in places(opened)))
    return opened


def places(opened: Opened) -> tuple[Place, ...]:
    return opened.window.navigation.places


def test_every_view_and_dialog_has_room_for_its_words(qtbot: QtBot, shown: Opened) -> None:
    cut: dict[str, list[str]] = {}
    for key in PLACES:
        with qtbot.waitSignal(shown.bridge.snapshot_ready):
            shown.window.go(key)
        cut[key] = settled(qtbot, shown.window)
    for name in DIALOGS:
        cut[name] = clipped_dialog(qtbot, shown, name)
    told = [f"{where}: {line}" for where, lines in cut.items() for line in lines]
    assert not told, "\n".join(told)


def settled(qtbot: QtBot, top: QWidget) -> list[str]:
    """What is cut once the layouts had their turns; a count may still come and rename a button."""
    with suppress(qtbot.TimeoutError):
        qtbot.waitUntil(lambda: not clipped(top), timeout=600)
    return clipped(top)


def clipped_dialog(qtbot: QtBot, opened: Opened, name: str) -> list[str]:
    opened.window.go("dead-letters" if "replay" in name else "queue:user-registration")
    opened.bridge.refresh()
    action = opened.window.actions_[name]
    qtbot.waitUntil(action.isEnabled)
    opened.window.ask(name)
    dialogs = [one for one in opened.window.findChildren(QDialog) if one.isVisible()]
    assert dialogs, f"{name} opened nothing"
    found = settled(qtbot, dialogs[-1])
    dialogs[-1].reject()
    return found
