"""The Log tab: the lines a handler wrote with `job.log`, oldest first, growing at the end."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from pillarbox_engine.model import Job, LogLine
from pillarbox_ui.inspector.mono_text import MonoText
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.zone import Zone


class LogTab(QStackedWidget):
    """The lines, or what to do to have some."""

    def __init__(self, theme: Theme, zone: Zone) -> None:
        super().__init__()
        self._zone = zone
        self._job: Job | None = None
        blank = EmptyState(
            theme,
            "log",
            self.tr("No log lines"),
            self.tr("A handler writes them with job.log(“…”)."),
        )
        self.text = MonoText(theme, self.tr("Log"))
        self.addWidget(blank)
        self.addWidget(self.text)
        zone.changed.connect(self._write)

    def show_job(self, job: Job) -> None:
        """Show the lines of `job`."""
        self._job = job
        self._write()

    def _write(self) -> None:
        lines = self._job.log if self._job is not None else ()
        self.setCurrentIndex(1 if lines else 0)
        self.text.show_text("\n".join(self._line(line) for line in lines))

    def _line(self, line: LogLine) -> str:
        indent = "\n" + " " * 13
        said = line.text.replace("\n", indent)
        return f"{self._zone.clock_text(line.at)}  #{line.attempt}  {said}"
