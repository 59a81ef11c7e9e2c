"""What Replay and Purge share: the jobs meant, counted before anything is done to them.

Owns the sentence "N jobs in Q matching F" and the count behind it: a dry run of the verb, off the
main thread, because a filter matches other jobs than the verb applies to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.lifecycle import states_for
from pillarbox_engine.states import Verb
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.dialogs.frame import Dialog, plain
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.target import Target, TargetKind
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.words import tr

_WIDTH = 440


def jobs_text(count: int) -> str:
    """ "1 job", "214 jobs"."""
    return words.counted(count, tr("job"), tr("jobs"))


def place(target: Target) -> str:
    """Where the jobs are: their queue's name, or "all queues" where it is not one."""
    return target.queue if target.queue is not None else tr("all queues")


def sentence(target: Target) -> str:
    """ "214 jobs in email matching error:timeout", "3 selected jobs in email"."""
    if target.kind is not TargetKind.SELECTION:
        return target.text
    jobs = words.counted(target.count, tr("selected job"), tr("selected jobs"))
    return tr("{0} in {1}").format(jobs, target.queue) if target.queue else jobs


def dry_run(verb: Verb, target: Target) -> Callable[[WindowBackend, Progress], int]:
    """The question how many jobs `verb` would change, for `Operations.ask`."""
    where, apply = target.where, states_for(verb)

    def work(backend: WindowBackend, progress: Progress) -> int:
        if where.states and not where.states & apply:
            return 0
        return backend.count(where.narrowed(states=apply))

    return work


class BulkDialog(Dialog):
    """`confirmed(RunningOperation)` is emitted as the dialog closes. `verb` is what is counted."""

    confirmed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        verb: Verb,
        target: Target,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "", parent)
        self.operations = operations
        self.target = target
        self.known = False
        self.setMinimumWidth(_WIDTH)
        self.sentence = plain("", heading=True)
        self.body.addWidget(self.sentence)
        self._verb = verb

    def show_count(self) -> None:
        """Say how many jobs are meant; called again when that is known."""
        self.sentence.setText(sentence(self.target) if self.known else self.tr("Counting…"))

    def count(self) -> None:
        """Ask how many jobs it is about, and show that."""
        self.show_count()
        asked = self.operations.ask(self.tr("Counting jobs"), dry_run(self._verb, self.target))
        asked.finished.connect(self._take_count)
        asked.failed.connect(self._fail)

    @Slot(object)
    def _take_count(self, number: int) -> None:
        self.target = replace(self.target, count=number)
        self.known = True
        self.show_count()

    @Slot(object)
    def _fail(self, error: PillarboxError) -> None:
        self.show_error(error)
