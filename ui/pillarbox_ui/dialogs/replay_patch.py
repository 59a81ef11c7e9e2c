"""Editing payloads before they are replayed: a JSON merge patch, and what it makes of a few.

Owns the patch editor of the replay dialog and its samples before and after, which come from a dry
run off the main thread.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from pillarbox_engine.rehearsal import Rehearsal
from pillarbox_ui.dialogs.frame import plain
from pillarbox_ui.dialogs.payload_check import PayloadCheck
from pillarbox_ui.masking import covered
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.json_edit import JsonEdit
from pillarbox_ui.widgets.json_view import JsonView

_NOTHING = "{}"
_QUIET_MS = 250
_EDITOR_ROWS, _VIEW_ROWS = 3, 4


class PatchPanel(QWidget):
    """Hidden until `edit`, a box to be put elsewhere, is checked. `wanted()` asks for a dry run:
    answer it with `show_samples`."""

    wanted = Signal()
    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.edit = QCheckBox(self.tr("Edit the payloads on the way"))
        self._check = PayloadCheck(self)
        self.patch = JsonEdit(theme, self.tr("JSON merge patch"), self._check)
        self.patch.set_text(_NOTHING)
        self.patch.setMinimumHeight(SIZE.row * _EDITOR_ROWS)
        self.samples = QComboBox()
        self.samples.setAccessibleName(self.tr("Sample job"))
        self.before = JsonView(theme, self.tr("Payload before"))
        self.after = JsonView(theme, self.tr("Payload after"))
        self._said = plain("", muted=True, small=True)
        self._found = Rehearsal(count=0)
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._lay_out()
        self._connect()
        self.hide()

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(SIZE.inside)
        note = self.tr(
            "A JSON merge patch: its keys are set in each payload, null removes one. The payload "
            "from before stays in the job's history."
        )
        inner.addWidget(plain(note, muted=True, small=True))
        inner.addWidget(self.patch, 1)
        inner.addWidget(self.samples)
        pair = QHBoxLayout()
        pair.setSpacing(SIZE.inside)
        for view in (self.before, self.after):
            view.setMinimumHeight(SIZE.row * _VIEW_ROWS)
            view.editor.setProperty("framed", True)
            pair.addWidget(view, 1)
        inner.addLayout(pair, 2)
        inner.addWidget(self._said)

    def _connect(self) -> None:
        self.edit.toggled.connect(self._toggle)
        self.patch.edited.connect(self._typed)
        self._check.settled.connect(self.patch.validate)
        self._check.settled.connect(self._typed)
        self._quiet.timeout.connect(self._ask)
        self.samples.currentIndexChanged.connect(self._show_sample)

    @property
    def patch_json(self) -> str | None:
        """The patch in compact form; None where payloads stay as they are."""
        if not self.edit.isChecked():
            return None
        return self._check.checked(self.patch.text()) or None

    @property
    def ready(self) -> bool:
        """Whether what is typed can be used."""
        return not self.edit.isChecked() or self.patch_json is not None

    def show_samples(self, found: Rehearsal) -> None:
        """Show what a dry run made of a few payloads; the chosen job stays chosen."""
        self._found = found
        chosen = max(0, self.samples.currentIndex())
        self.samples.blockSignals(True)
        self.samples.clear()
        for sample in found.samples:
            self.samples.addItem(self.tr("Job {0}, before and after").format(sample.id))
        self.samples.setCurrentIndex(min(chosen, len(found.samples) - 1))
        self.samples.blockSignals(False)
        self._show_sample()

    def verdict(self) -> str:
        """What is said of the sample that is shown."""
        return self._said.text()

    def close_checks(self) -> None:
        """Nothing is to be heard any more."""
        self._quiet.stop()
        self._check.close()

    @Slot(bool)
    def _toggle(self, on: bool) -> None:
        self.setVisible(on)
        if on:
            self.patch.setFocus()
            self._ask()
        self.changed.emit()

    @Slot()
    def _typed(self) -> None:
        self._quiet.start()
        self.changed.emit()

    @Slot()
    def _ask(self) -> None:
        if self.patch_json is not None:
            self.wanted.emit()

    @Slot()
    def _show_sample(self) -> None:
        at = self.samples.currentIndex()
        if not 0 <= at < len(self._found.samples):
            self._said.setText(self.tr("No job to show"))
            return
        sample = self._found.samples[at]
        self.before.set_json(sample.before, covered)
        self.after.set_json(sample.after, covered)
        self._said.setText(self._judge())

    def _judge(self) -> str:
        sample = self._found.samples[self.samples.currentIndex()]
        if sample.left_out:
            size = words.size(sample.payload_bytes)
            said = self.tr(
                "Its payload of {0} is too large to be tried here. It would be edited too"
            )
            return said.format(size)
        if sample.refused:
            return self.tr("It would be left alone: {0}").format(sample.refused)
        if sample.before == sample.after:
            return self.tr("Nothing changes in this payload")
        jobs = words.counted(self._found.count, self.tr("job"), self.tr("jobs"))
        return self.tr("Dry run: {0} would be edited so and replayed").format(jobs)
