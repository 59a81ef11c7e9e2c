"""Short ways for the tests of dialogs: jobs in a store, and dialogs that outlive their closing."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from pillarbox_engine.leasing import ClaimRequest, Reject
from pillarbox_engine.memory.backend import MemoryBackend
from pillarbox_engine.model import Failure, NewJob
from pillarbox_ui.dialogs.frame import Dialog

AnyDialog = TypeVar("AnyDialog", bound=Dialog)


def kept(qtbot: QtBot, dialog: AnyDialog) -> AnyDialog:
    """`dialog`, deleted when the test ends rather than when it closes."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    return dialog


def enqueue(backend: MemoryBackend, count: int, queue: str = "email") -> list[str]:
    """`count` jobs, ready; their ids."""
    jobs = [NewJob(payload_json=f'{{"n":{n}}}') for n in range(count)]
    return [stored.id for stored in backend.enqueue(queue, jobs)]


def bury(backend: MemoryBackend, count: int, queue: str = "email") -> list[str]:
    """`count` dead letters; their ids."""
    ids = enqueue(backend, count, queue)
    failure = Failure(type="Timeout", message="after 2 s", fingerprint="f")
    for claimed in backend.claim(ClaimRequest(queues=(queue,), limit=count)):
        backend.settle([Reject(lease=claimed.lease, failure=failure)])
    return ids
