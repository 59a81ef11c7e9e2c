"""Payloads as bad as can be: masked where they are secret, and never felt in the window."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from pillarbox_ui import masking
from pillarbox_ui.inspector.inspector import Inspector
from pillarbox_ui.inspector.payload_tab import RAW, TREE
from pillarbox_ui.masking import MASK, is_secret, masked
from tests.ui.inspector.kit import AROUND, a_job

LONGEST_SHOWN = 1_600_000
"""The preview, each of its characters written as an escape."""
STALL_MS = 3_000
"""Ten times and more what the longest turn takes here; a freeze is many seconds."""


class Stalls:
    """The longest time between two ticks of a timer, in ms."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.worst = max(self.worst, (now - self._last) * 1_000)
        self._last = now


@pytest.mark.parametrize(
    "payload",
    [
        json.dumps("x" * 30_000_000),
        json.dumps([{"n": n, "token": "abc"} for n in range(1_000_000)], separators=(",", ":")),
        "[" * 10_000 + "]" * 10_000,
        json.dumps("\u202e\u200b\x07" * 200_000, ensure_ascii=False),
    ],
    ids=["30 MB of text", "30 MB of objects", "10,000 deep", "nothing that shows"],
)
def test_no_payload_freezes_the_window(qtbot: QtBot, inspector: Inspector, payload: str) -> None:
    stalls = Stalls()
    inspector.tabs.setCurrentIndex(1)
    job = a_job(payload)
    with qtbot.waitSignal(inspector.payload.raw.loaded, timeout=20_000, raising=False) as told:
        inspector.show_job(job, AROUND)
        if len(payload) <= 64 * 1_024:
            inspector.payload.raw.loaded.emit()
    assert told.signal_triggered
    assert 0 < len(inspector.payload.raw.text()) < LONGEST_SHOWN
    inspector.show_job(job, AROUND)
    qtbot.wait(20)
    assert stalls.worst < STALL_MS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"password":"x","user":"ana"}', f'{{"password":"{MASK}","user":"ana"}}'),
        ('{"apiKey" : 5, "n": 1}', f'{{"apiKey" : "{MASK}", "n": 1}}'),
        ('{"db":{"pass":null}}', f'{{"db":{{"pass":"{MASK}"}}}}'),
        ('{"tokens":["a",{"b":"]"}],"z":1}', f'{{"tokens":"{MASK}","z":1}}'),
        ('{"l":["a",":","b"],"secret":"p"}', f'{{"l":["a",":","b"],"secret":"{MASK}"}}'),
        ('{"secret":"cut of', f'{{"secret":"{MASK}"'),
        ('{"credentials":{"a":1', f'{{"credentials":"{MASK}"'),
        ('{"passenger":"ana","spin":1}', '{"passenger":"ana","spin":1}'),
        ('["password","x"]', '["password","x"]'),
        ("17", "17"),
        ("", ""),
    ],
)
def test_what_has_a_secrets_name_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_names_of_secrets() -> None:
    assert all(
        map(is_secret, ("PASSWORD", "db_password", "Authorization", "x-api-key", "user.pin"))
    )
    assert not any(map(is_secret, ("name", "passage", "opinion", 5, None, "keys")))


def test_masked_values_are_shown_when_asked_for_and_only_of_that_job(
    qtbot: QtBot, inspector: Inspector
) -> None:
    payload = inspector.payload
    inspector.show_job(a_job('{"password":"hunter2","to":"ana"}'), AROUND)
    payload.show_page(TREE)
    root = payload.model.index(0, 0)
    assert payload.model.index(0, 1, root).data() == MASK
    assert "hunter2" not in payload.raw.text()
    payload.reveal.click()
    assert "hunter2" in payload.raw.text()
    assert payload.model.index(0, 1, payload.model.index(0, 0)).data() == '"hunter2"'
    payload.show_page(RAW)
    inspector.show_job(a_job('{"password":"hunter3"}', id="9"), AROUND)
    assert not payload.reveal.isChecked()
    assert "hunter3" not in payload.raw.text()


def test_a_long_text_is_escaped_in_pieces_as_it_would_be_in_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "\u202eab\u200b" * 100_000
    looks: list[int] = []
    real = masking._UNSEEN

    class Noted:
        def sub(self, replace: Callable[[re.Match[str]], str], piece: str) -> str:
            looks.append(len(piece))
            return real.sub(replace, piece)

    monkeypatch.setattr(masking, "_UNSEEN", Noted())
    assert masking.escaped(text) == "\\u202eab\\u200b" * 100_000
    assert max(looks) <= 64 * 1024
