"""The Error tab: the failed attempts, newest first, each whole or against the one before it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from pillarbox_engine.model import Job
from pillarbox_ui.dialogs.frame import plain
from pillarbox_ui.inspector.error_text import FailedAttempt, body, difference, failed_attempts
from pillarbox_ui.inspector.mono_text import DiffColours, MonoText
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain import one_line
from pillarbox_ui.widgets.switch import Switch
from pillarbox_ui.widgets.two_ends import TwoEnds
from pillarbox_ui.widgets.zone import Zone

WHOLE, CHANGES = 0, 1


class ErrorTab(QStackedWidget):
    """A box of attempts, a switch between traceback and difference, and the text."""

    def __init__(self, theme: Theme, zone: Zone) -> None:
        super().__init__()
        self._zone = zone
        self._failed: tuple[FailedAttempt, ...] = ()
        self.attempts = QComboBox()
        self.attempts.setAccessibleName(self.tr("Failed attempt"))
        self.attempts.setMinimumContentsLength(12)
        self.attempts.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.switch = Switch(self.tr("Traceback"), self.tr("Changes"))
        self.note = plain("", wrap=False, muted=True)
        self.text = MonoText(theme, self.tr("Error"))
        self._colours = DiffColours(theme, self.text.document(), self)
        self.addWidget(
            EmptyState(
                theme, "check", self.tr("No errors"), self.tr("No attempt of this job has failed.")
            )
        )
        self.addWidget(self._page())
        self.attempts.currentIndexChanged.connect(self._show_chosen)
        self.switch.chosen.connect(self._show_chosen)
        zone.changed.connect(self._name_attempts)

    def _page(self) -> QWidget:
        page = QWidget()
        top = QVBoxLayout()
        top.setContentsMargins(SIZE.between, SIZE.between, SIZE.between, SIZE.inside)
        top.setSpacing(SIZE.grid)
        top.addWidget(self.attempts)
        top.addWidget(TwoEnds(self.note, self.switch))
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.text, 1)
        return page

    def show_job(self, job: Job, *, same_job: bool) -> None:
        """Show the errors of `job`; the attempt chosen stays chosen, the newest is followed."""
        failed = failed_attempts(job.history)
        if same_job and failed == self._failed:
            return
        at = self.attempts.currentIndex()
        place = at + len(failed) - len(self._failed) if same_job and at > 0 else 0
        self._failed = failed
        self.setCurrentIndex(1 if failed else 0)
        self._name_attempts(place)

    def _name_attempts(self, place: int | None = None) -> None:
        chosen = self.attempts.currentIndex() if place is None else place
        self.attempts.blockSignals(True)
        self.attempts.clear()
        self.attempts.addItems([self._name(entry) for entry in self._failed])
        self.attempts.setCurrentIndex(min(max(chosen, 0), len(self._failed) - 1))
        self.attempts.blockSignals(False)
        self._show_chosen()

    def _name(self, entry: FailedAttempt) -> str:
        when = self._zone.clock_text(entry.event.at)
        kind = one_line(entry.error.type, 80)
        return self.tr("Attempt {0} · {1} · {2}").format(entry.event.attempt, when, kind)

    @Slot()
    def _show_chosen(self) -> None:
        at = self.attempts.currentIndex()
        if not 0 <= at < len(self._failed):
            self.text.show_text("")
            return
        entry = self._failed[at]
        before = entry.before
        comparable = before is not None and not entry.same_as_before
        self.switch.set_enabled(CHANGES, comparable)
        if not comparable:
            self.switch.choose(WHOLE)
        self._say_before(entry)
        wants_changes = self.switch.place == CHANGES
        self._colours.set_on(wants_changes)
        self.text.show_text(difference(entry) if wants_changes else body(entry.error))

    def _say_before(self, entry: FailedAttempt) -> None:
        before = entry.before
        if before is None:
            said = self.tr("The first failure.")
        elif entry.same_as_before:
            said = self.tr("Same as in attempt {0}.").format(before.attempt)
        elif self.switch.place == CHANGES:
            said = self.tr("− attempt {0}   + attempt {1}").format(
                before.attempt, entry.event.attempt
            )
        else:
            said = self.tr("Differs from attempt {0}.").format(before.attempt)
        self.note.setText(said)
