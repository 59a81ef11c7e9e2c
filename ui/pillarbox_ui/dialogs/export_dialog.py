"""Export: the chosen jobs, or all that are listed, into a job file.

Owns where to and how; the writing is an operation, which goes on if the dialog is closed.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.exporting import ExportOptions, ExportResult, form_of
from pillarbox_ui.dialogs.bulk_dialog import jobs_text, sentence
from pillarbox_ui.dialogs.export_work import export_work, proposed, said
from pillarbox_ui.dialogs.frame import Dialog, Field, name_button, plain
from pillarbox_ui.dialogs.import_parts import Course
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Cancelled
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.target import Target
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.buttons import set_look

_WIDTH = 560
_ENDINGS = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")


class ExportDialog(Dialog):
    """Asks for form and place, shows how far it is, and says how it ended."""

    def __init__(
        self, theme: Theme, operations: Operations, target: Target, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self.tr("Export jobs"), parent)
        self.setMinimumWidth(_WIDTH)
        self.operations, self.target = operations, target
        self.running: RunningOperation | None = None
        self.written: ExportResult | None = None
        self._agreed = ""
        self.form = QComboBox()
        self.place = QLineEdit(str(proposed(target, _ENDINGS[0])))
        self.choose = QPushButton(self.tr("Choose…"))
        self.keep_queue = QCheckBox(self.tr("Let each job say its queue, to go back there"))
        self.course = Course(what=(self.tr("job"), self.tr("jobs")))
        self._lay_out()
        self.cancel_button = self.add_button(self.tr("Cancel"), self.cancel)
        self.export_button = self.add_button("", self.export, "primary")
        self.form.currentIndexChanged.connect(self._rename)
        self.place.textChanged.connect(self._follow)
        self.choose.clicked.connect(self.choose_place)
        self._follow()

    def _lay_out(self) -> None:
        names = (self.tr("JSON Lines"), self.tr("CSV"))
        packed = self.tr("{0}, packed by gzip")
        for name, endings in zip(names, (_ENDINGS[:2], _ENDINGS[2:]), strict=True):
            self.form.addItem(name, endings[0])
            self.form.addItem(packed.format(name), endings[1])
        self.choose.setAccessibleName(self.tr("Choose the file"))
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SIZE.inside)
        row.addWidget(self.place, 1)
        row.addWidget(self.choose)
        self.place.setAccessibleName(self.tr("File"))
        self.where = Field(self.tr("File"), line)
        note = self.tr("Payloads and options, oldest first; Import takes the file back.")
        self.body.addWidget(plain(sentence(self.target), heading=True))
        self.body.addWidget(plain(note, muted=True))
        self.body.addWidget(Field(self.tr("Form"), self.form))
        self.body.addWidget(self.where)
        self.body.addWidget(self.keep_queue)
        self.body.addWidget(self.course)
        self.body.addStretch(1)

    @Slot()
    def choose_place(self) -> None:
        """Ask for the file; to write over one that is there is agreed to in that dialog."""
        path, _ = QFileDialog.getSaveFileName(self, self.windowTitle(), self.place.text())
        if path:
            self._agreed = path
            self.place.setText(path)

    @Slot()
    def _rename(self) -> None:
        """The form decides the name's ending."""
        text = self.place.text()
        old = next((end for end in reversed(_ENDINGS) if text.lower().endswith(end)), "")
        with QSignalBlocker(self.place):
            self.place.setText(text[: len(text) - len(old)] + str(self.form.currentData()))
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """The name's ending decides the form; without a name nothing can be written."""
        text = self.place.text().strip().lower()
        ending = (".csv" if form_of(text) == "csv" else ".jsonl") + (
            ".gz" if text.endswith(".gz") else ""
        )
        with QSignalBlocker(self.form):
            self.form.setCurrentIndex(_ENDINGS.index(ending))
        busy = self.running is not None
        done = self.written is not None
        name_button(self.export_button, self.tr("Export {0}").format(jobs_text(self.target.count)))
        self.export_button.setEnabled(bool(text) and not busy and self.target.count > 0)
        self.export_button.setVisible(not done)
        for widget in (self.form, self.place, self.choose, self.keep_queue):
            widget.setEnabled(not busy and not done)
        name_button(self.cancel_button, self.tr("Close") if done else self.tr("Cancel"))
        set_look(self.cancel_button, "primary", done)

    def export(self) -> None:
        """Begin to write."""
        self.clear_error()
        path = Path(self.place.text().strip()).expanduser()
        options = ExportOptions(form=form_of(path.name), keep_queue=self.keep_queue.isChecked())
        work = export_work(path, self.target.where, options, replace=self._agreed == str(path))
        title = self.tr("Export {0} to {1}").format(jobs_text(self.target.count), path.name)
        self.running = self.operations.start(title, work, said=lambda done: said(done, path))
        self.running.progressed.connect(self._show)
        self.running.finished.connect(self._take)
        self.running.failed.connect(self._fail)
        self.course.begin(self.tr("Exporting"))
        self._follow()

    @Slot(int, int)
    def _show(self, done: int, total: int) -> None:
        self.course.advance(done / total if total else 0.0, done)

    @Slot(object)
    def _take(self, result: ExportResult) -> None:
        self._end()
        self.written = result
        self._follow()
        tone = "warn" if result.damaged else "good"
        self.banner.tell(tone, said(result, Path(self.place.text().strip())), "")

    @Slot(object)
    def _fail(self, error: PillarboxError) -> None:
        self._end()
        if isinstance(error, Cancelled):
            self.banner.tell("warn", self.tr("Cancelled: no file was written"), "")
        else:
            self.show_error(error)

    def _end(self) -> None:
        self.running = None
        self.course.end()
        self._follow()

    def cancel(self) -> None:
        """Stop the export; where none runs, close."""
        if self.running is not None:
            self.running.cancel()
        else:
            self.reject()
