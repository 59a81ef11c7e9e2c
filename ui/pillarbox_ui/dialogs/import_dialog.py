"""Import: files dropped or chosen → a verdict on every line → the good ones into a queue.

Owns the course of an import: survey, decide, import, tell. Everything slow happens elsewhere: the
survey on a `Task`, the import as an operation, which goes on if the dialog is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.importing import ENDINGS, ImportResult
from pillarbox_engine.model import QueueSummary
from pillarbox_ui.dialogs import import_rejects, import_words
from pillarbox_ui.dialogs.courtesy import Courtesy
from pillarbox_ui.dialogs.frame import Dialog, name_button
from pillarbox_ui.dialogs.import_files import dropped
from pillarbox_ui.dialogs.import_parts import Course, LinesTabs
from pillarbox_ui.dialogs.import_survey import Progress, Survey, survey
from pillarbox_ui.dialogs.import_target import ImportTarget
from pillarbox_ui.dialogs.import_words import Message
from pillarbox_ui.dialogs.import_work import import_work
from pillarbox_ui.dialogs.task import Task
from pillarbox_ui.operations import Operations
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.buttons import set_look

_SIZE = (860, 600)
_SETTLE_MS = 30


class Phase(Enum):
    """Where the import is."""

    EMPTY = auto()
    SURVEYING = auto()
    READY = auto()
    IMPORTING = auto()
    DONE = auto()


class ImportDialog(Dialog):
    """`surveyed(Survey)` when all is read, `imported(ImportResult)` when an import has ended."""

    surveyed = Signal(object)
    imported = Signal(object)

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        queues: Sequence[QueueSummary],
        *,
        queue: str = "",
        urls: Sequence[QUrl] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "", parent)
        self.setWindowTitle(self.tr("Import jobs"))
        self.setAcceptDrops(True)
        self._operations = operations
        self._urls: tuple[QUrl, ...] = ()
        self._task: Task | None = None
        self._running: RunningOperation | None = None
        self._pressed = False
        self.phase = Phase.EMPTY
        self.survey = Survey()
        self.ended: ImportResult | None = None
        self.target = ImportTarget(queues, queue)
        self.lines = LinesTabs(theme)
        self.course = Course()
        for part, stretch in ((self.target, 0), (self.lines, 1), (self.course, 0)):
            self.body.addWidget(part, stretch)
        self._add_buttons()
        self.target.typed.connect(self._follow)
        self.target.changed.connect(self._survey)
        self.target.choose_asked.connect(self.choose_files)
        self.resize(*_SIZE)
        self._enter(Phase.EMPTY)
        self._dropped = tuple(urls)

    def _add_buttons(self) -> None:
        self.again_button = self.add_button(
            self.tr("Import again anyway"), self.import_again, left=True
        )
        self.save_button = self.add_button("", self.choose_where_to_save, left=True)
        self.cancel_button = self.add_button("", self.cancel)
        self.import_button = self.add_button("", self.start_import, "primary")

    # What is to be imported.

    def paintEvent(self, event: QPaintEvent) -> None:
        """What the dialog was opened with is read once it is on the screen, in a turn of its own:
        opening it and drawing the first lines are each felt if they come together."""
        super().paintEvent(event)
        if self._dropped:
            urls, self._dropped = self._dropped, ()
            QTimer.singleShot(_SETTLE_MS, self, lambda: self.take(urls))

    def take(self, urls: Sequence[QUrl]) -> None:
        """Import these in place of what was chosen before; not while an import runs."""
        if self.phase is not Phase.IMPORTING and urls:
            self._urls = tuple(urls)
            self.target.show_files(import_words.files([url.fileName() for url in urls], None))
            self._survey()

    @Slot()
    def choose_files(self) -> None:
        """Let the person choose files."""
        endings = " ".join(f"*{ending}" for ending in ENDINGS)
        known = self.tr("Job files ({0});;All files (*)").format(endings)
        paths, _ = QFileDialog.getOpenFileNames(self, self.tr("Import jobs"), "", known)
        self.take([QUrl.fromLocalFile(path) for path in paths])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped here too."""
        if dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        event.acceptProposedAction()
        self.take(dropped(event.mimeData()))

    # Reading.

    @Slot()
    def _survey(self) -> None:
        if not self._urls or self.phase is Phase.IMPORTING:
            self._name_buttons()
            return
        self._stop_reading()
        self.ended, self._pressed = None, False
        urls, options = self._urls, self.target.options()
        self._task = Task(lambda reports: survey(urls, options, reports))
        self._task.progressed.connect(self._show_progress)
        self._task.finished.connect(self._take_survey)
        self._task.failed.connect(self._fail_survey)
        self.course.begin(self.tr("Checking"))
        self._enter(Phase.SURVEYING)
        self._task.start()

    @Slot(object)
    def _show_progress(self, now: Progress) -> None:
        lines = now.accepted + now.rejected
        self.course.advance(now.done / now.total if now.total else 0.0, lines)
        self.lines.show_preview(now.rows, len(self._urls) > 1)

    @Slot(object)
    def _take_survey(self, found: Survey) -> None:
        pressed, self._pressed = self._pressed, False
        self._task = None
        self.survey = found
        self.lines.show_preview(found.rows, len(found.files) > 1)
        self.lines.show_rejected(found.rejections, found.rejected)
        if found.files:
            names = [path.name for path in found.paths]
            self.target.show_files(import_words.files(names, found.size))
        self.course.end()
        self._enter(Phase.READY)
        self._tell_survey(found)
        self.surveyed.emit(found)
        if pressed and self.can_import:
            self._import(again=False)

    def _tell_survey(self, found: Survey) -> None:
        if found.refused:
            self._tell(import_words.refused(found.refused, len(found.files)))
        elif unlisted := import_words.unlisted(found):
            self._tell(Message("info", unlisted))

    @Slot(object)
    def _fail_survey(self, error: Exception) -> None:
        self._task = None
        self.course.end()
        self._enter(Phase.EMPTY)
        self._tell(Message("error", self.tr("The files could not be read"), str(error)))

    def _stop_reading(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    # Importing.

    def start_import(self) -> None:
        """Import what is valid; after a cancelled or stopped import, the rest of it.

        Where the files are still to be judged, or to be judged anew for what was just typed, the
        press is kept, and the import starts with the verdict.
        """
        if self.can_import and not self.target.waiting:
            self._import(again=False)
        elif self.can_press:
            self.target.settle()
            self._pressed = True
            self.course.begin(self.tr("Checking, then importing"))
            self._name_buttons()

    @Slot()
    def _follow(self) -> None:
        """Something was typed: a press before it was meant for what stood there before."""
        if self._pressed:
            self._pressed = False
            self.course.begin(self.tr("Checking"))
        self._name_buttons()

    def import_again(self) -> None:
        """Import everything once more, although it is there already."""
        self._import(again=True)

    def _import(self, *, again: bool) -> None:
        lines = self.survey.accepted + self.survey.rejected
        courtesy = Courtesy()
        options = self.target.options(again=again)
        work = import_work(self.survey.paths, options, lines, courtesy.rest)
        jobs = words.counted(self.survey.accepted, self.tr("job"), self.tr("jobs"))
        title = self.tr("Import {0} into {1}").format(jobs, self.target.queue_name)
        self.course.begin(self.tr("Importing"))
        self._enter(Phase.IMPORTING)
        self._running = self._operations.start(title, work)
        courtesy.setParent(self._running)
        self._running.progressed.connect(self._show_import)
        self._running.finished.connect(self._take_result)
        self._running.failed.connect(self._fail_import)

    @Slot(int, int)
    def _show_import(self, done: int, total: int) -> None:
        self.course.advance(done / total if total else 0.0, done)

    @Slot(object)
    def _take_result(self, result: ImportResult) -> None:
        self._running = None
        self.ended = result
        self.course.end()
        self._enter(Phase.DONE)
        self._tell(import_words.outcome(result))
        self.imported.emit(result)

    @Slot(object)
    def _fail_import(self, error: PillarboxError) -> None:
        self._running = None
        self.course.end()
        self._enter(Phase.READY)
        self.show_error(error)

    # Saving what was rejected.

    def choose_where_to_save(self) -> None:
        """Ask where the rejected lines go, and write them there."""
        place = str(import_rejects.proposed(self.survey.paths))
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save rejected lines"), place)
        if path:
            self.save_rejected(Path(path))

    def save_rejected(self, target: Path) -> None:
        """Write the rejected lines to `target`, and say how that went."""
        paths, options = self.survey.paths, self.target.options()
        task = Task(lambda reports: import_rejects.save(paths, target, options, reports))
        task.finished.connect(self._saved)
        task.failed.connect(self._not_saved)
        task.start()

    @Slot(object)
    def _saved(self, count: int) -> None:
        lines = words.counted(count, self.tr("rejected line"), self.tr("rejected lines"))
        self._tell(Message("good", self.tr("Saved {0}").format(lines)))

    @Slot(object)
    def _not_saved(self, error: PillarboxError) -> None:
        self.show_error(error)

    # The buttons.

    def cancel(self) -> None:
        """Stop the import; where none runs, close."""
        if self._running is not None:
            self._running.cancel()
            self.cancel_button.setEnabled(False)
        else:
            self.reject()

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self.clear_error()
        self.target.setEnabled(phase is not Phase.IMPORTING)
        self._name_buttons()
        self._focus_next()

    def _focus_next(self) -> None:
        """Return does what comes next, where the person has not gone to another part."""
        here = (None, self.target.choose, self.import_button, self.lines.tabBar())
        if self.focusWidget() not in here:  # the tabs have it while what is imported cannot change
            return
        if self.phase is Phase.READY and self.can_import:
            self.import_button.setFocus()
        elif self.phase is Phase.DONE and not self.unfinished:
            self.cancel_button.setFocus()

    def _name_buttons(self) -> None:
        done, rejected = self.phase is Phase.DONE, self.survey.rejected
        name_button(self.import_button, self._import_text())
        whole = done and not self.unfinished and not self.target.waiting
        self.import_button.setVisible(not whole)
        self.import_button.setEnabled(self.can_press)
        name_button(self.save_button, self._save_text(rejected))
        self.save_button.setVisible(self.phase in {Phase.READY, Phase.DONE} and rejected > 0)
        self.again_button.setVisible(done and self.all_there)
        name_button(self.cancel_button, self._cancel_text())
        self.cancel_button.setEnabled(True)
        set_look(self.cancel_button, "primary", whole)

    @property
    def can_import(self) -> bool:
        """Whether there is something to import, and a queue to import it into."""
        ready = self.phase in {Phase.READY, Phase.DONE} and self.survey.accepted > 0
        return ready and not self.target.problem

    @property
    def can_press(self) -> bool:
        """Whether a press on Import does something: at once, or once the files are judged."""
        coming = self._task is not None and not self._pressed and not self.target.problem
        return self.can_import or coming or self._to_be_judged

    @property
    def _to_be_judged(self) -> bool:
        known = self.phase in {Phase.READY, Phase.DONE} and bool(self._urls)
        return known and self.target.waiting and not self.target.problem

    @property
    def unfinished(self) -> bool:
        """Whether the last import ended before the end of the files."""
        return self.ended is not None and bool(self.ended.cancelled or self.ended.stopped)

    @property
    def all_there(self) -> bool:
        """Whether the last import found that everything was there already."""
        return self.ended is not None and not self.ended.accepted and self.ended.conflicts > 0

    def _import_text(self) -> str:
        if self.phase is Phase.DONE and self.unfinished:
            return self.tr("Import the rest")
        if self.phase in {Phase.EMPTY, Phase.SURVEYING}:
            return self.tr("Import")
        return self.tr("Import {0} valid").format(words.count(self.survey.accepted))

    def _save_text(self, rejected: int) -> str:
        return self.tr("Save {0} rejected…").format(words.count(rejected))

    def _cancel_text(self) -> str:
        if self.phase is Phase.IMPORTING:
            return self.tr("Cancel import")
        return self.tr("Close") if self.phase is Phase.DONE else self.tr("Cancel")

    def _tell(self, message: Message) -> None:
        self.banner.tell(message.tone, message.text, message.reason)

    def done(self, result: int) -> None:
        """Close. Reading stops; an import goes on, where operations are shown."""
        self._stop_reading()
        super().done(result)
