"""The question before a verb over all that match: how many jobs, and what will be done to them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from pillarbox_engine.states import Verb
from pillarbox_ui import commands
from pillarbox_ui.dialogs.bulk_dialog import BulkDialog
from pillarbox_ui.dialogs.frame import name_button, plain
from pillarbox_ui.operations import Operations
from pillarbox_ui.target import Target
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words

_NOTES = {
    Verb.REQUEUE: "They become ready now. A dead letter begins anew with its first attempt.",
    Verb.RELEASE: "They are taken from their workers and become ready; no attempt is charged.",
    Verb.CANCEL: "They end without being run. It can be undone.",
    Verb.RESTORE: "They get back the states they had before they went to the Trash.",
}


class ConfirmBulkDialog(BulkDialog):
    """Requeue, release, cancel or restore of a query's jobs; the button says how many."""

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        verb: Verb,
        target: Target,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, operations, verb, target, parent)
        self.verb = verb
        self.setWindowTitle(self.tr("All that match"))
        self.body.addWidget(plain(words.tr(_NOTES[verb]), muted=True))
        self.body.addStretch(1)
        leave = self.tr("Leave them") if verb is Verb.CANCEL else self.tr("Cancel")
        self.leave_button = self.add_button(leave, self.reject)
        self.confirm_button = self.add_button("", self.confirm, "primary")
        self.count()

    def show_count(self) -> None:
        """The count goes onto the button too."""
        super().show_count()
        name_button(self.confirm_button, commands.title(self.verb, self.target.count))
        self.confirm_button.setEnabled(self.known and self.target.count > 0)

    def confirm(self) -> None:
        """Start it and close."""
        self.confirmed.emit(commands.run_bulk(self.operations, self.verb, self.target))
        self.accept()
