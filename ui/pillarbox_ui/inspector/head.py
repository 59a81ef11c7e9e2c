"""The head of the inspector: which job this is, whatever tab is open."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pillarbox_engine.model import Job
from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.fonts import small_font
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.face import Face
from pillarbox_ui.widgets.painting import paint_pill, pill_size
from pillarbox_ui.widgets.plain_label import ElidedLabel
from pillarbox_ui.widgets.states import state_word, visible_state


class Pill(QWidget):
    """The state of one job, as in the tables."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state = ""
        theme.changed.connect(self.update)

    def set_state(self, state: str) -> None:
        """Show another state."""
        if state != self._state:
            self._state = state
            self.setAccessibleName(state_word(state))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(*pill_size(state_word(self._state), self._face()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _face(self) -> Face:
        return Face(small_font(self.font()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._state:
            return
        ink = self._theme.colour(self._state)
        ground = QColor(pill_colour(self._theme.tokens, self._state))
        word = state_word(self._state)
        paint_pill(QPainter(self), self.rect(), word, self._face(), ink, ground)


class Head(QWidget):
    """Type and state, and below them queue and id."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._type = ElidedLabel("", self, heading=True)
        self._place = ElidedLabel("", self, muted=True)
        self._pill = Pill(theme)
        top = QHBoxLayout()
        top.setSpacing(SIZE.inside)
        top.addWidget(self._type, 1)
        top.addWidget(self._pill, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZE.between, SIZE.between, SIZE.between, SIZE.inside)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self._place)

    def show_job(self, job: Job) -> None:
        """Name `job`."""
        self._type.setText(job.type)
        self._place.setText(self.tr("{0} in {1}").format(job.id, job.queue))
        self._pill.set_state(visible_state(job))
