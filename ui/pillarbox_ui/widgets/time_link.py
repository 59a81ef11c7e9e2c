"""What graphs over the same time share: one cursor, one span that is dragged, one that was chosen.

Owns passing them on, so that graphs made at different times need not know of each other.
"""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot


class Timed(Protocol):
    """A graph as far as the link is concerned: three signals, and two slots that draw."""

    pointed: Any
    spanned: Any
    span_chosen: Any

    def point_at(self, at: float | None) -> None:
        """Draw the cursor there."""

    def mark_span(self, span: tuple[float, float] | None) -> None:
        """Draw the span."""


class TimeLink(QObject):
    """`pointed(seconds or None)`, `spanned((start, end) or None)` while a span is dragged, and
    `span_chosen(start, end)`. Times are seconds since 1970 UTC."""

    pointed = Signal(object)
    spanned = Signal(object)
    span_chosen = Signal(float, float)

    def join(self, graph: Timed) -> None:
        """Have `graph` tell the others, and be told."""
        graph.pointed.connect(self.point_at)
        graph.spanned.connect(self.mark_span)
        graph.span_chosen.connect(self.span_chosen)
        self.pointed.connect(graph.point_at)
        self.spanned.connect(graph.mark_span)

    @Slot(object)
    def point_at(self, at: float | None) -> None:
        """Point at a time in all graphs."""
        self.pointed.emit(at)

    @Slot(object)
    def mark_span(self, span: tuple[float, float] | None) -> None:
        """Mark a span in all graphs."""
        self.spanned.emit(span)
