"""Replay: dead letters back to work — which, to where, how fast, how carefully, and edited how.

Owns the dialog. The set of jobs is frozen by the operation it starts, in the moment of
confirming; the dialog then closes and the operation goes on where operations are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.rehearsal import Rehearsal, rehearse
from pillarbox_engine.states import Verb
from pillarbox_ui import commands
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.dialogs.bulk_dialog import BulkDialog, jobs_text, sentence
from pillarbox_ui.dialogs.frame import name_button, plain
from pillarbox_ui.dialogs.replay_options import ReplayForm
from pillarbox_ui.dialogs.replay_patch import PatchPanel
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.target import Target
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE

_WIDTH, _WIDE = 480, 960
LARGEST_TRIED = 1024 * 1024
"""Bytes of a payload that is edited to be shown; the edit of a larger one would be felt."""


class ReplayDialog(BulkDialog):
    """Asks how; `queues` are the names one can replay to."""

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        target: Target,
        queues: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, operations, Verb.REPLAY, target, parent)
        self.setWindowTitle(self.tr("Replay dead letters"))
        self.setMinimumWidth(_WIDTH)
        self.form = ReplayForm(target, queues)
        self.editing = PatchPanel(theme)
        self._lay_out()
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.replay_button = self.add_button("", self.confirm, "primary")
        self.editing.changed.connect(self._follow)
        self.editing.edit.toggled.connect(self._make_room)
        self.editing.wanted.connect(self._rehearse)
        self.count()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(SIZE.between)
        left.addWidget(self.form)
        left.addWidget(self.editing.edit)
        left.addStretch(1)
        sides = QHBoxLayout()
        sides.setSpacing(SIZE.edge)
        sides.addLayout(left, 2)
        sides.addWidget(self.editing, 3)
        self.body.addLayout(sides, 1)
        note = self.tr(
            "The history stays. Which jobs these are is fixed when you confirm: dead letters that "
            "come later are left alone. What has not started yet can be undone."
        )
        self.body.addWidget(plain(note, muted=True))

    def show_count(self) -> None:
        """The count goes onto the button too."""
        super().show_count()
        text = self.tr("Replay {0}").format(jobs_text(self.target.count))
        name_button(self.replay_button, text if self.known else self.tr("Replay"))
        if self.known and not self.target.count:
            self.sentence.setText(self.tr("No dead letters among them: nothing to replay"))
        self.form.set_count(self.target.count)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        possible = self.known and self.target.count > 0
        self.replay_button.setEnabled(possible and self.editing.ready)

    @Slot(bool)
    def _make_room(self, editing: bool) -> None:
        """Wide enough for the payloads beside the choices, as long as they are shown."""
        self.setMinimumWidth(_WIDE if editing else _WIDTH)
        self.body.activate()
        self.fit(_WIDE if editing else _WIDTH)

    @Slot()
    def _rehearse(self) -> None:
        plan = self._plan()

        def work(backend: WindowBackend, progress: Progress) -> Rehearsal:
            return rehearse(backend, plan, largest=LARGEST_TRIED)

        asked = self.operations.ask(self.tr("Dry run of the replay"), work)
        asked.finished.connect(self.editing.show_samples)
        asked.failed.connect(self._fail)

    def _plan(self) -> OperationPlan:
        options = self.form.options(self.editing.patch_json)
        return OperationPlan(verb=Verb.REPLAY, where=self.target.where, options=options)

    def confirm(self) -> None:
        """Start the replay and close."""
        self.confirmed.emit(
            commands.run_planned(
                self.operations, Verb.REPLAY, self.target, sentence(self.target),
                self._plan().options,
            )
        )  # fmt: skip
        self.accept()

    def done(self, result: int) -> None:
        """Close; a check still running answers to nobody."""
        self.editing.close_checks()
        super().done(result)
