"""What a model tells a delegate beside the text: the data roles.

A delegate never sees a record: it reads these roles, so any model can use any delegate.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import Qt

_BASE = Qt.ItemDataRole.UserRole.value


class Role(IntEnum):
    """Data roles of our models, with the type each one carries."""

    ID = _BASE + 1
    """str: the row's key."""
    SORT = _BASE + 2
    """Anything ordered: what the column sorts by."""
    STATE = _BASE + 3
    """str: a key of `words.STATES`, for the pill."""
    FRACTION = _BASE + 4
    """float from 0 to 1, or None: progress."""
    LEASE = _BASE + 5
    """tuple[datetime, float]: when the lease expires, and its length in seconds."""
    SERIES = _BASE + 6
    """tuple[int, ...]: a sparkline, oldest first."""
    LIMIT = _BASE + 7
    """tuple[int, int | None]: (used, limit) for a gauge or attempts; None means no limit."""
    MOMENT = _BASE + 8
    """datetime: drawn as relative time, absolute in the tool tip."""
    TONE = _BASE + 9
    """str: a token's, state's or tone's name to draw the text in."""
    COPY = _BASE + 10
    """JSON value: what Ctrl+C copies for the row, asked of column 0."""
