"""The Payload tab: the payload as text laid out, or as a tree whose paths can be copied.

Owns when the tree is built: only when it is looked at.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from pillarbox_engine.model import Job
from pillarbox_ui.dialogs.task import Task
from pillarbox_ui.inspector.payload_tree import PATH_ROLE, PayloadTree
from pillarbox_ui.masking import covered, escaped
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.json_view import JsonView
from pillarbox_ui.widgets.mono_cell import MonoCell
from pillarbox_ui.widgets.switch import Switch

RAW, TREE = 0, 1
_WIDEST_KEY = 260


class PayloadTab(QWidget):
    """Raw and Tree, Find, Copy. Secrets are masked until they are asked for; a copy is whole."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._built = ""
        self._busy = self.tr("Looking through the payload…")
        self.switch = Switch(self.tr("Raw"), self.tr("Tree"))
        self.raw = JsonView(theme, self.tr("Payload"))
        self.model = PayloadTree(self)
        self.tree = self._tree_view()
        self.banner = Banner(theme)
        self.reveal = self._tool("read-only", self.tr("Show masked values"), self._dress)
        self.reveal.setCheckable(True)
        self._pages = QStackedWidget()
        self._lay_out()
        self.switch.chosen.connect(self.show_page)
        self.model.busy.connect(self._tell_busy)
        self.model.settled.connect(self._tell_settled)
        self.raw.save_asked.connect(self._save)

    def _tree_view(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self.model)
        tree.setItemDelegate(MonoCell(self._theme, tree))
        tree.setUniformRowHeights(True)
        tree.setAccessibleName(self.tr("Payload as a tree"))
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._menu)
        return tree

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(SIZE.between, SIZE.inside, SIZE.inside, SIZE.inside)
        bar.setSpacing(SIZE.grid)
        bar.addWidget(self.switch)
        bar.addStretch(1)
        self.find_button = self._tool("search", self.tr("Find in the payload"), self.start_finding)
        bar.addWidget(self.find_button)
        bar.addWidget(self._tool("copy", self.tr("Copy the payload"), self.copy))
        bar.addWidget(self.reveal)
        for page in (self.raw, self.tree):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.banner)
        column.addWidget(self._pages, 1)

    def _tool(self, icon: str, name: str, pressed: object) -> QToolButton:
        tool = QToolButton()
        tool.setToolTip(name)
        tool.setAccessibleName(name)
        self._theme.icons.bind(tool, icon)
        tool.clicked.connect(pressed)
        return tool

    def show_job(self, job: Job) -> None:
        """Show the payload of `job`; the same text changes nothing."""
        if job.payload_json == self._text:
            return
        self._text = job.payload_json
        self.banner.hide()
        self.reveal.setChecked(False)  # what was shown of one job is not shown of the next
        self._dress()
        self._drop_tree()
        self.show_page(self.switch.place)

    @Slot(int)
    def show_page(self, place: int) -> None:
        """Raw (0) or tree (1)."""
        self.switch.choose(place)
        self._pages.setCurrentIndex(place)
        self.find_button.setEnabled(place == RAW)
        if place == TREE and self._built != self._text:
            self._build_tree()

    @Slot()
    def _dress(self) -> None:
        """Mask what has a secret's name, or show it."""
        open_ = self.reveal.isChecked()
        self.raw.set_json(self._text, escaped if open_ else covered)
        self.model.set_masking(not open_)

    @Slot()
    def start_finding(self) -> None:
        """Open the line to find in the text with."""
        self.raw.start_finding()

    @Slot()
    def copy(self) -> None:
        """Put the payload on the clipboard as it is stored."""
        QGuiApplication.clipboard().setText(self._text)

    # The tree.

    def _drop_tree(self) -> None:
        self._built = ""
        self.model.clear()

    def _build_tree(self) -> None:
        self._built = self._text
        self.model.set_text(self._text)
        root = self.model.index(0, 0)
        self.model.fetchMore(root)
        self.tree.expand(root)
        self._fit()

    @Slot()
    def _tell_busy(self) -> None:
        self.banner.tell("info", self._busy)

    @Slot()
    def _tell_settled(self) -> None:
        if not self.banner.isHidden() and self.banner.text() == self._busy:
            self.banner.hide()
            self._fit()

    def _fit(self) -> None:
        self.tree.resizeColumnToContents(0)
        self.tree.setColumnWidth(0, min(self.tree.columnWidth(0) + 2 * SIZE.edge, _WIDEST_KEY))

    @Slot(QPoint)
    def _menu(self, place: QPoint) -> None:
        index = self.tree.indexAt(place)
        if index.isValid():
            menu = self.menu(index)
            menu.popup(self.tree.viewport().mapToGlobal(place))

    def menu(self, index: QModelIndex) -> QMenu:
        """The menu of an entry of the tree: copy its path or its value."""
        menu = QMenu(self.tree)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        path, entry = index.data(PATH_ROLE), QPersistentModelIndex(index)
        clipboard = QGuiApplication.clipboard()
        menu.addAction(self.tr("Copy path"), lambda: clipboard.setText(path))
        menu.addAction(self.tr("Copy value"), lambda: clipboard.setText(self.model.copied(entry)))
        return menu

    # Saving what is too large to show.

    @Slot(str)
    def _save(self, text: str) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save the payload"), "payload.json")
        if path:
            self.save_to(Path(path), text)

    def save_to(self, path: Path, text: str) -> None:
        """Write `text` to `path`, and say how that went."""
        task = Task(lambda reports: path.write_text(text, "utf-8"))
        task.finished.connect(self._saved)
        task.failed.connect(self._not_saved)
        task.start()

    @Slot(object)
    def _saved(self, size: int) -> None:
        self.banner.tell("good", self.tr("The payload was saved"))

    @Slot(object)
    def _not_saved(self, error: Exception) -> None:
        self.banner.tell("error", self.tr("The payload could not be saved"), str(error))
