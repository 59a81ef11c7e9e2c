"""The Summary and Options tabs: facts in a column that scrolls.

Owns the layout of both; the words are `summary`'s, and the engine's in `why`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from pillarbox_engine.model import Job
from pillarbox_engine.why import Surroundings, why
from pillarbox_ui.inspector import summary
from pillarbox_ui.inspector.facts import Facts
from pillarbox_ui.inspector.sentence import Sentence
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.states import visible_state
from pillarbox_ui.widgets.zone import Zone


class FactsTab(QScrollArea):
    """A column of facts with room for something above them."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.facts = Facts(theme)
        self._inside = QWidget()
        self._inside.setBackgroundRole(QPalette.ColorRole.Base)
        self._inside.setAutoFillBackground(True)
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(SIZE.between, SIZE.between, SIZE.between, SIZE.between)
        self.column.setSpacing(SIZE.edge)
        self.column.addWidget(self.facts)
        self.column.addStretch(1)
        self.setWidget(self._inside)


class SummaryTab(FactsTab):
    """Why it is not running, in one sentence, and what one wants to know first."""

    def __init__(self, theme: Theme, zone: Zone) -> None:
        super().__init__(theme, "")
        self.setAccessibleName(self.tr("Summary"))
        self._zone = zone
        self.why = Sentence(theme)
        self.column.insertWidget(0, self.why)

    def show_job(self, job: Job, around: Surroundings) -> None:
        """Say it all of `job` as things stand."""
        said = why(job, around, self._zone.clock_text)
        self.why.tell(visible_state(job), summary.heading(job), said)
        self.facts.set_facts(summary.summary(job, self._zone, around.now))


class OptionsTab(FactsTab):
    """What was asked for when the job was enqueued, and its queue's share."""

    def __init__(self, theme: Theme, zone: Zone) -> None:
        super().__init__(theme, "")
        self.setAccessibleName(self.tr("Options"))
        self._zone = zone

    def show_job(self, job: Job, around: Surroundings) -> None:
        """List the options of `job`."""
        rules = () if around.queue is None else around.queue.settings.retry_rules
        self.facts.set_facts(summary.options(job, self._zone, around.now, rules))
