"""Which jobs a command means: chosen rows, one group of errors, or all that match.

Owns `Target`, which views hand to actions and actions to dialogs, and how a person reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pillarbox_engine.filters import Filter
from pillarbox_ui.widgets import words


class TargetKind(StrEnum):
    """How the jobs were chosen."""

    SELECTION = "selection"
    GROUP = "group"
    FILTER = "filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Some jobs. `where` means them all (`where.ids` alone, for chosen rows).

    `count` is how many there were when it was last counted. `queue` is the one queue they are
    all in, None where there are several or it is not known. `described` says which, for a person:
    "selected", "in email matching error:timeout".
    """

    kind: TargetKind
    where: Filter
    count: int
    queue: str | None = None
    described: str = ""

    @property
    def text(self) -> str:
        """Such as "3 jobs selected" or "214 jobs in email matching error:timeout"."""
        jobs = words.counted(self.count, words.tr("job"), words.tr("jobs"))
        return f"{jobs} {self.described}".strip()


def chosen(job_ids: Sequence[str], queues: frozenset[str]) -> Target:
    """The jobs of selected rows, which are in `queues`."""
    return Target(
        kind=TargetKind.SELECTION,
        where=Filter(ids=tuple(job_ids)),
        count=len(job_ids),
        queue=next(iter(queues)) if len(queues) == 1 else None,
        described=words.tr("selected"),
    )
