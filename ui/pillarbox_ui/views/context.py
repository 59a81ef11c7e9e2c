"""What every view is handed: the theme, the zone times are written in, and the window's hands.

Owns `Context`, so that a view's constructor does not take six arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pillarbox_ui.handling.handling import Handling
from pillarbox_ui.operations import Operations
from pillarbox_ui.precedence import Precedence
from pillarbox_ui.remembered import Remembered
from pillarbox_ui.theme.theme import Theme
from pillarbox_ui.widgets.zone import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Shared by all parts of one window."""

    theme: Theme
    zone: Zone
    operations: Operations
    remembered: Remembered
    handling: Handling
    precedence: Precedence = field(default_factory=Precedence)
