"""A name for a saved view."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from pillarbox_ui.dialogs.frame import Dialog, Field
from pillarbox_ui.saved_views import LONGEST
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.plain import one_line

_WIDTH = 400


class NameViewDialog(Dialog):
    """`named(name)` as it closes. `taken` are the names of others, which would be replaced."""

    named = Signal(str)

    def __init__(
        self,
        theme: Theme,
        title: str,
        name: str,
        taken: Collection[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, title, parent)
        self._taken = taken
        self.setMinimumWidth(_WIDTH)
        self.name = QLineEdit(one_line(name)[:LONGEST])
        self.name.setMaxLength(LONGEST)
        hint = self.tr("It will be in the navigation, under Saved views.")
        self._field = Field(self.tr("Name"), self.name, hint)
        self._hint = hint
        self.body.addWidget(self._field)
        self.body.addStretch(1)
        self.cancel_button = self.add_button(self.tr("Cancel"), self.reject)
        self.save_button = self.add_button(title, self.confirm, "primary")
        self.name.textChanged.connect(self._follow)
        self.name.selectAll()
        self.name.setFocus()
        self._follow()

    @Slot()
    def _follow(self) -> None:
        name = self.name.text().strip()
        self.save_button.setEnabled(bool(name))
        replaces = self.tr("There is one of that name; it will be replaced.")
        self._field.set_hint(replaces if name in self._taken else self._hint)

    def confirm(self) -> None:
        """Tell the name and close."""
        self.named.emit(self.name.text().strip())
        self.accept()
