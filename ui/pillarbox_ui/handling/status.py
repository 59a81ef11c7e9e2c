"""How the handlers file of a window stands.

Owns `Status`, an immutable picture for the page, and its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillarbox_engine.errors import PillarboxError
from pillarbox_ui.widgets.words import tr

if TYPE_CHECKING:
    from pillarbox_engine.handlers import Inspected


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`path` "": no file was chosen. `file` is what was last read of it without a fault.

    `fault`: why it cannot be used as it is now. `approved`: the person approved exactly this text.
    `running`: the digest of what the workers were started with, "" while none run. `busy`: they
    are being started or stopped.
    """

    path: str = ""
    file: Inspected | None = None
    fault: PillarboxError | None = None
    approved: bool = False
    running: str = ""
    busy: bool = False
    can_run: bool = False

    @property
    def may_start(self) -> bool:
        """Whether workers can be started now."""
        idle = not (self.running or self.busy)
        return self.can_run and idle and self.file is not None and self.approved

    @property
    def may_approve(self) -> bool:
        """Whether there is something to approve."""
        return self.file is not None and self.fault is None and not self.approved

    @property
    def is_stale(self) -> bool:
        """Whether what runs is an older text of the file."""
        return bool(self.running) and self.file is not None and self.running != self.file.digest

    @property
    def word(self) -> str:
        """The state of each handler, by its name in the theme."""
        if self.fault is not None:
            return "fault"
        if not self.approved:
            return "unapproved"
        return "running" if self.running and not self.is_stale else "approved"

    @property
    def line(self) -> int:
        """The line of the file that is at fault; 0: none that is known."""
        line = getattr(self.fault, "line", 0)
        return line if isinstance(line, int) else 0


def said(status: Status) -> str:
    """The state in a line, for above the table."""
    if status.busy:
        return tr("Starting workers…") if not status.running else tr("Stopping workers…")
    if status.is_stale:
        return tr("Workers run an older text of this file: stop and start them to take it up")
    if status.running:
        return tr("Workers are running in this window")
    return tr("No worker runs in this window")
