"""Queue settings: every setting in its group, checked as one types, stored for every process.

Owns the course of storing them. Only what was changed here is written, so a setting that somebody
else changed meanwhile stays theirs.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from pillarbox_engine.errors import NotFound, PillarboxError
from pillarbox_engine.model import QueueSummary
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.settings_text import changed, lines
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.dialogs.backoff_edit import BackoffEdit
from pillarbox_ui.dialogs.body import Body
from pillarbox_ui.dialogs.frame import Dialog, name_button
from pillarbox_ui.dialogs.setting_field import SettingField
from pillarbox_ui.dialogs.setting_words import BACKOFF, GROUPS, Setting
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Progress
from pillarbox_ui.running import Undo, Work
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.tabs import quiet_tabs

_SIZE = (820, 620)


class QueueSettingsDialog(Dialog):
    """The settings of one queue. It closes once they are stored."""

    def __init__(
        self,
        theme: Theme,
        operations: Operations,
        queue: QueueSummary,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, self.tr("Settings of {0}").format(queue.name), parent)
        self._operations, self._queue = operations, queue
        now, usual = dict(lines(queue.settings)), dict(lines(QueueSettings()))
        self.fields = {
            setting.key: SettingField(theme, setting, now[setting.key], usual[setting.key])
            for _, group in GROUPS
            for setting in group
        }
        self.tabs = quiet_tabs(self.tr("Groups of settings"))
        for title, group in GROUPS:
            self.tabs.addTab(self._page(group), words.tr(title))
        self.body.addWidget(self.tabs, 1)
        self.default_button = self.add_button(
            self.tr("Back to the defaults"), self.back_to_defaults, "quiet", left=True
        )
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.save_button = self.add_button(self.tr("Save settings"), self.submit, "primary")
        self.resize(*_SIZE)
        for field in self.fields.values():
            field.edited.connect(self._follow)
        self._follow()

    def _page(self, group: tuple[Setting, ...]) -> Body:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, SIZE.between, 0, 0)
        grid.setHorizontalSpacing(SIZE.edge)
        grid.setVerticalSpacing(SIZE.edge)
        place = 0
        for setting in group:
            whole = setting.long or setting is BACKOFF
            place += place % 2 if whole else 0
            span = 2 if whole else 1
            top = Qt.AlignmentFlag.AlignTop
            align = top if not setting.long else Qt.AlignmentFlag(0)
            grid.addWidget(self.fields[setting.key], place // 2, place % 2, 1, span, align)
            place += span
        if not any(setting.long for setting in group):
            grid.setRowStretch(place // 2 + 1, 1)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        return _scrolling(inside)

    def only_show(self) -> None:
        """The file may not be written: the settings can be looked at."""
        for field in self.fields.values():
            field.only_show()
        self.default_button.hide()
        self.save_button.hide()
        name_button(self.cancel_button, self.tr("Close"))
        told = self.tr("Its settings can be looked at, not changed")
        self.banner.tell("info", self.tr("This file is open read-only"), told)
        self.tabs.setFocus()

    # What is wrong, and what has changed.

    @property
    def touched(self) -> list[SettingField]:
        """The settings that were changed here."""
        return [field for field in self.fields.values() if field.touched]

    @property
    def wrong(self) -> list[SettingField]:
        """The settings that cannot be stored as they are."""
        return [field for field in self.fields.values() if field.error]

    @Slot()
    def _follow(self) -> None:
        self._draw_delays()
        number, wrong = len(self.touched), self.wrong
        self.save_button.setEnabled(bool(number) and not wrong)
        many = words.counted(number, self.tr("setting"), self.tr("settings"))
        text = many if number else self.tr("settings")
        name_button(self.save_button, self.tr("Save {0}").format(text))
        self.default_button.setEnabled(any(field.differs for field in self.fields.values()))
        for place, (title, group) in enumerate(GROUPS):
            bad = any(self.fields[setting.key].error for setting in group)
            name = self.tr("{0} — mistake") if bad else "{0}"
            self.tabs.setTabText(place, name.format(words.tr(title)))

    def _draw_delays(self) -> None:
        parts = ("backoff", "max_attempts", "retry_for")
        editor = self.fields["backoff"].editor
        if isinstance(editor, BackoffEdit) and not any(self.fields[name].error for name in parts):
            drawn = changed(QueueSettings(), [self.fields[name].assignment for name in parts])
            editor.tell(drawn.backoff, drawn.max_attempts, drawn.retry_for)

    def back_to_defaults(self) -> None:
        """Put every setting back to its default; nothing is stored yet."""
        for field in self.fields.values():
            field.back_to_default()

    # Storing them.

    def submit(self) -> None:
        """Store what was changed, or go to the first mistake."""
        if self.wrong:
            self._go_to(self.wrong[0])
            return
        said = [field.assignment for field in self.touched]
        if not said:
            return
        self.clear_error()
        self._set_busy(True)
        name, before = self._queue.name, dict(lines(self._queue.settings))
        were = [f"{field.setting.key}={before[field.setting.key]}" for field in self.touched]
        title = self.tr("Change the settings of {0}").format(name)
        back = Undo(self.tr("Take back the settings of {0}").format(name), _change(name, were))
        operation = self._operations.start(title, _change(name, said), undo=lambda done: back)
        operation.finished.connect(self._finish)
        operation.failed.connect(self._fail)

    def _go_to(self, field: SettingField) -> None:
        for place, (_, group) in enumerate(GROUPS):
            if field.setting in group:
                self.tabs.setCurrentIndex(place)
                field.editor.setFocus()

    @Slot(object)
    def _finish(self, result: object) -> None:
        self.accept()

    @Slot(object)
    def _fail(self, error: PillarboxError) -> None:
        self._set_busy(False)
        self.show_error(error)

    def _set_busy(self, busy: bool) -> None:
        self.tabs.setEnabled(not busy)
        self.save_button.setEnabled(not busy)


def _scrolling(inside: QWidget) -> Body:
    area = Body()
    area.column.addWidget(inside)

    def leave_room(least: int, most: int) -> None:
        inside.setContentsMargins(0, 0, SIZE.between if most > least else 0, 0)

    area.verticalScrollBar().rangeChanged.connect(leave_room)
    return area


def _change(name: str, said: list[str]) -> Work:
    def work(backend: WindowBackend, progress: Progress) -> QueueSettings:
        now = next((one.settings for one in backend.queues() if one.name == name), None)
        if now is None:
            raise NotFound(f"There is no queue {name}", "it was there when the dialog was opened")
        after = changed(now, said)
        backend.configure(name, after)
        return after

    return work
