"""What came of an import, summed over its sources, in words or as one JSON document.

Owns the exit code of `enqueue`: 0 all taken, 3 partly, 1 nothing taken or cut short.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED, PARTLY
from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.importing import ImportProgress, ImportResult, Rejected, Scan

SHOWN = 20
"""Rejected entries that are named on stderr; the rest are counted."""
LISTED = 1_000
"""Rejected entries that are listed in the JSON document."""


class IntakeReport:
    """Adds up verdicts and results. `save` is given each rejected entry."""

    def __init__(
        self, queue: str, save: Callable[[Rejected], None] | None, *, dry_run: bool = False
    ) -> None:
        self._queue, self._save, self._dry_run = queue, save, dry_run
        self._accepted = self._conflicts = self._rejected = 0
        self._running = 0
        self._seconds = 0.0
        self._rejections: list[dict[str, Any]] = []
        self._failed: list[dict[str, str]] = []
        self._stopped: list[str] = []
        self._cancelled = False

    def note(self, progress: ImportProgress) -> None:
        """How far the source at hand is."""
        self._running = progress.accepted

    def reject(self, source: str, entry: Rejected) -> None:
        """An entry that was refused."""
        self._rejected += 1
        if self._save is not None:
            self._save(entry)
        if len(self._rejections) < LISTED:
            place = {"source": source, "line": entry.line, "path": entry.path}
            self._rejections.append({**place, "reason": entry.reason, "text": str(entry)})

    def took(self, source: str, result: ImportResult) -> None:
        """A source that was imported, as far as it could be."""
        self._accepted += result.accepted
        self._conflicts += result.conflicts
        self._seconds += result.seconds
        self._running = 0
        self._cancelled = self._cancelled or result.cancelled
        if result.stopped is not None:
            self._stopped.append(f"{source}: {result.stopped}")

    def surveyed(self, scan: Scan) -> None:
        """A source that was only looked at."""
        self._accepted += scan.accepted
        self._seconds += scan.seconds
        self._cancelled = self._cancelled or scan.cancelled

    def fail(self, source: str, error: PillarboxError) -> None:
        """A source that is no job file, or cannot be read."""
        reason = str(error) if source in str(error) else f"{source}: {error}"
        self._failed.append({"source": source, "reason": reason})

    def stored_so_far(self) -> str:
        """What is stored, for a person who interrupted."""
        stored = self._accepted + self._running
        return f"{stored:,} jobs were stored. Run it again for the rest: nothing is added twice."

    def tell(self, *, as_json: bool) -> int:
        """Tell it all; the exit code."""
        for text in self._complaints():
            output.say(text)
        if as_json:
            output.document(self._document())
        else:
            output.line(self._summary())
        return self._exit_code()

    def _exit_code(self) -> int:
        taken = self._accepted + self._conflicts
        if self._stopped or self._cancelled:
            return FAILED
        if self._rejected or self._failed:
            return PARTLY if taken else FAILED
        return DONE

    def _complaints(self) -> list[str]:
        told = [f"{entry['source']}, {entry['text']}" for entry in self._rejections[:SHOWN]]
        if self._rejected > len(told):
            told.append(f"… and {self._rejected - len(told):,} more")
        if self._rejected and self._save is None:
            told.append("--rejected FILE saves what was rejected.")
        told += [f"pillarbox: {failure['reason']}" for failure in self._failed]
        told += [f"pillarbox: {reason}" for reason in self._stopped]
        if self._cancelled:
            told.append("Interrupted. Run it again for the rest: nothing is added twice.")
        return told

    def _summary(self) -> str:
        will = "would be put" if self._dry_run else "put"
        parts = [f"{self._accepted:,} {_jobs(self._accepted)} {will} in {self._queue}"]
        if self._conflicts:
            parts.append(f"{self._conflicts:,} there already")
        if self._rejected:
            parts.append(f"{self._rejected:,} rejected")
        return ", ".join(parts) + "."

    def _document(self) -> dict[str, Any]:
        rejections = [{k: v for k, v in e.items() if k != "text"} for e in self._rejections]
        return {
            "queue": self._queue,
            "dry_run": self._dry_run,
            "accepted": self._accepted,
            "conflicts": self._conflicts,
            "rejected": self._rejected,
            "rejections": rejections,
            "failed": self._failed,
            "stopped": self._stopped,
            "interrupted": self._cancelled,
            "seconds": round(self._seconds, 3),
        }


def _jobs(number: int) -> str:
    return "job" if number == 1 else "jobs"
