"""A box to choose a known queue in, or to name a new one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox

from pillarbox_engine.settings import MAX_NAME


class QueueBox(QComboBox):
    """Editable; nothing that is typed is added to its list."""

    def __init__(self, names: Sequence[str], chosen: str = "") -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(list(names))
        self.setCurrentText(chosen or next(iter(names), ""))
        line = self.lineEdit()
        if line is not None:
            line.setMaxLength(10 * MAX_NAME)
            line.setPlaceholderText(self.tr("A known queue, or the name of a new one"))

    @property
    def name(self) -> str:
        """The name chosen or typed, without white space round it."""
        return self.currentText().strip()
