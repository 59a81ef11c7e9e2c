"""Tabs as the window's are: no base line, no frame, the chosen one underlined."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget


def quiet_tabs(name: str, parent: QWidget | None = None) -> QTabWidget:
    """A tab widget without frame and base line; document mode would draw the line again."""
    tabs = QTabWidget(parent)
    tabs.setDocumentMode(True)
    tabs.tabBar().setDrawBase(False)
    tabs.tabBar().setAccessibleName(name)
    tabs.setAccessibleName(name)
    return tabs
