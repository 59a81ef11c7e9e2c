"""The Log tab: the lines a handler wrote with `job.log`, oldest first, growing at the end."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from pillarbox_engine.model import Job, LogLine
from pillarbox_ui.inspector.mono_text import MonoText
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.zone import Zone

MOST_LINES = 2_000
"""Lines that are shown: the newest."""


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
        earlier = len(lines) - MOST_LINES
        told = [self._line(line) for line in lines[-MOST_LINES:]]
        if earlier > 0:
            told.insert(0, self.tr("… {0} earlier lines").format(f"{earlier:,}"))
        self.text.show_text("\n".join(told))

    def _line(self, line: LogLine) -> str:
        indent = "\n" + " " * 13
        said = line.text.replace("\n", indent)
        return f"{self._zone.clock_text(line.at)}  #{line.attempt}  {said}"
