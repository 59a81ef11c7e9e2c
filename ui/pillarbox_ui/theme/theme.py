"""The theme of the window: System, Light or Dark, and everything that follows from it.

Owns the mode, the tokens of the moment, the fonts and the icons; `apply` dresses the application,
and `changed` tells parts that paint themselves to paint anew.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontInfo, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QStyleFactory

from pillarbox_ui.theme import fonts
from pillarbox_ui.theme.icons import Icons, colour_of
from pillarbox_ui.theme.palette import palette
from pillarbox_ui.theme.sheet import style_sheet
from pillarbox_ui.theme.tokens import DARK, LIGHT, SIZE, Tokens, high_contrast


class Mode(StrEnum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_SCHEMES = {
    Mode.SYSTEM: Qt.ColorScheme.Unknown,
    Mode.LIGHT: Qt.ColorScheme.Light,
    Mode.DARK: Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """Tokens, fonts and icons of the moment. Every part of the window is handed the one theme."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None, mode: Mode = Mode.SYSTEM) -> None:
        super().__init__(parent)
        self.motion = True
        self._mode = mode
        self._tokens = self._choose()
        self._icons = Icons(self._tokens)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    @property
    def mode(self) -> Mode:
        """What the person chose: System, Light or Dark."""
        return self._mode

    @property
    def tokens(self) -> Tokens:
        """The colours of the moment."""
        return self._tokens

    @property
    def icons(self) -> Icons:
        """The icons in the colours of the moment; `icons.bind` keeps a button's up to date."""
        return self._icons

    @property
    def motion_ms(self) -> int:
        """How long toasts and drawers take to move, in ms; 0 when motion is turned off."""
        return SIZE.motion_ms if self.motion else 0

    def apply(self, application: QApplication) -> None:
        """Dress `application`: Fusion, font, then palette and style sheet now and on change."""
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setFont(fonts.text_font())
        QGuiApplication.styleHints().setColorScheme(_SCHEMES[self._mode])
        self._refresh()
        self._dress()

    def set_mode(self, mode: Mode) -> None:
        """Change to System, Light or Dark; `changed` is emitted once everything is redrawn."""
        self._mode = mode
        QGuiApplication.styleHints().setColorScheme(_SCHEMES[mode])
        self._refresh()

    def colour(self, tone: str) -> QColor:
        """The colour of a token ("muted"), state ("dead") or tone ("warn"), by name."""
        return QColor(colour_of(self._tokens, tone))

    def icon(self, meaning: str, tone: str = "muted") -> QIcon:
        """The icon for `meaning` in the colours of the moment."""
        return self._icons.icon(meaning, tone)

    def mono(self) -> QFont:
        """The fixed font at the application's size."""
        return fonts.mono_font(QGuiApplication.font())

    def numbers(self) -> QFont:
        """The application's font with tabular figures."""
        return fonts.number_font(QGuiApplication.font())

    @Slot()
    def _refresh(self) -> None:
        tokens = self._choose()
        if tokens == self._tokens:
            return
        self._tokens = tokens
        self._icons.recolour(tokens)
        self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(palette(self._tokens))
            text_px = QFontInfo(application.font()).pixelSize()
            application.setStyleSheet(style_sheet(self._tokens, text_px))

    def _choose(self) -> Tokens:
        tokens = DARK if self._wants_dark() else LIGHT
        return high_contrast(tokens) if _wants_contrast() else tokens

    def _wants_dark(self) -> bool:
        if self._mode is Mode.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._mode is Mode.DARK


def _wants_contrast() -> bool:
    """Whether the system asks for high contrast; Qt before 6.10 cannot tell."""
    hints = getattr(QGuiApplication.styleHints(), "accessibility", None)
    if hints is None:
        return False
    return bool(hints().contrastPreference() == Qt.ContrastPreference.HighContrast)
