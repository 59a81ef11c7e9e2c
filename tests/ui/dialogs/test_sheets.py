"""The sheet of shortcuts and About: they say what they were given, as text."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from pillarbox_ui.dialogs.about import AboutDialog, versions
from pillarbox_ui.dialogs.shortcuts import Section, Shortcut, ShortcutsDialog
from pillarbox_ui.theme.theme import Theme
from tests.ui.dialogs.kit import kept


def test_every_shortcut_is_listed(qtbot: QtBot, theme: Theme) -> None:
    sections = [
        Section("Jobs", (Shortcut("Ctrl+N", "New job"), Shortcut("Del", "Move to Trash"))),
        Section("View", (Shortcut("F5", "Refresh"),)),
    ]
    dialog = kept(qtbot, ShortcutsDialog(theme, sections))
    said = {label.text() for label in dialog.findChildren(QLabel)}
    assert {"Jobs", "New job", "Ctrl+N", "Move to Trash", "Del", "View", "F5"} <= said


def test_no_shortcuts_at_all_is_no_mishap(qtbot: QtBot, theme: Theme) -> None:
    assert kept(qtbot, ShortcutsDialog(theme, [])).windowTitle() == "Keyboard shortcuts"


def test_the_versions_can_be_copied(qtbot: QtBot, theme: Theme) -> None:
    dialog = kept(qtbot, AboutDialog(theme))
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Copy versions"].click()
    assert QGuiApplication.clipboard().text() == versions()
    assert "Pillarbox" in versions()


def test_a_dialog_is_as_high_as_its_text_however_small_it_was_made(
    qtbot: QtBot, theme: Theme
) -> None:
    dialog = AboutDialog(theme)
    dialog.resize(260, 60)
    kept(qtbot, dialog).show()
    layout = dialog.layout()
    assert layout is not None
    assert dialog.height() >= layout.totalHeightForWidth(dialog.width())
