"""The filter's line: an icon, a clear button, and a mistake told right below it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.buttons import set_look
from pillarbox_ui.widgets.plain_label import PlainLabel


class SearchField(QLineEdit):
    """`submitted(text)` on Return and when it is cleared; Escape clears."""

    submitted = Signal(str)

    def __init__(self, theme: Theme, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bubble: PlainLabel | None = None
        self._error = ""
        self.setPlaceholderText(hint)
        self.setAccessibleName(words.tr("Filter"))
        self.setClearButtonEnabled(False)
        self._add_actions()
        self.textChanged.connect(self._edited)
        self.returnPressed.connect(self._submit)

    def _add_actions(self) -> None:
        lead = QAction(words.tr("Filter"), self)
        self._theme.icons.bind(lead, "search", "muted")
        self.addAction(lead, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(words.tr("Clear the filter"), self)
        self._theme.icons.bind(self._clear, "clear", "muted")
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.reset)

    def error(self) -> str:
        """The mistake being told; empty for none."""
        return self._error

    def set_error(self, text: str) -> None:
        """Tell a mistake below the line until the text is edited; empty takes it away."""
        self._error = text
        set_look(self, "invalid", bool(text))
        self.setAccessibleDescription(text)
        self._show_bubble()

    @Slot()
    def reset(self) -> None:
        """Empty the line and say so."""
        self.clear()
        self._submit()

    @Slot()
    def _submit(self) -> None:
        self.submitted.emit(self.text().strip())

    @Slot(str)
    def _edited(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        if self._error:
            self.set_error("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears a line that has text; an empty one lets it pass."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.reset()
            event.accept()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """A mistake told before the line was shown is told now."""
        super().showEvent(event)
        self._show_bubble()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The mistake stays below the line."""
        super().resizeEvent(event)
        self._place_bubble()

    def _show_bubble(self) -> None:
        if self._bubble is None and self._error and self.isVisible():
            self._bubble = PlainLabel(parent=self.window())
            self._bubble.setObjectName("bubble")
            self._bubble.setWordWrap(True)
            self.destroyed.connect(self._bubble.deleteLater)
        if self._bubble is not None:
            self._bubble.setText(self._error)
            self._bubble.setVisible(bool(self._error) and self.isVisible())
            self._place_bubble()

    def _place_bubble(self) -> None:
        if self._bubble is None or not self._error:
            return
        wanted = self._bubble.fontMetrics().horizontalAdvance(self._error) + 2 * SIZE.edge
        self._bubble.setFixedWidth(min(wanted, max(160, self.width())))
        self._bubble.setFixedHeight(self._bubble.heightForWidth(self._bubble.width()))
        self._bubble.move(self.mapTo(self.window(), QPoint(0, self.height() + SIZE.grid)))
        self._bubble.raise_()
