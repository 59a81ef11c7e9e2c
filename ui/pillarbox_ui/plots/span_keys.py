"""The cursor and the span of a graph, moved with the keyboard. Pure but for Qt's key codes."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

STEPS = 60
"""The cursor goes a sixtieth of the time on show at a time."""

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the cursor and the span are after a key; `chosen` is a span that was taken."""

    at: float | None
    span: Span | None = None
    chosen: Span | None = None


class SpanKeys:
    """Remembers from where a span is dragged."""

    def __init__(self) -> None:
        self._anchor = 0.0

    def press(
        self, event: QKeyEvent, shown: Span, at: float | None, span: Span | None
    ) -> Moved | None:
        """What the key does to the cursor `at` and the `span`; None where it is not for us."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return None if span is None else Moved(at, span, span)
        if key is Qt.Key.Key_Escape:
            return None if at is None and span is None else Moved(None)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if step is None:
            return None
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return self._move(step, shown, at, span, extends=extends)

    def _move(
        self, step: int, shown: Span, at: float | None, span: Span | None, *, extends: bool
    ) -> Moved:
        start, end = shown
        before = end if at is None else at
        after = min(end, max(start, before + step * (end - start) / STEPS))
        if not extends:
            return Moved(after)
        if span is None:
            self._anchor = before
        return Moved(after, (min(self._anchor, after), max(self._anchor, after)))
