"""Making what the person will look at next, in the two seconds after the window was filled.

Owns the pace and the order. A page costs 20 to 90 ms when it is first shown, its graphs as much
again: made one by one while one still looks at the first, nobody waits for them, and going
somewhere is as quick the first time as the second.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from pillarbox_ui.frame import Frame
from pillarbox_ui.interest import View
from pillarbox_ui.widgets.later import Later

CALM_MS = 100
"""How long after the window was filled the first thing is made."""

PAUSE_MS = 5
"""Between one thing and the next, for what the person does: soon over is least in the way."""

ORDER = (
    View.QUEUE,
    View.DEAD_LETTERS,
    View.IN_FLIGHT,
    View.RETRYING,
    View.OVERVIEW,
    View.OPERATIONS,
    View.WORKERS,
    View.SCHEDULES,
    View.HANDLERS,
    View.TRASH,
)
"""All views, those that are gone to most first."""


class Foresight(QObject):
    """Lives with `frame`. `done` once everything is made."""

    done = Signal()

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._frame = frame
        self._steps, self._loaded = self._make_all(), False
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._step)

    def begin(self) -> None:
        """Begin, once things have calmed down."""
        self._next.start(CALM_MS)

    @Slot()
    def _step(self) -> None:
        try:
            with self._frame.context.precedence:
                next(self._steps)
        except StopIteration:
            self.done.emit()
            return
        self._next.start(PAUSE_MS)

    def _make_all(self) -> Iterator[None]:
        """One thing a step: a page, one of its graphs, the inspector."""
        for view in ORDER:
            page = self._frame.pages.page(view)
            yield
            page.ensurePolished()
            yield
            yield from self._prepare(page)
        yield from self._prepare(self._frame)

    def _prepare(self, whole: QWidget) -> Iterator[None]:
        """The parts of `whole` that wait to be looked at, and theirs."""
        for later in whole.findChildren(Later):
            if later.is_made:
                continue
            yield from self._make(later)
            later.ensurePolished()
            yield
            yield from self._prepare(later)

    def _make(self, later: Later[QWidget]) -> Iterator[None]:
        """The first plot is waited for: what all are made of is loaded in turns of its own."""
        if self._loaded:
            assert later.part is not None
            return
        later.prepare()
        while not later.is_made:
            yield
        self._loaded = True
