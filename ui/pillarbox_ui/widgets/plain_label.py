"""A label that shows text as it is: `Qt.PlainText`, whatever the text says."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainterPath, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pillarbox_ui.widgets.plain import one_line, tip

_INTERACTION = Qt.TextInteractionFlag


def put_tip(widget: QWidget, text: str) -> None:
    """Give `widget` a tool tip that shows `text` as it is, and is read out without its markup."""
    widget.setToolTip(tip(text))
    widget.setAccessibleDescription(text)


def _overhang(font: QFont, text: str) -> int:
    """How far the first letter reaches to the left of where it begins, in px."""
    if not text or QFontMetrics(font).leftBearing(text[0]) >= 0:
        return 0
    drawn = QPainterPath()
    drawn.addText(0, 0, font, text[0])  # a bearing counts half shades too
    return max(0, round(-drawn.boundingRect().left()))


class PlainLabel(QLabel):
    """A label for data. `properties` (muted, title, heading, small) pick its look."""

    def __init__(self, text: str = "", parent: QWidget | None = None, **properties: bool) -> None:
        super().__init__(parent)
        super().setTextFormat(Qt.TextFormat.PlainText)
        for name, value in properties.items():
            self.setProperty(name, value)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show `text`, all of it: the tail of a J reaches to the left of where the line begins."""
        self.setIndent(_overhang(self.font(), text))
        super().setText(text)

    def setTextFormat(self, text_format: Qt.TextFormat) -> None:
        """Refused: this label is plain for good."""

    def setToolTip(self, text: str) -> None:
        """A tool tip that shows `text` as it is."""
        super().setToolTip(tip(text))
        self.setAccessibleDescription(text)

    def set_selectable(self, selectable: bool = True) -> None:
        """Let the text be selected and copied, by mouse and keyboard."""
        both = _INTERACTION.TextSelectableByMouse | _INTERACTION.TextSelectableByKeyboard
        self.setTextInteractionFlags(both if selectable else _INTERACTION.NoTextInteraction)

    def set_tone(self, tone: str) -> None:
        """Draw the text in "error", "warn" or "good"; empty for the usual colour."""
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)


class ElidedLabel(PlainLabel):
    """One line that is cut with an ellipsis where there is no room; the tool tip has it whole."""

    def __init__(self, text: str = "", parent: QWidget | None = None, **properties: bool) -> None:
        self._whole = text
        super().__init__(text, parent, **properties)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show `text`, as much of it as there is room for."""
        self._whole = text
        self.setAccessibleName(text)
        self._elide()

    def whole(self) -> str:
        """The text, uncut."""
        return self._whole

    def minimumSizeHint(self) -> QSize:
        """Room for an ellipsis."""
        return QSize(24, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        line = one_line(self._whole)
        room = max(24, self.contentsRect().width() - max(0, self.indent()))
        cut = QFontMetrics(self.font()).elidedText(line, Qt.TextElideMode.ElideRight, room)
        QLabel.setText(self, cut)
        self.setToolTip(self._whole if cut != line else "")
