"""The Qt palette of a theme: what Fusion paints where the style sheet says nothing."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from pillarbox_ui.theme.contrast import blend
from pillarbox_ui.theme.tokens import Tokens

_Role = QPalette.ColorRole


def palette(tokens: Tokens) -> QPalette:
    """A palette with every role set from `tokens`, disabled text included."""
    made = QPalette()
    for role, colour in _roles(tokens).items():
        made.setColor(role, QColor(colour))
    faded = QColor(blend(tokens.muted, tokens.content, 0.65))
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return made


def _roles(tokens: Tokens) -> dict[QPalette.ColorRole, str]:
    return {
        _Role.Window: tokens.window,
        _Role.WindowText: tokens.text,
        _Role.Base: tokens.content,
        _Role.AlternateBase: tokens.content,
        _Role.Text: tokens.text,
        _Role.Button: tokens.window,
        _Role.ButtonText: tokens.text,
        _Role.BrightText: tokens.state("error"),
        _Role.Highlight: tokens.selection,
        _Role.HighlightedText: tokens.text,
        _Role.Link: tokens.accent,
        _Role.LinkVisited: tokens.accent,
        _Role.PlaceholderText: tokens.muted,
        _Role.ToolTipBase: tokens.tip,
        _Role.ToolTipText: tokens.text,
        _Role.Light: tokens.content,
        _Role.Midlight: tokens.line,
        _Role.Mid: tokens.line,
        _Role.Dark: tokens.muted,
        _Role.Shadow: tokens.line,
        _Role.Accent: tokens.accent,
    }
