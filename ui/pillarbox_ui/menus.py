"""The menu bar, the tool bar and the context menus, made from the actions.

Owns which actions are where. New job is the only filled button.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar, QSizePolicy, QToolBar, QToolButton, QWidget

from pillarbox_ui.actions import Actions
from pillarbox_ui.interest import View
from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.words import tr

_LARGE = 26
"""From letters of this height on, in px, the tool bar has room for icons only."""

_FILE = ("new", "import", "export", "sample", "-", "open", "open-read-only", "save-copy")
_JOBS = (
    "requeue",
    "replay",
    "edit-replay",
    "release",
    "cancel",
    "duplicate",
    "-",
    "trash",
    "purge",
    "erase",
    "restore",
    "-",
    "undo",
    "-",
    "select-all",
    "copy",
    "copy-id",
)
_QUEUE = ("pause", "drain", "queue-settings", "-", "new", "import", "schedule-new")
_VIEW = (
    "palette",
    "filter",
    "clear",
    "save-view",
    "-",
    "refresh",
    "live",
    "-",
    "inspector",
    "bottom",
)
_HELP = ("shortcuts", "about")

_ANY_JOB = (
    "requeue",
    "replay",
    "release",
    "cancel",
    "duplicate",
    "-",
    "trash",
    "erase",
    "-",
    "copy",
    "copy-id",
    "export",
)

_CONTEXT: dict[View, tuple[str, ...]] = {
    View.OVERVIEW: (*_ANY_JOB, "-", "pause", "drain", "queue-settings", "new", "import"),
    View.IN_FLIGHT: ("release", "cancel", "-", "copy", "copy-id", "export"),
    View.RETRYING: (
        "requeue",
        "cancel",
        "duplicate",
        "-",
        "trash",
        "-",
        "copy",
        "copy-id",
        "export",
    ),
    View.DEAD_LETTERS: (
        "replay",
        "edit-replay",
        "requeue",
        "duplicate",
        "-",
        "trash",
        "-",
        "copy",
        "copy-id",
        "export",
    ),
    View.TRASH: ("restore", "erase", "-", "copy", "copy-id", "export"),
    View.SCHEDULES: (
        "schedule-run",
        "schedule-pause",
        "schedule-remove",
        "-",
        "schedule-new",
    ),
    View.WORKERS: ("release", "-", "copy", "copy-id", "export"),
}
_THEMES = ((Mode.SYSTEM, "System"), (Mode.LIGHT, "Light"), (Mode.DARK, "Dark"))


def fill_menu_bar(
    bar: QMenuBar, actions: Actions, theme: Theme, choose: Callable[[Mode], None]
) -> QMenu:
    """Fill `bar`; the answer is the menu that the recent files go into."""
    file_menu = bar.addMenu(tr("&File"))
    actions.fill(file_menu, _FILE)
    recent = file_menu.addMenu(tr("Open recent"))
    file_menu.addSeparator()
    actions.fill(file_menu, ("quit",))
    for title, names in ((tr("&Jobs"), _JOBS), (tr("&Queue"), _QUEUE)):
        actions.fill(bar.addMenu(title), names)
    view_menu = bar.addMenu(tr("&View"))
    actions.fill(view_menu, _VIEW)
    view_menu.addSeparator()
    _fill_themes(view_menu.addMenu(tr("Theme")), theme, choose)
    actions.fill(view_menu, ("compact", "motion", "notify"))
    actions.fill(bar.addMenu(tr("&Help")), _HELP)
    return recent


def _fill_themes(menu: QMenu, theme: Theme, choose: Callable[[Mode], None]) -> None:
    group = QActionGroup(menu)
    for mode, text in _THEMES:
        action = QAction(tr(text), menu, checkable=True)
        action.setChecked(theme.mode is mode)
        action.triggered.connect(lambda on, mode=mode: choose(mode))
        group.addAction(action)
        menu.addAction(action)


def tool_bar(actions: Actions, theme: Theme, query: QWidget) -> QToolBar:
    """New job · Import… · Requeue · Replay… · Purge… · Pause · query bar · Live."""
    bar = QToolBar(tr("Actions"))
    bar.setObjectName("tool-bar")
    bar.setMovable(False)
    bar.setFloatable(False)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    bar.setIconSize(QSize(grown(SIZE.icon), grown(SIZE.icon)))
    bar.addWidget(_primary(actions["new"], theme))
    for name in ("import", "requeue", "replay", "purge", "pause"):
        bar.addWidget(_button(actions[name]))
    query.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    bar.addWidget(query)
    bar.addWidget(_button(actions["live"]))
    return bar


def _primary(action: QAction, theme: Theme) -> QToolButton:
    """The filled button: its icon is in the colour that goes on the accent."""
    button = QToolButton()
    button.setObjectName("primary")
    button.setText(action.iconText())
    button.setToolTip(action.toolTip())
    theme.icons.bind(button, "new", "on_accent")
    button.clicked.connect(action.trigger)
    action.enabledChanged.connect(button.setEnabled)
    return _dressed(button)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    return _dressed(button)


def _dressed(button: QToolButton) -> QToolButton:
    crowded = button.fontMetrics().height() > _LARGE and button.objectName() != "primary"
    button.setToolButtonStyle(
        Qt.ToolButtonStyle.ToolButtonIconOnly
        if crowded
        else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    )
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(button.text().strip())
    return button


def fill_context_menu(menu: QMenu, actions: Actions, view: View) -> None:
    """What can be done with the selected rows of a view."""
    names = _CONTEXT.get(view, _ANY_JOB)
    possible = [name for name in names if name == "-" or actions[name].isEnabled()]
    actions.fill(menu, possible)
