"""What is done with saved views: saved from what is shown, gone to, renamed, removed.

Owns the way between the navigation, the dialog that asks for a name, and `saved_views`.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu

from pillarbox_ui.frame import Frame
from pillarbox_ui.places import SAVED
from pillarbox_ui.saved_views import SavedView, SavedViews
from pillarbox_ui.widgets.words import tr


class SavedDeeds(QObject):
    """`changed` when other views are saved. `here` tells the key of the place that is shown."""

    changed = Signal()

    def __init__(self, window: Frame, here: Callable[[], str], go: Callable[[str], object]) -> None:
        super().__init__(window)
        self._window, self._here, self._go = window, here, go
        self._views = SavedViews(window.context.remembered)
        window.navigation.menu_asked.connect(self._offer)

    def names(self) -> tuple[str, ...]:
        """What the saved views are called."""
        return tuple(view.name for view in self._views.all())

    def open(self, key: str) -> bool:
        """Go to the saved view with that key in the navigation; False where it is none."""
        view = self._views.find(key.removeprefix(SAVED)) if key.startswith(SAVED) else None
        if view is None:
            return False
        self._go(view.place)
        self._window.query.apply(view.query)
        return True

    def save(self) -> None:
        """Ask for a name for what is shown, and save it."""
        place, query = self._here(), self._window.query.typed
        if query:
            self._ask(tr("Save view"), query, lambda name: SavedView(name, place, query))

    def _ask(self, title: str, name: str, made: Callable[[str], SavedView]) -> None:
        from pillarbox_ui.dialogs.name_view import NameViewDialog

        theme = self._window.context.theme
        dialog = NameViewDialog(theme, title, name, self.names(), self._window)
        dialog.named.connect(lambda given: self._put(made(given)))
        dialog.open()

    def _put(self, view: SavedView) -> None:
        self._views.put(view)
        self.changed.emit()

    @Slot(str, QPoint)
    def _offer(self, key: str, spot: QPoint) -> None:
        menu = self.menu(key)
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(spot)

    def menu(self, key: str) -> QMenu | None:
        """The menu of a saved view; None for another place."""
        name = key.removeprefix(SAVED)
        if not key.startswith(SAVED) or self._views.find(name) is None:
            return None
        menu = QMenu(self._window)
        menu.addAction(tr("Rename…"), lambda: self.rename(name))
        menu.addAction(tr("Remove"), lambda: self.remove(name))
        return menu

    def rename(self, name: str) -> None:
        """Ask for another name for a view."""
        from pillarbox_ui.dialogs.name_view import NameViewDialog

        theme = self._window.context.theme
        others = tuple(other for other in self.names() if other != name)
        dialog = NameViewDialog(theme, tr("Rename"), name, others, self._window)
        dialog.named.connect(lambda given: self._rename(name, given))
        dialog.open()

    def _rename(self, name: str, new: str) -> None:
        self._views.rename(name, new)
        self.changed.emit()

    def remove(self, name: str) -> None:
        """Forget a view."""
        self._views.remove(name)
        self.changed.emit()
