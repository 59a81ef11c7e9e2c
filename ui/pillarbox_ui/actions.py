"""Every action of the window: its words, icon, keys, and where the menus show it.

Owns the `QAction`s, made from data, so that menus, tool bar, context menus and the sheet of
shortcuts tell one story. What an action does is connected by the window.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.words import tr

if TYPE_CHECKING:
    from pillarbox_ui.dialogs.shortcuts import Section, Shortcut


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """An action. `menu` is the section it belongs to; `writes`: not possible on a read-only file.

    `own_key`: the key is the focused widget's own (Ctrl+C is a table's and a text's); the action
    only shows it.
    """

    name: str
    text: str
    menu: str
    icon: str = ""
    keys: str = ""
    tip: str = ""
    writes: bool = False
    checkable: bool = False
    own_key: bool = False


SPECS = (
    Spec(name="new", text="New job", menu="File", icon="new", keys="Ctrl+N", writes=True),
    Spec(name="open", text="Open queue file…", menu="File", icon="open", keys="Ctrl+O"),
    Spec(
        name="open-read-only",
        text="Open read-only…",
        menu="File",
        tip="Look at a queue file without being able to change it",
    ),
    Spec(
        name="import",
        text="Import…",
        menu="File",
        icon="import",
        keys="Ctrl+I",
        tip="Import job files; or drop them anywhere in the window",
        writes=True,
    ),
    Spec(
        name="export",
        text="Export…",
        menu="File",
        icon="export",
        keys="Ctrl+E",
        tip="Write the selected or all listed jobs to a job file",
    ),
    Spec(
        name="save-copy",
        text="Save a copy…",
        menu="File",
        tip="A consistent copy of the queue file, while work goes on",
    ),
    Spec(name="sample", text="Load the sample", menu="File", icon="sample", writes=True),
    Spec(name="quit", text="Quit", menu="File", keys="Ctrl+Q"),
    Spec(
        name="requeue",
        text="Requeue",
        menu="Jobs",
        icon="requeue",
        keys="Ctrl+Shift+Q",
        tip="Make the selected jobs ready now",
        writes=True,
    ),
    Spec(
        name="replay",
        text="Replay…",
        menu="Jobs",
        icon="replay",
        keys="Ctrl+R",
        tip="Dead letters back to work, attempts reset",
        writes=True,
    ),
    Spec(
        name="edit-replay",
        text="Edit and replay…",
        menu="Jobs",
        icon="edit",
        keys="Ctrl+Shift+R",
        tip="Dead letters back to work, with a change to each payload",
        writes=True,
    ),
    Spec(
        name="release",
        text="Release",
        menu="Jobs",
        icon="release",
        tip="Take the selected jobs from their workers",
        writes=True,
    ),
    Spec(
        name="cancel",
        text="Cancel jobs",
        menu="Jobs",
        icon="cancel",
        tip="End the selected jobs without running them",
        writes=True,
    ),
    Spec(name="duplicate", text="Duplicate…", menu="Jobs", icon="copy", keys="Ctrl+D", writes=True),
    Spec(
        name="trash",
        text="Move to Trash",
        menu="Jobs",
        icon="trash",
        keys="Del",
        tip="Move the selected jobs to the Trash; it can be undone",
        writes=True,
    ),
    Spec(
        name="purge",
        text="Purge…",
        menu="Jobs",
        icon="purge",
        tip="Move the selected or all matching jobs to the Trash",
        writes=True,
    ),
    Spec(
        name="erase",
        text="Delete for good…",
        menu="Jobs",
        icon="purge",
        keys="Shift+Del",
        writes=True,
    ),
    Spec(name="restore", text="Restore", menu="Jobs", icon="restore", writes=True),
    Spec(name="undo", text="Undo", menu="Jobs", icon="undo", keys="Ctrl+Z", writes=True),
    Spec(
        name="select-all",
        text="Select all matching",
        menu="Jobs",
        keys="Ctrl+Shift+A",
        tip="Select every job that matches, those that are not loaded too",
    ),
    Spec(name="copy", text="Copy as JSON", menu="Jobs", icon="copy", keys="Ctrl+C", own_key=True),
    Spec(name="copy-id", text="Copy ID", menu="Jobs", keys="Ctrl+Shift+C"),
    Spec(name="pause", text="Pause", menu="Queue", icon="pause", keys="Ctrl+P", writes=True),
    Spec(
        name="drain",
        text="Drain",
        menu="Queue",
        icon="stop",
        tip="Take no new jobs in and run what is there",
        writes=True,
    ),
    Spec(
        name="queue-settings",
        text="Queue settings…",
        menu="Queue",
        icon="settings",
        keys="Ctrl+,",
        tip="Limits, retries, time-outs, payloads, keeping and alarms of the queue",
        writes=True,
    ),
    Spec(
        name="schedule-new",
        text="New schedule…",
        menu="Queue",
        icon="schedules",
        tip="Enqueue a job at times of the clock, or each so many seconds",
        writes=True,
    ),
    Spec(
        name="schedule-run",
        text="Run now",
        menu="Queue",
        icon="requeue",
        tip="Enqueue the schedule's job now, besides its times",
        writes=True,
    ),
    Spec(name="schedule-pause", text="Pause", menu="Queue", icon="pause", writes=True),
    Spec(
        name="schedule-remove",
        text="Remove",
        menu="Queue",
        icon="trash",
        tip="Forget the schedule; its jobs stay",
        writes=True,
    ),
    Spec(
        name="palette",
        text="Commands…",
        menu="View",
        icon="search",
        keys="Ctrl+K",
        tip="Find any action or place by a few of its letters",
    ),
    Spec(name="filter", text="Filter", menu="View", icon="search", keys="/"),
    Spec(
        name="save-view",
        text="Save view…",
        menu="View",
        icon="saved-view",
        tip="Keep this filter and place in the navigation",
    ),
    Spec(name="clear", text="Clear the filter", menu="View", icon="clear"),
    Spec(name="refresh", text="Refresh", menu="View", icon="refresh", keys="F5"),
    Spec(
        name="live",
        text="Live",
        menu="View",
        icon="live",
        keys="Ctrl+L",
        tip="Follow changes as they happen",
        checkable=True,
    ),
    Spec(name="inspector", text="Inspector", menu="View", keys="Ctrl+B", checkable=True),
    Spec(name="bottom", text="Operations and log", menu="View", keys="Ctrl+J"),
    Spec(name="compact", text="Compact rows", menu="View", checkable=True),
    Spec(name="motion", text="Motion", menu="View", tip="Let things move", checkable=True),
    Spec(
        name="notify",
        text="Notify of alarms",
        menu="View",
        tip="Tell of alarms in the system's tray while the window is not in front",
        checkable=True,
    ),
    Spec(name="shortcuts", text="Keyboard shortcuts", menu="Help", keys="F1"),
    Spec(name="about", text="About Pillarbox", menu="Help"),
)

MENUS = ("File", "Jobs", "Queue", "View", "Help")


class Actions(QObject):
    """The window's actions by name. `asked(name)` when one is triggered, by whatever means."""

    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._by_name = {spec.name: self._make(spec) for spec in SPECS}

    def _make(self, spec: Spec) -> QAction:
        action = QAction(tr(spec.text), self)
        action.setObjectName(spec.name)
        action.setIconText(_beside(tr(spec.text)))
        action.setCheckable(spec.checkable)
        action.setShortcut(QKeySequence(spec.keys))
        if spec.own_key:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        if spec.icon:
            self._theme.icons.bind(action, spec.icon, "text")
        action.setToolTip(_tip(spec))
        action.triggered.connect(lambda: self.asked.emit(spec.name))
        return action

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    @property
    def all(self) -> Iterable[QAction]:
        """All of them."""
        return self._by_name.values()

    def set_enabled(self, enabled: Mapping[str, bool]) -> None:
        """Grey out, or not, what `enabled` names."""
        for name, on in enabled.items():
            self._by_name[name].setEnabled(on)

    def say_pause(self, name: str, resumes: bool) -> None:
        """Let the action `name`, Pause, read Resume while what it is about is paused."""
        action = self._by_name[name]
        text = tr("Resume") if resumes else tr("Pause")
        if action.text() != text:
            action.setText(text)
            action.setIconText(_beside(text))
            self._theme.icons.bind(action, "resume" if resumes else "pause", "text")

    def fill(self, menu: QMenu, names: Iterable[str]) -> None:
        """Add the actions called `names` to `menu`; "-" is a line."""
        for name in names:
            if name == "-":
                menu.addSeparator()
            else:
                menu.addAction(self._by_name[name])


