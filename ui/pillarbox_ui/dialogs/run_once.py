"""Run once with this payload: a handler tried by hand, and what came of it. No queue is touched.

Owns the dialog: the type and payload one gives, the run under way with its Cancel, and the outcome
with result or error, log lines and duration.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.dialogs.frame import Dialog, Field
from pillarbox_ui.handling.handling import Handling
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.json_edit import JsonEdit
from pillarbox_ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from pillarbox_engine.handlers import Described, Trial

_SIZE = (760, 640)
_TONES = {"done": "good", "failed": "error", "rejected": "error", "lost": "error",
          "timed out": "warn", "stopped": "warn"}  # fmt: skip


class RunOnceDialog(Dialog):
    """`binding` is the handler; that of "*" is tried with a type one names."""

    def __init__(
        self, theme: Theme, handling: Handling, binding: Described, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self.tr("Run once"), parent)
        self._handling = handling
        self._running: RunningOperation | None = None
        self.type = QLineEdit("" if binding.type == "*" else binding.type)
        self.type.setReadOnly(binding.type != "*")
        self.payload = JsonEdit(theme, self.tr("Payload"))
        self.payload.set_text("{}")
        self.outcome = PlainLabel(heading=True)
        self.details = QPlainTextEdit()
        self._lay_out(binding)
        self.payload.valid_changed.connect(self._enable)
        self.type.textChanged.connect(self._enable)
        self._enable()

    def _lay_out(self, binding: Described) -> None:
        said = self.tr("{0}, with its time-out. No job is made, and no queue changes.")
        what = PlainLabel(said.format(binding.runs), muted=True)
        what.setWordWrap(True)
        self.details.setReadOnly(True)
        self.details.setProperty("framed", True)
        self.details.setFont(self.theme.mono())
        self.details.setAccessibleName(self.tr("What came of it"))
        self.outcome.hide()
        self.details.hide()
        self.body.addWidget(what)
        self.body.addWidget(Field(self.tr("Job type"), self.type))
        self.body.addWidget(Field(self.tr("Payload"), self.payload), 2)
        self.body.addWidget(self.outcome)
        self.body.addWidget(self.details, 3)
        self.close_button = self.add_button(self.tr("Close"), self.reject)
        self.stop_button = self.add_button(self.tr("Stop"), self.stop)
        self.run_button = self.add_button(self.tr("Run once"), self.run, "primary")
        self.resize(*_SIZE)
        self.payload.setFocus()

    @Slot()
    def _enable(self) -> None:
        idle = self._running is None
        ready = self.payload.valid and bool(self.type.text().strip())
        self.run_button.setEnabled(idle and ready)
        self.stop_button.setEnabled(not idle)

    def run(self) -> None:
        """Run it, on a thread of its own."""
        self.clear_error()
        self._say("", self.tr("Running…"), "")
        operation = self._handling.run_once(
            self.type.text().strip(), self.payload.text(), self._show
        )
        if operation is None:
            return
        self._running = operation
        operation.failed.connect(self._fail)
        self._enable()

    def stop(self) -> None:
        """Ask the handler to stop."""
        if self._running is not None:
            self._running.cancel()

    def done(self, result: int) -> None:
        """Close; what still runs is asked to stop and answers to nobody."""
        if self._running is not None:
            self._running.finished.disconnect()
            self._running.failed.disconnect()
            self._running.cancel()
        super().done(result)

    def _show(self, trial: Trial) -> None:
        self._running = None
        took = words.duration(trial.seconds)
        said = self.tr("{0} after {1}. {2}").format(trial.outcome.capitalize(), took, trial.said)
        if trial.outcome == "done" and trial.result_json is None:
            said = self.tr("{0} nothing").format(said)
        self._say(_TONES.get(trial.outcome, ""), said, details(trial))
        self._enable()

    def _say(self, tone: str, said: str, more: str) -> None:
        self.outcome.set_tone(tone)
        self.outcome.setText(said)
        self.outcome.setWordWrap(True)
        self.outcome.show()
        self.details.setPlainText(more)
        self.details.setVisible(bool(more))

    @Slot(object)
    def _fail(self, error: PillarboxError) -> None:
        self._running = None
        self.outcome.hide()
        self.details.hide()
        self.show_error(error)
        self._enable()


def details(trial: Trial) -> str:
    """Result or error, and what the handler told, as text."""
    parts = []
    if trial.result_json is not None:
        parts.append(json.dumps(json.loads(trial.result_json), indent=2, ensure_ascii=False))
    if trial.failure is not None:
        parts.append(f"{trial.failure.type}: {trial.failure.message}")
        parts.append(trial.failure.traceback.rstrip())
    if trial.progress is not None:
        parts.append(words.tr("Progress: {0} %").format(f"{trial.progress:g}"))
    if trial.log:
        parts.append("\n".join([words.tr("Log:"), *trial.log]))
    return "\n\n".join(part for part in parts if part)
