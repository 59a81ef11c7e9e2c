"""About Pillarbox: its version, what it stands on, and its licence."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pillarbox_ui.dialogs.frame import Dialog, plain
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE


class AboutDialog(Dialog):
    """One look, and the versions ready to be copied into a report."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent)
        self.setWindowTitle(self.tr("About Pillarbox"))
        top = QHBoxLayout()
        top.setSpacing(SIZE.edge)
        top.addWidget(self._picture(), 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(self._words(), 1)
        self.body.addLayout(top)
        self.body.addStretch(1)
        self.add_button(self.tr("Copy versions"), self._copy, left=True)
        self.add_button(self.tr("Close"), self.accept, "primary")

    def _picture(self) -> QLabel:
        label = QLabel()
        label.setPixmap(self.theme.icon("queue", "accent").pixmap(SIZE.icon_large, SIZE.icon_large))
        label.setAccessibleName(self.tr("Pillarbox"))
        return label

    def _words(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SIZE.inside)
        column.addWidget(plain("Pillarbox", title=True))
        column.addWidget(plain(self.tr("A queue manager with a durable queue of its own.")))
        text = plain(versions(), muted=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(text)
        column.addWidget(plain(self.tr("Free software under the MIT licence."), muted=True))
        return column

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(versions())


def versions() -> str:
    """What a report of a fault should name, a line each."""
    return "\n".join(
        (
            f"Pillarbox {_installed('pillarbox')}",
            f"Qt {qVersion()}, PySide6 {_installed('PySide6-Essentials')}",
            f"Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        )
    )


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "(not installed as a package)"
