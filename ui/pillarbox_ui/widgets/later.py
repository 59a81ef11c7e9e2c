"""Room for a part that is dear to make, such as a plot: made only once it is looked at.

Owns the waiting. The page is painted first, with the part's place in its background's colour and
of its final size; what the part is made of is then loaded bit by bit, and the part made once, in a
turn of its own. It stays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.in_turn import InTurn
from pillarbox_ui.widgets.loading import Loading, Needs

Part = TypeVar("Part", bound=QWidget)

LEAST_DEPTH = QSize(16 * SIZE.row, 2 * SIZE.row)
LEAST_RATES = QSize(11 * SIZE.row, 2 * SIZE.row)
LEAST_TIMELINE = QSize(18 * SIZE.row, 6 * SIZE.row)
"""The least room of the plots, nearly: a window is no smaller before they are made than after."""


class Later(QWidget, Generic[Part]):
    """Holds what `make` makes, after it was first painted or as soon as `part` is asked for.

    `needs` is what `make` imports, `turns` where parts that are made at about the same time wait
    for each other.
    """

    def __init__(
        self,
        make: Callable[[], Part],
        least: QSize,
        needs: Needs | None = None,
        turns: InTurn | None = None,
    ) -> None:
        super().__init__()
        self._make, self._needs = make, needs
        self._turns = turns or InTurn(self)
        self._part: Part | None = None
        self._told: Callable[[Part], object] | None = None
        self._awaited = False
        self.setMinimumSize(least)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    @property
    def is_made(self) -> bool:
        """Whether the part is there."""
        return self._part is not None

    @property
    def part(self) -> Part:
        """The part, made now if it was not yet."""
        if self._part is None:
            self._part = self._make()
            self.setMinimumSize(0, 0)  # from now on the part's own
            self._column.addWidget(self._part)
            self._put_in_tab_order(self._part)
            if self._told is not None:
                self._told(self._part)
        return self._part

    def _put_in_tab_order(self, part: QWidget) -> None:
        """Where it stands, not behind all that was made before; Qt goes by what takes focus."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        QWidget.setTabOrder(self, part)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def tell(self, show: Callable[[Part], object], turns: InTurn | None = None) -> None:
        """Do `show` with the part: now, or, unless something newer was told, once it is made.

        With `turns`, a part that is there is shown it in a turn of its own.
        """
        self._told = show
        if self._part is None:
            return
        if turns is None:
            show(self._part)
        else:
            turns.put(str(id(self)), partial(show, self._part))

    def paintEvent(self, event: QPaintEvent) -> None:
        """What was painted can be seen: now it is worth making."""
        super().paintEvent(event)
        self.prepare()

    def prepare(self) -> None:
        """Have the part made soon, looked at or not."""
        if not (self._awaited or self.is_made):
            self._awaited = True
            QTimer.singleShot(0, self._load)

    @Slot()
    def _load(self) -> None:
        if self._needs is not None:
            loading = Loading(self._needs)
            loading.loaded.connect(self._queue)
            loading.start()
        else:
            self._queue()

    @Slot()
    def _queue(self) -> None:
        self._turns.put(f"make {id(self)}", self._fill)

    def _fill(self) -> None:
        assert self.part is not None
