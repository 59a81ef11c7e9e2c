"""One setting of a queue in the form: its editor, and below it help, the default, or the mistake.

Owns reading and judging its text, which is the one `pillarbox queue --set` takes.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.settings_text import NONE, changed
from pillarbox_ui.dialogs.backoff_edit import BackoffEdit
from pillarbox_ui.dialogs.frame import Field
from pillarbox_ui.dialogs.setting_words import BACKOFF, Setting
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.json_text import pretty
from pillarbox_ui.widgets.words import tr

_LINES = 5


class SettingField(Field):
    """`edited` when its text has changed. `usual` is its default, as text."""

    edited = Signal()

    def __init__(self, theme: Theme, setting: Setting, text: str, usual: str) -> None:
        super().__init__(tr(setting.title), self._editor(theme, setting, text), "")
        self.setting, self.usual = setting, usual
        self._before = self.text()
        self.check()

    def _editor(self, theme: Theme, setting: Setting, text: str) -> QWidget:
        """What to edit it with."""
        if setting is BACKOFF:
            delays = BackoffEdit(theme, text)
            delays.changed.connect(self._changed)
            return delays
        if setting.choices:
            return self._box(setting, text)
        if setting.long:
            return self._lines(theme, text)
        line = QLineEdit("" if text == NONE else text)
        line.setPlaceholderText(tr("None"))
        line.textChanged.connect(self._changed)
        return line

    def _box(self, setting: Setting, text: str) -> QComboBox:
        box = QComboBox()
        for value, title in setting.choices:
            box.addItem(tr(title), value)
        box.setCurrentIndex(max(0, box.findData(text)))
        box.currentIndexChanged.connect(self._changed)
        return box

    def _lines(self, theme: Theme, text: str) -> QPlainTextEdit:
        lines = QPlainTextEdit("" if text == NONE else pretty(text))
        lines.setFont(theme.mono())
        lines.setPlaceholderText(tr("None"))
        lines.document().setDocumentMargin(SIZE.inside - SIZE.ring)
        lines.setTabChangesFocus(True)
        lines.setProperty("framed", True)
        lines.setMinimumHeight(_LINES * lines.fontMetrics().lineSpacing() + SIZE.edge)
        lines.textChanged.connect(self._changed)
        return lines

    def text(self) -> str:
        """What is typed; nothing is `none`."""
        editor = self.editor
        if isinstance(editor, QComboBox):
            return str(editor.currentData())
        if isinstance(editor, BackoffEdit):
            return editor.text()
        if isinstance(editor, QPlainTextEdit):
            return editor.toPlainText().strip() or NONE
        return editor.text().strip() or NONE if isinstance(editor, QLineEdit) else NONE

    @property
    def assignment(self) -> str:
        """KEY=VALUE."""
        return f"{self.setting.key}={self.text()}"

    @property
    def touched(self) -> bool:
        """Whether it is not what it was when the form was opened."""
        return self.text() != self._before

    @property
    def differs(self) -> bool:
        """Whether it is another value than the default; one that cannot be read is."""
        settings = self.settings()
        return settings is None or settings != QueueSettings()

    def settings(self) -> QueueSettings | None:
        """The default settings with this one changed, or None where it cannot be read."""
        try:
            return changed(QueueSettings(), [self.assignment])
        except PillarboxError:
            return None

    def back_to_default(self) -> None:
        """Show the default."""
        editor = self.editor
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(self.usual))
        elif isinstance(editor, BackoffEdit):
            editor.set_text(self.usual)
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText("" if self.usual == NONE else self.usual)
        elif isinstance(editor, QLineEdit):
            editor.setText("" if self.usual == NONE else self.usual)

    @Slot()
    def _changed(self) -> None:
        if hasattr(self, "setting"):  # its editor is made before it
            self.check()
            self.edited.emit()

    def only_show(self) -> None:
        """Let it be read, not changed."""
        if isinstance(self.editor, QLineEdit | QPlainTextEdit):
            self.editor.setReadOnly(True)
        else:
            self.editor.setEnabled(False)

    def check(self) -> None:
        """Say what is wrong with it, or how it differs from the default."""
        try:
            changed(QueueSettings(), [self.assignment])
        except PillarboxError as error:
            self.set_error(self._mistake(error))
            return
        parts = [tr(self.setting.help)] if self.setting.help else []
        if self.differs:
            parts.append(tr("Changed; the default is {0}").format(self.usual))
        self.set_hint(" · ".join(parts))
        self.set_error("")

    def _mistake(self, error: PillarboxError) -> str:
        """What is wrong, without the setting's name in the file: its title stands above."""
        named, _, what = error.title.partition(" is ")
        title = what if what and named.startswith(self.setting.key) else error.title
        return ": ".join(filter(None, (title[:1].upper() + title[1:], error.reason)))