def _beside(text: str) -> str:
    """A button's text beside its icon: Fusion leaves no room between, so a space makes it."""
    return f"\u2002{text}"


def _tip(spec: Spec) -> str:
    keys = QKeySequence(spec.keys).toString(QKeySequence.SequenceFormat.NativeText)
    text = tr(spec.tip or spec.text)
    return f"{text} ({keys})" if keys else text


def writing() -> tuple[str, ...]:
    """The names of the actions that a read-only file forbids."""
    return tuple(spec.name for spec in SPECS if spec.writes)


def sheet() -> tuple[Section, ...]:
    """The sheet of shortcuts: every action with a key, and the views' keys."""
    from pillarbox_ui.dialogs.shortcuts import Section, Shortcut

    sections = [
        Section(tr(menu), tuple(_line(spec) for spec in SPECS if spec.menu == menu and spec.keys))
        for menu in MENUS
    ]
    places = Shortcut("Ctrl+1", tr("Overview")), Shortcut("Ctrl+2…9", tr("The places below it"))
    sections.append(Section(tr("Go to"), places))
    return tuple(section for section in sections if section.shortcuts)


def _line(spec: Spec) -> Shortcut:
    from pillarbox_ui.dialogs.shortcuts import Shortcut

    return Shortcut(spec.keys, tr(spec.text).removesuffix("…"))
