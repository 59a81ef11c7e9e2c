"""What is imported and where to: the files, the queue, and the type of lines that name none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QPushButton, QWidget

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.importing import ImportOptions
from pillarbox_engine.model import QueueSummary
from pillarbox_engine.names import check_queue_name, check_type
from pillarbox_engine.settings import DEFAULT_PAYLOAD_LIMIT
from pillarbox_ui.dialogs.frame import Field
from pillarbox_ui.dialogs.queue_box import QueueBox
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.plain_label import ElidedLabel

_WAIT_MS = 300


class ImportTarget(QWidget):
    """`typed` with every change, `changed` when the files have to be judged anew: a moment after
    the last key."""

    typed = Signal()
    changed = Signal()
    choose_asked = Signal()

    def __init__(self, queues: Sequence[QueueSummary], queue: str) -> None:
        super().__init__()
        self._limits = {known.name: known.settings.max_payload for known in queues}
        self.files = ElidedLabel("", self, heading=True)
        self.choose = QPushButton(self.tr("Choose files…"))
        self.queue = QueueBox([known.name for known in queues], queue)
        self.type = QLineEdit("default")
        self.bare = QCheckBox(self.tr("Take every line as a payload, whatever it looks like"))
        self.queue_field = Field(self.tr("Into queue"), self.queue)
        self.type_field = Field(self.tr("Type, where a line names none"), self.type)
        self._timer = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SIZE.between)
        grid.setVerticalSpacing(SIZE.inside)
        grid.addWidget(self.files, 0, 0)
        grid.addWidget(self.choose, 0, 1)
        fields = QGridLayout()
        fields.setHorizontalSpacing(SIZE.between)
        fields.addWidget(self.queue_field, 0, 0)
        fields.addWidget(self.type_field, 0, 1)
        for column in (0, 1):
            fields.setColumnStretch(column, 1)
        grid.addLayout(fields, 1, 0, 1, 2)
        grid.addWidget(self.bare, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def _connect(self) -> None:
        self.choose.clicked.connect(self.choose_asked)
        self.queue.currentTextChanged.connect(self._typed)
        self.type.textChanged.connect(self._typed)
        self.bare.toggled.connect(self._typed)
        self._timer.timeout.connect(self.changed)

    @Slot()
    def _typed(self) -> None:
        self.queue_field.set_error(_wrong_queue(self.queue_name))
        self.type_field.set_error(_wrong_type(self.type.text()))
        self._timer.start()
        self.typed.emit()

    @property
    def waiting(self) -> bool:
        """Whether something was typed for which the files have not been judged yet."""
        return self._timer.isActive()

    def settle(self) -> None:
        """Wait for no more keys: what is typed is meant."""
        if self.waiting:
            self._timer.stop()
            self.changed.emit()

    @property
    def queue_name(self) -> str:
        """The queue chosen."""
        return self.queue.name

    @property
    def problem(self) -> str:
        """What is wrong with queue or type; "" if nothing is."""
        if not self.queue_name:
            return self.tr("Name the queue the jobs go to")
        return _wrong_queue(self.queue_name) or _wrong_type(self.type.text())

    def options(self, *, again: bool = False) -> ImportOptions:
        """How to read the files; a queue not yet named does not keep one from reading."""
        return ImportOptions(
            queue=self.queue_name if not self.problem else "unnamed",
            type=self.type.text() if not _wrong_type(self.type.text()) else "default",
            bare=self.bare.isChecked(),
            again=again,
            max_payload=self._limits.get(self.queue_name, DEFAULT_PAYLOAD_LIMIT),
            limits=self._limits,
        )

    def show_files(self, text: str) -> None:
        """Name the files."""
        self.files.setText(text)


def _wrong_queue(name: str) -> str:
    try:
        check_queue_name(name) if name else ""
    except PillarboxError as error:
        return str(error)
    return ""


def _wrong_type(name: str) -> str:
    try:
        check_type(name)
    except PillarboxError as error:
        return str(error)
    return ""
