"""Purge: jobs to the trash, or deleted for good — and the question that goes before it.

Owns the dialog: it always says "N jobs in Q matching F", and asks for the queue's name where the
step is large or cannot be undone.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from pillarbox_engine.filters import Filter
from pillarbox_engine.model import Operation
from pillarbox_engine.states import State, Verb
from pillarbox_ui import commands
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.dialogs.bulk_dialog import BulkDialog, jobs_text, place, sentence
from pillarbox_ui.dialogs.frame import Field, name_button, plain
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.target import Target
from pillarbox_ui.theme.theme import Theme

MANY = 1_000
"""More jobs than this, and the queue's name has to be typed."""

IN_TRASH = frozenset({State.TRASHED})


class PurgeDialog(BulkDialog):
    """To the trash, or (`permanent`) gone for good. Jobs in the trash can only be deleted."""

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        target: Target,
        *,
        permanent: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        self.in_trash = target.where.states == IN_TRASH
        self.permanent = permanent or self.in_trash
        verb = Verb.ERASE if self.in_trash else Verb.PURGE
        super().__init__(theme, operations, verb, target, parent)
        self.setWindowTitle(
            self.tr("Delete permanently") if self.permanent else self.tr("Move to Trash")
        )
        self.name = QLineEdit()
        self._lay_out()
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.purge_button = self.add_button(
            "", self.confirm, "danger" if self.permanent else "primary"
        )
        self.name.textChanged.connect(self._follow)
        self.count()

    def _lay_out(self) -> None:
        self.body.addWidget(plain(self._note(), muted=True))
        question = self.tr("To confirm, type: {0}").format(place(self.target))
        self._question = Field(question, self.name)
        self.body.addWidget(self._question)
        self.body.addStretch(1)

    def _note(self) -> str:
        leased = self.tr("Jobs that a worker holds are skipped, and counted.")
        if self.permanent:
            return self.tr("This cannot be undone.") + ("" if self.in_trash else f" {leased}")
        return self.tr("Undo, or Restore in the Trash, brings them back.") + f" {leased}"

    @property
    def asks_name(self) -> bool:
        """Whether the queue's name has to be typed."""
        return self.permanent or self.target.count > MANY

    def show_count(self) -> None:
        """The count goes onto the button too, and decides whether a name is asked for."""
        super().show_count()
        text = self.tr("Delete {0} permanently") if self.permanent else self.tr("Move {0} to Trash")
        known = text.format(jobs_text(self.target.count))
        name_button(self.purge_button, known if self.known else self.windowTitle())
        self._question.setVisible(self.asks_name)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        named = not self.asks_name or self.name.text().strip() == place(self.target)
        self.purge_button.setEnabled(self.known and self.target.count > 0 and named)

    def confirm(self) -> None:
        """Start the purge and close."""
        self.confirmed.emit(self._start())
        self.accept()

    def _start(self) -> RunningOperation:
        if not self.permanent:
            return commands.run_bulk(self.operations, Verb.PURGE, self.target)
        title = self.tr("Delete {0} permanently").format(jobs_text(self.target.count))
        said = sentence(self.target)
        if self.in_trash:
            return self.operations.start(
                title, commands.bulk_work(Verb.ERASE, self.target.where, said)
            )
        return self.operations.start(title, _purge_and_erase(self.target.where, said))


def _purge_and_erase(where: Filter, said: str) -> commands.BulkWork:
    to_trash = commands.bulk_work(Verb.PURGE, where, said)

    def work(backend: WindowBackend, progress: Progress) -> Operation:
        moved = to_trash(backend, progress)
        if not moved.id or not moved.ended:
            return moved
        trashed = Filter(operation=moved.id, states=IN_TRASH)
        gone = commands.bulk_work(Verb.ERASE, trashed, said)(backend, progress)
        return replace(gone, skipped=moved.skipped, skips=moved.skips)

    return work
