"""What the window has to say above and below its page: trouble, notices, failures, undo.

Owns the banners and the Undo bar. The store's trouble stays until it is over; what an operation
failed of stays until it is closed or another one is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pillarbox_engine.alarms import Alarm, sentence
from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.model import Operation
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice
from pillarbox_ui.widgets.words import tr


class Messages(QWidget):
    """The banners, one under the other; none of them covers anything."""

    retry = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trouble = Banner(theme)
        self.failure = Banner(theme)
        self.notice = Banner(theme)
        self.alarm = Banner(theme)
        self._trouble = ""
        self._noticed: set[str] = set()
        self._alarmed: set[str] = set()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for banner in (self.trouble, self.failure, self.alarm, self.notice):
            column.addWidget(banner)

    @Slot(object)
    def tell_trouble(self, error: PillarboxError) -> None:
        """The store cannot be written now, or not even read: what is shown is then the last.

        Told anew after each try, the banner stays as it is, so that Retry is not taken away from
        under the pointer, nor the focus from it.
        """
        if str(error) == self._trouble and not self.trouble.isHidden():
            return
        self._trouble = str(error)
        choice = Choice(tr("Retry"), self.retry.emit, icon="refresh")
        self.trouble.tell("error", error.title, _why(error), (choice,))

    @Slot()
    def end_trouble(self) -> None:
        """The store can be read again."""
        self.trouble.hide()

    def tell_failure(
        self, error: PillarboxError, title: str = "", again: Callable[[], object] | None = None
    ) -> None:
        """Something that was asked for failed."""
        choices = () if again is None else (Choice(tr("Try again"), again, icon="refresh"),)
        text = f"{title}: {error.title}" if title and title != error.title else error.title
        self.failure.tell("error", text, _why(error), choices)

    def tell_notices(self, notices: Sequence[str]) -> None:
        """What should be known, once each."""
        fresh = [notice for notice in notices if notice not in self._noticed]
        if fresh:
            self._noticed.update(fresh)
            self.notice.tell("info", fresh[0], "\n".join(fresh[1:]))

    def tell_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Alarms that are open, each once: it stays until closed, or until none is open."""
        fresh = [alarm for alarm in alarms if alarm.id not in self._alarmed]
        self._alarmed = {alarm.id for alarm in alarms}
        if fresh:
            first, *others = [sentence(alarm) for alarm in fresh]
            self.alarm.tell("warn", tr("Alarm: {0}").format(first), "\n".join(others))
        elif not alarms:
            self.alarm.hide()


def _why(error: PillarboxError) -> str:
    parts = [part.rstrip(".") for part in (error.reason, error.remedy) if part]
    return ". ".join(part[:1].upper() + part[1:] for part in parts)


def done_text(operation: RunningOperation) -> str:
    """What an operation that ended well did: its title, and what it had to leave alone."""
    if operation.said:
        return operation.said
    result = operation.result
    if not isinstance(result, Operation) or not result.skipped:
        return tr("{0} — done").format(operation.title)
    skipped = words.count(result.skipped)
    states = ", ".join(sorted(result.skips))
    return tr("{0} — done, {1} skipped ({2})").format(operation.title, skipped, states)
