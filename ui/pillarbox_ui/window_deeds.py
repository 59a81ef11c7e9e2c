"""What the actions do that are about the window itself, not about jobs.

Owns how it looks (theme, rows, motion, what is shown beside the page), the opening of other files,
and the sheets of help. What actions do to jobs is in `deeds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMenu

from pillarbox_engine.errors import InputFault
from pillarbox_ui.actions import sheet
from pillarbox_ui.frame import Frame
from pillarbox_ui.theme.theme import Mode
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.plain import one_line
from pillarbox_ui.widgets.words import tr

MOST_AT_ONCE = 8
"""Windows that one drop opens: each has an engine and threads of its own."""


class OpenFile(Protocol):
    """A way to open another queue file, in a window of its own."""

    def __call__(self, path: str, *, read_only: bool = False) -> object:
        """Open the file at `path`."""


class WindowDeeds(QObject):
    """The window's own actions by name. `open_file` opens another file, in a window of its own."""

    def __init__(self, window: Frame, open_file: OpenFile | None) -> None:
        super().__init__(window)
        self._window = window
        self._context = window.context
        self._open_file = open_file
        for name in ("open", "open-read-only"):
            window.actions_[name].setEnabled(open_file is not None)
        self._by_name = self._deeds()

    def _deeds(self) -> Mapping[str, Callable[[], object]]:
        window = self._window
        return {
            "open": self._ask_open,
            "open-read-only": lambda: self._ask_open(read_only=True),
            "palette": self._open_palette,
            "notify": self._set_notify,
            "quit": window.close,
            "copy": self._copy,
            "filter": self._focus_filter,
            "clear": window.query.reset,
            "select-all": lambda: window.pages.current.choose_all_matching(),
            "compact": self.set_compact,
            "motion": self._set_motion,
            "bottom": lambda: window.bottom.setVisible(not window.bottom.isVisible()),
            "shortcuts": self._open_shortcuts,
            "about": self._open_about,
        }

    def do(self, name: str) -> bool:
        """Do what the action called `name` is for; False where it is not the window's own."""
        deed = self._by_name.get(name)
        if deed is not None:
            deed()
        return deed is not None

    def recall(self) -> None:
        """Look as the last time."""
        remembered, actions = self._context.remembered, self._window.actions_
        actions["compact"].setChecked(remembered.shared("compact") == "yes")
        actions["motion"].setChecked(self._context.theme.motion)
        actions["notify"].setChecked(remembered.shared("notify", "yes") == "yes")
        self.set_compact()

    def set_compact(self) -> None:
        """Rows as high as the action says, now and the next time."""
        compact = self._window.actions_["compact"].isChecked()
        self._context.remembered.share("compact", "yes" if compact else "no")
        self._window.pages.set_compact(compact)

    def _set_motion(self) -> None:
        moves = self._context.theme.motion = self._window.actions_["motion"].isChecked()
        self._context.remembered.share("motion", "yes" if moves else "no")

    def choose_theme(self, mode: Mode) -> None:
        """System, light or dark, now and the next time."""
        self._context.theme.set_mode(mode)
        self._context.remembered.share("theme", mode.value)

    def _copy(self) -> None:
        focus = self._window.focusWidget()
        copy = getattr(focus, "copy_json", None) or getattr(focus, "copy", None)
        if copy is not None:
            copy()

    def _focus_filter(self) -> None:
        self._window.query.setFocus()
        self._window.query.selectAll()

    def _open_shortcuts(self) -> None:
        from pillarbox_ui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self._context.theme, sheet(), self._window).open()

    def _open_about(self) -> None:
        from pillarbox_ui.dialogs.about import AboutDialog

        AboutDialog(self._context.theme, self._window).open()

    def _set_notify(self) -> None:
        on = self._window.actions_["notify"].isChecked()
        self._context.remembered.share("notify", "yes" if on else "no")

    def _open_palette(self) -> None:
        from pillarbox_ui.dialogs.palette import PaletteDialog
        from pillarbox_ui.palette_entries import action_entries, file_entries, place_entries

        window = self._window
        entries = (
            *action_entries(window.actions_),
            *place_entries(window.navigation.places, window.navigation.choose),
            *file_entries(self._context.remembered.recent(), self.open),
        )
        PaletteDialog(self._context.theme, entries, window).open()

    def _ask_open(self, *, read_only: bool = False) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._window, tr("Open queue file"), "", tr("Queue files (*.pillarbox);;All files (*)")
        )
        self.open(path, read_only=read_only)

    def open(self, path: str, *, read_only: bool = False) -> None:
        """Open the queue file at `path` in a window of its own; "" is nothing chosen."""
        if path and self._open_file is not None:
            self._context.remembered.add_recent(path)
            self._open_file(path, read_only=read_only)

    def open_all(self, paths: Sequence[str]) -> None:
        """Open each in a window of its own; of very many the first, and say so."""
        for path in paths[:MOST_AT_ONCE]:
            self.open(path)
        if len(paths) > MOST_AT_ONCE:
            title = tr("{0} of {1} queue files were opened").format(
                words.count(MOST_AT_ONCE), words.count(len(paths))
            )
            reason = tr("each has a window of its own, and so many would bury the screen")
            self._window.messages.tell_failure(
                InputFault(title, reason, tr("Drop a few at a time"))
            )

    def offer_recent(self, menu: QMenu) -> None:
        """Let `menu` list the files opened lately, each time it is shown."""
        menu.aboutToShow.connect(lambda: self._fill_recent(menu))

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path in self._context.remembered.recent():
            action = menu.addAction(one_line(path).replace("&", "&&"))
            action.triggered.connect(lambda on, path=path: self.open(path))
        menu.setEnabled(self._open_file is not None)
