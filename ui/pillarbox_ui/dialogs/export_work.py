"""The export itself, as one operation with progress and cancel, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pillarbox_engine import exporting
from pillarbox_engine.exporting import ExportOptions, ExportProgress, ExportResult
from pillarbox_engine.filters import Filter
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.progress import Cancelled, Progress
from pillarbox_ui.target import Target
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.words import tr

EVERY = 0.1
"""Seconds between two reports of progress."""


def export_work(
    path: Path, where: Filter, options: ExportOptions, *, replace: bool
) -> Callable[[WindowBackend, Progress], ExportResult]:
    """The work that writes the jobs `where` means to `path`."""

    def work(backend: WindowBackend, progress: Progress) -> ExportResult:
        result = exporting.to_file(
            backend,
            path,
            where,
            options=options,
            replace=replace,
            progress=_listener(progress),
            cancelled=lambda: progress.cancelled,
        )
        if result.cancelled:
            raise Cancelled("Cancelled", "no file was written")
        progress.report(result.jobs, result.jobs)
        return result

    return work


def _listener(progress: Progress) -> Callable[[ExportProgress], None]:
    last = 0.0

    def tell(now: ExportProgress) -> None:
        nonlocal last
        moment = time.monotonic()
        if moment - last >= EVERY and now.share > 0:
            last = moment
            progress.report(now.jobs, max(now.jobs, round(now.jobs / now.share)))

    return tell


def proposed(target: Target, ending: str) -> Path:
    """Where the jobs of `target` would go: named after their queue, in the home folder."""
    name = target.queue if target.queue is not None else "jobs"
    safe = "".join(char if char.isalnum() or char in "-_. " else "-" for char in name)
    return Path.home() / f"{safe}{ending}"


def said(result: ExportResult, path: Path) -> str:
    """ "1,204 jobs are in mail.jsonl"."""
    jobs = words.counted(result.jobs, tr("job is"), tr("jobs are"))
    text = tr("{0} in {1}").format(jobs, path.name)
    if result.damaged:
        left = words.counted(len(result.damaged), tr("job"), tr("jobs"))
        text = tr("{0}; {1} left out, their payloads damaged").format(text, left)
    return text
