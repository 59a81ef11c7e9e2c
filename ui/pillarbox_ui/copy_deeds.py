"""What the actions that take something out of the file do: jobs to a job file, the file to a copy.

Owns the copy's operation; the export has a dialog of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from pillarbox_engine.backups import Backup
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Cancelled, Progress
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.targets import Situation, export_target
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.words import tr

_PARTS = 100


def copy_deeds(context: Context, window: QWidget) -> dict[str, Callable[[Situation], object]]:
    """The actions, by name."""

    def export(now: Situation) -> None:
        from pillarbox_ui.dialogs.export_dialog import ExportDialog

        target = export_target(now)
        if target is not None:
            ExportDialog(context.theme, context.operations, target, window).open()

    def copy(now: Situation) -> None:
        path, _ = QFileDialog.getSaveFileName(
            window,
            tr("Save a copy"),
            str(proposed(now.snapshot.file.label)),
            tr("Queue files (*.pillarbox);;All files (*)"),
            options=QFileDialog.Option.DontConfirmOverwrite,  # nothing is ever written over
        )
        if path:
            save_copy(context.operations, path)

    return {"export": export, "save-copy": copy}


def proposed(label: str) -> Path:
    """A name for a copy that is not there yet, beside the file."""
    path = Path(label)
    names = (path.with_name(f"{path.stem} copy{number}{path.suffix}") for number in _numbers())
    return next(name for name in names if not name.exists())


def _numbers() -> list[str]:
    return ["", *(f" {number}" for number in range(2, 10_000))]


def save_copy(operations: Operations, path: str) -> RunningOperation:
    """Copy the queue file to `path` while work goes on."""

    def work(backend: WindowBackend, progress: Progress) -> Backup:
        made = backend.backup(
            path,
            tell=lambda share: progress.report(round(share * _PARTS), _PARTS),
            stop=lambda: progress.cancelled,
        )
        if made.cancelled:
            raise Cancelled("Cancelled", "no copy was made")
        return made

    name = Path(path).name
    return operations.start(tr("Save a copy as {0}").format(name), work, said=_said)


def _said(made: Backup) -> str:
    name, size = Path(made.label).name, words.size(made.size)
    text = tr("{0} is a copy, {1}").format(name, size)
    if made.missing:
        return tr("{0}; {1} payloads the file itself has lost are missing").format(
            text, words.count(made.missing)
        )
    return text
