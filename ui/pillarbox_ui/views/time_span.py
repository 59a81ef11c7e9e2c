"""A span of time as a filter: which jobs of it are meant, and the query that says so.

Owns the words of the menu and of the query, and putting it in the place of an earlier span.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from pillarbox_ui.widgets.words import tr
from pillarbox_ui.widgets.zone import Zone

_EARLIER = re.compile(r"(?:^|(?<=\s))(?:enqueued|ended)[<>]\S*\s*", re.IGNORECASE)


def span_menu(
    owner: QWidget, start: float, end: float, zone: Zone, narrow: Callable[[str], object]
) -> QMenu:
    """What can be looked for in the time from `start` to `end` (seconds since 1970 UTC)."""
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    moments = [datetime.fromtimestamp(at, UTC) for at in (start, end)]
    span = "–".join(zone.clock_text(moment) for moment in moments)
    for text, key in (
        (tr("Jobs that ended {0}"), "ended"),
        (tr("Jobs enqueued {0}"), "enqueued"),
    ):
        query = span_query(key, start, end)
        menu.addAction(text.format(span), partial(narrow, query))
    return menu


def span_query(key: str, start: float, end: float) -> str:
    """`key>=START key<END`, on whole seconds that take all of the span in."""
    first, last = int(start), int(-(-end // 1))
    return f"{key}>={_written(first)} {key}<{_written(last)}"


def _written(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def narrowed(typed: str, span: str) -> str:
    """`typed` with `span` in the place of an earlier one."""
    return f"{_EARLIER.sub('', typed).strip()} {span}".strip()
