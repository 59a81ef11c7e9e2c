"""The Flow tab: what the job waits for or is waited for by, and a way to each of them.

Owns the sentence above the table, and that a click or Return on a row asks for that job.
"""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QVBoxLayout, QWidget

from pillarbox_engine.flows import Flow
from pillarbox_engine.states import OnChildFailure
from pillarbox_ui.inspector.flow_model import STATE, FlowModel
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.plain_label import PlainLabel
from pillarbox_ui.widgets.state_pill import StatePill
from pillarbox_ui.widgets.states import relative_state, state_word
from pillarbox_ui.widgets.table import Table
from pillarbox_ui.widgets.words import tr

NO_FLOW = Flow()
MANY = 10
"""From so many children on it is said how many are in each state."""


class FlowTab(QStackedWidget):
    """The family as a table, or that there is none. `asked_for` carries the id of a job."""

    asked_for = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.model = FlowModel(self)
        self._flow = NO_FLOW
        self.table = Table(theme, self.tr("Flow"))
        self.said = PlainLabel(muted=True)
        self.said.setWordWrap(True)
        self._dress(theme)
        blank = EmptyState(
            theme,
            "flow",
            self.tr("No parent and no children"),
            self.tr("A flow is made by enqueue_flow: a parent, and the children it waits for."),
        )
        self.addWidget(blank)
        self.addWidget(self._page())

    def _dress(self, theme: Theme) -> None:
        self.table.set_cell(STATE, StatePill(theme))
        self.table.setModel(self.model)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.set_compact(True)
        self.table.clicked.connect(self._go)
        self.table.activated.connect(self._go)
        self.model.rowsInserted.connect(self._say)

    def _page(self) -> QWidget:
        page = QWidget()
        page.setBackgroundRole(QPalette.ColorRole.Base)
        page.setAutoFillBackground(True)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, SIZE.between, 0, 0)
        column.setSpacing(SIZE.inside)
        self.said.setContentsMargins(SIZE.between, 0, SIZE.between, 0)
        column.addWidget(self.said)
        column.addWidget(self.table, 1)
        return page

    def show_flow(self, flow: Flow | None) -> None:
        """Show the family, None where the job has none; the same one is updated in place."""
        shown = flow or NO_FLOW
        if shown is self._flow:
            return
        self._flow = shown
        if self.model.set_flow(shown):
            self.table.fit_columns()
        self._say()
        self.setCurrentIndex(1 if self.model.rowCount() else 0)

    @Slot()
    def _say(self) -> None:
        more = self.model.canFetchMore(QModelIndex())
        listed = words.count(self.model.rowCount())
        part = tr("The first {0} are listed; scroll down for more.").format(listed) if more else ""
        self.said.setText(" ".join(filter(None, (sentence(self._flow), part))))

    @Slot(QModelIndex)
    def _go(self, index: QModelIndex) -> None:
        self.asked_for.emit(self.model.member(index.row()).id)


def sentence(flow: Flow) -> str:
    """What the children mean to the job, in words."""
    if not flow.children:
        return tr("Its parent waits for it.") if flow.parent is not None else ""
    number = words.counted(len(flow.children), tr("child"), tr("children"))
    if flow.children_left:
        ended = tr("{0}, {1} not ended yet.").format(number, words.count(flow.children_left))
    else:
        ended = tr("{0}, all ended.").format(number)
    policy = _POLICIES[flow.on_child_failure or OnChildFailure.FAIL]
    return " ".join(filter(None, (ended, _standing(flow), policy)))


def _standing(flow: Flow) -> str:
    """How many children are in each state, where they are more than one sees at a glance."""
    if len(flow.children) < MANY:
        return ""
    states = Counter(map(relative_state, flow.children))
    parts = [
        f"{words.count(jobs)} {state_word(state).lower()}" for state, jobs in states.most_common()
    ]
    return f"{', '.join(parts)}."


_POLICIES = {
    OnChildFailure.FAIL: tr("If one fails, this job is a dead letter."),
    OnChildFailure.CONTINUE: tr("If one fails, this job runs and sees that."),
    OnChildFailure.IGNORE: tr("If one fails, this job runs without it."),
}
