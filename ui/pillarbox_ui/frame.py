"""The frame's furniture: what is where in the window, and that it is found there again.

Owns the layout and what of it is remembered. It moves nothing and reads nothing; `main_window`
brings it to life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QSplitter, QVBoxLayout, QWidget

from pillarbox_ui.actions import Actions
from pillarbox_ui.bottom_dock import BottomDock
from pillarbox_ui.filter_strip import FilterStrip
from pillarbox_ui.menus import tool_bar
from pillarbox_ui.messages import Messages
from pillarbox_ui.pages import Pages
from pillarbox_ui.query_bar import QueryBar
from pillarbox_ui.status_bar import StatusBar
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.views.context import Context
from pillarbox_ui.widgets.empty_state import EmptyState
from pillarbox_ui.widgets.later import Later
from pillarbox_ui.widgets.loading import Needs
from pillarbox_ui.widgets.navigation import Navigation
from pillarbox_ui.widgets.paced_window import PacedWindow
from pillarbox_ui.widgets.undo_bar import UndoBar
from pillarbox_ui.widgets.words import tr

if TYPE_CHECKING:
    from pillarbox_ui.inspector.inspector import Inspector
    from pillarbox_ui.snapshot import Snapshot

_SIZE = QSize(1360, 820)
_NAVIGATION = 240
_INSPECTOR_WIDTH = 400
_INSPECTOR = QSize(_INSPECTOR_WIDTH * 3 // 4, 0)
"""The least room of the inspector."""


class Frame(PacedWindow):
    """Tool bar on top, navigation left, page in the middle, inspector right, status below.

    `inspection_asked(id)` when the inspector itself wants to show another job.
    """

    inspection_asked = Signal(str)

    def __init__(self, context: Context, label: str) -> None:
        super().__init__(context.precedence)
        self.context = context
        self.actions_ = Actions(context.theme, self)
        self.query = QueryBar(context.theme)
        self.navigation = Navigation(context.theme)
        self.messages = Messages(context.theme)
        self.filter_strip = FilterStrip(context.theme)
        self.pages = Pages(context)
        self.opening = EmptyState(context.theme, "file", tr("Opening {0}…").format(label))
        self.undo_bar = UndoBar(context.theme)
        self._inspector: Later[Inspector] = Later(
            self._make_inspector, _INSPECTOR, Needs(("pillarbox_ui.inspector.inspector",))
        )
        self.status = StatusBar(context.theme, context.zone, label)
        self.bottom = BottomDock(context, self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._right = QDockWidget(tr("Inspector"), self)
        self._lay_out()

    def _lay_out(self) -> None:
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(False)
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.addToolBar(tool_bar(self.actions_, self.context.theme, self.query))
        self.setCentralWidget(self._centre())
        self.setStatusBar(self.status)
        self._dress_inspector()
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._right)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.bottom)
        self.resizeDocks([self._right], [_INSPECTOR_WIDTH], Qt.Orientation.Horizontal)
        self.resizeDocks([self.bottom], [SIZE.row * 7], Qt.Orientation.Vertical)

    def _dress_inspector(self) -> None:
        self._right.setObjectName("inspector-dock")
        self._right.setAllowedAreas(Qt.DockWidgetArea.RightDockWidgetArea)
        self._right.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self._right.setTitleBarWidget(QWidget())
        self._right.setWidget(self._inspector)

    def _make_inspector(self) -> Inspector:
        from pillarbox_ui.inspector.inspector import Inspector

        made = Inspector(self.context.theme, self.context.zone)
        made.setMinimumWidth(_INSPECTOR.width())
        made.asked_for.connect(self.inspection_asked)
        return made

    @property
    def inspector(self) -> Inspector:
        """What is in the right dock: made when a job or a queue is first shown."""
        return self._inspector.part

    def tell_inspector(self, snapshot: Snapshot) -> None:
        """Show what the snapshot says of the selected job, as soon as there is an inspector."""
        self._inspector.tell(lambda inspector: inspector.show_snapshot(snapshot))

    def _centre(self) -> QWidget:
        middle = QWidget()
        middle.setMinimumWidth(_NAVIGATION * 2)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self.filter_strip)
        column.addWidget(self.opening, 1)
        column.addWidget(self.pages, 1)
        self.pages.hide()
        column.addWidget(self.undo_bar)
        self.navigation.setMinimumWidth(_NAVIGATION * 3 // 4)
        self._splitter.setHandleWidth(SIZE.hairline)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.navigation)
        self._splitter.addWidget(middle)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        return self._splitter

    def _navigation_width(self) -> int:
        """Wider where letters are: "Retrying & scheduled" and its count are read whole."""
        words_and_count = self.fontMetrics().horizontalAdvance(tr("Retrying & scheduled") + "9,999")
        return max(_NAVIGATION, words_and_count + 3 * SIZE.edge + SIZE.inside)

    def fill(self) -> None:
        """The store is open and read: its pages take the place of "Opening…"."""
        self.opening.hide()
        self.pages.show()

    @property
    def inspector_dock(self) -> QDockWidget:
        """The right dock, which can be closed and shown again."""
        return self._right

    def recall(self) -> None:
        """Be as the window on this file was the last time."""
        remembered = self.context.remembered
        geometry, state = remembered.bytes("geometry"), remembered.bytes("state")
        navigation = remembered.bytes("navigation")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(_SIZE)
        self._splitter.setSizes([self._navigation_width(), _SIZE.width()])
        if state is not None:
            self.restoreState(state)
        if navigation is not None:
            self._splitter.restoreState(navigation)
        self.bottom.hide()

    def keep(self) -> None:
        """Remember how the window is."""
        remembered = self.context.remembered
        remembered.keep("geometry", self.saveGeometry())
        remembered.keep("state", self.saveState())
        remembered.keep("navigation", self._splitter.saveState())
        remembered.sync()
