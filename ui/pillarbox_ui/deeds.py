"""What the actions on jobs and queues do: ask where asking is due, then start an operation.

Owns the way from an action's name, through what is chosen, to a dialog or an operation. A dialog
is loaded when it is first opened: before the first paint it would only cost time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from pillarbox_engine.model import Job
from pillarbox_engine.states import State, Verb
from pillarbox_resources import sample_path
from pillarbox_ui import commands
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.copy_deeds import copy_deeds
from pillarbox_ui.progress import Progress
from pillarbox_ui.schedule_deeds import schedule_deeds
from pillarbox_ui.target import Target, TargetKind
from pillarbox_ui.targets import Situation, purge_target, replay_target, verb_target
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.words import tr

_AT_ONCE = {
    "requeue": Verb.REQUEUE,
    "release": Verb.RELEASE,
    "cancel": Verb.CANCEL,
    "restore": Verb.RESTORE,
    "trash": Verb.PURGE,
}


class Deeds(QObject):
    """Does what actions are called for. `situation` tells what is chosen at that moment."""

    def __init__(
        self, context: Context, window: QWidget, situation: Callable[[], Situation | None]
    ) -> None:
        super().__init__(window)
        self._theme, self._operations = context.theme, context.operations
        self._window = window
        self._situation = situation
        self._deeds: Mapping[str, Callable[[Situation], object]] = {
            "new": self._new,
            "import": lambda now: self.import_files(),
            "sample": lambda now: self.import_files([QUrl.fromLocalFile(str(sample_path()))]),
            "duplicate": self._duplicate,
            "replay": self._replay,
            "edit-replay": lambda now: self._replay(now, edit=True),
            "purge": self._purge,
            "erase": self._erase,
            "undo": lambda now: self._undo_last(),
            "undo-journal": self._undo_journal,
            "cancel-operation": self._cancel_operation,
            "pause": self._pause,
            "drain": self._drain,
            "queue-settings": self._settings,
            "copy-id": self._copy_ids,
            **schedule_deeds(context, window),
            **copy_deeds(context, window),
        }

    def names(self) -> frozenset[str]:
        """The actions this does."""
        return frozenset(self._deeds) | frozenset(_AT_ONCE)

    def do(self, name: str) -> None:
        """Do what the action `name` is for, where it is possible now."""
        now = self._situation()
        if now is None:
            return
        if name in _AT_ONCE:
            self._at_once(now, _AT_ONCE[name])
        else:
            self._deeds[name](now)

    def _at_once(self, now: Situation, verb: Verb) -> None:
        if verb is Verb.PURGE and any(job.state is State.TRASHED for job in now.jobs):
            self._erase(now)
            return
        target = verb_target(now, verb)
        if target is None:
            return
        if target.kind is TargetKind.SELECTION:
            commands.run_bulk(self._operations, verb, target)
        elif verb is Verb.PURGE:
            self._ask_purge(target, permanent=False)
        else:
            self._ask_all(verb, target)

    def _ask_all(self, verb: Verb, target: Target) -> None:
        """What may be a million jobs is counted and asked about first."""
        from pillarbox_ui.dialogs.confirm_bulk import ConfirmBulkDialog

        ConfirmBulkDialog(self._theme, self._operations, verb, target, self._window).open()

    def _new(self, now: Situation) -> None:
        self._open_new(now, None)

    def _open_new(self, now: Situation, like: Job | None) -> None:
        from pillarbox_ui.dialogs.new_job import NewJobDialog

        dialog = NewJobDialog(
            self._theme,
            self._operations,
            now.snapshot.queues,
            queue=(like.queue if like is not None else now.queue) or "",
            like=like,
            parent=self._window,
        )
        dialog.open()

    def _duplicate(self, now: Situation) -> None:
        if len(now.jobs) != 1:
            return
        job_id = now.jobs[0].id

        def read(backend: WindowBackend, progress: Progress) -> Job:
            return backend.job(job_id)

        self._operations.ask(tr("Read the job"), read, done=lambda job: self._open_new(now, job))

    def import_files(self, urls: Sequence[QUrl] = ()) -> None:
        """Show what job files hold, and enqueue it once that is confirmed; none: ask for some."""
        now = self._situation()
        if now is None or now.read_only:
            return
        from pillarbox_ui.dialogs.import_dialog import ImportDialog

        ImportDialog(
            self._theme,
            self._operations,
            now.snapshot.queues,
            queue=now.queue or "",
            urls=urls,
            parent=self._window,
        ).open()

    def _replay(self, now: Situation, *, edit: bool = False) -> None:
        from pillarbox_ui.dialogs.replay import ReplayDialog

        target = replay_target(now)
        if target is not None:
            names = [queue.name for queue in now.snapshot.queues]
            dialog = ReplayDialog(self._theme, self._operations, target, names, self._window)
            dialog.editing.edit.setChecked(edit)
            dialog.open()

    def _purge(self, now: Situation) -> None:
        self._ask_purge(purge_target(now), permanent=False)

    def _erase(self, now: Situation) -> None:
        target = purge_target(now)
        if target is None:
            return
        if now.jobs and all(job.state is State.TRASHED for job in now.jobs):
            where = replace(target.where, states=frozenset({State.TRASHED}))
            target = replace(target, where=where)
        self._ask_purge(target, permanent=True)

    def _ask_purge(self, target: Target | None, *, permanent: bool) -> None:
        from pillarbox_ui.dialogs.purge import PurgeDialog

        if target is not None:
            PurgeDialog(
                self._theme, self._operations, target, permanent=permanent, parent=self._window
            ).open()

    def _undo_last(self) -> None:
        operation = self._operations.last_undoable()
        if operation is not None:
            self._operations.undo(operation)

    def _undo_journal(self, now: Situation) -> None:
        if now.operation is not None:
            commands.undo_journal(self._operations, now.operation)

    def _cancel_operation(self, now: Situation) -> None:
        if now.operation is not None and not now.operation.ended:
            commands.cancel_journal(self._operations, now.operation)

    def _pause(self, now: Situation) -> None:
        queue = now.snapshot.queue(now.queue)
        if queue is not None:
            paused = not (queue.paused or queue.draining)
            commands.pause(self._operations, queue.name, paused)

    def _drain(self, now: Situation) -> None:
        if now.queue is not None:
            commands.drain(self._operations, now.queue)

    def _settings(self, now: Situation) -> None:
        from pillarbox_ui.dialogs.queue_settings import QueueSettingsDialog

        queue = now.snapshot.queue(now.queue)
        if queue is not None:
            asked = QueueSettingsDialog(self._theme, self._operations, queue, self._window)
            if now.read_only:
                asked.only_show()
            asked.open()

    def _copy_ids(self, now: Situation) -> None:
        QGuiApplication.clipboard().setText("\n".join(job.id for job in now.jobs))
