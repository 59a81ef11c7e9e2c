"""The line of facts over a queue's graph."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.settings import QueueSettings
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.queue_page import QueuePage


def test_it_says_which_payloads_lie_beside_the_file(
    qtbot: QtBot, context: Context, backend: MemoryBackend
) -> None:
    page = QueuePage(context)
    qtbot.addWidget(page)
    backend.configure("email", QueueSettings())
    (plain,) = backend.queues()
    assert "beside the file" not in page._describe(plain)
    backend.configure("email", QueueSettings(claim_check=65_000))
    (checked,) = backend.queues()
    assert page._describe(checked).endswith("payloads above 65 kB kept beside the file")
