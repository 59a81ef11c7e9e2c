"""The import itself: job files into a queue, as one operation with progress and cancel.

Owns the work that runs on an operation's thread, and the result over several files. Progress is
told in lines, at most ten times a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pillarbox_engine import importing
from pillarbox_engine.importing import ImportOptions, ImportProgress, ImportResult
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.progress import Progress

BATCH = 200
"""Jobs in one transaction: few enough that a rest comes every 10 ms or so."""

EVERY = 0.1
"""Seconds between two reports of progress."""

Work = Callable[[WindowBackend, Progress], ImportResult]


def import_work(
    paths: Sequence[Path], options: ImportOptions, lines: int, rest: Callable[[], None]
) -> Work:
    """The work that imports `paths`, which hold `lines` lines together.

    `rest` is called after every `BATCH` jobs: it may wait until the window has time.
    """

    def work(backend: WindowBackend, progress: Progress) -> ImportResult:
        def stopped() -> bool:
            rest()
            return progress.cancelled

        done = ImportResult()
        for path in paths:
            tell = _listener(progress, done, lines)
            done = joined(done, _import(backend, path, options, tell, stopped))
            if done.cancelled or done.stopped:
                break
        progress.report(handled(done), lines)
        return done

    return work


def _import(
    backend: WindowBackend,
    path: Path,
    options: ImportOptions,
    tell: Callable[[ImportProgress], None],
    stopped: Callable[[], bool],
) -> ImportResult:
    with importing.open_job_file(path) as source:
        return importing.run(
            backend,
            source,
            name=path.name,
            options=options,
            progress=tell,
            cancelled=stopped,
            batch=BATCH,
        )


def _listener(
    progress: Progress, before: ImportResult, lines: int
) -> Callable[[ImportProgress], None]:
    behind, last = handled(before), 0.0

    def tell(now: ImportProgress) -> None:
        nonlocal last
        moment = time.monotonic()
        if moment - last >= EVERY:
            last = moment
            progress.report(behind + now.accepted + now.conflicts + now.rejected, lines)

    return tell


def handled(result: ImportResult) -> int:
    """How many lines an import has dealt with."""
    return result.accepted + result.conflicts + result.rejected


def joined(first: ImportResult, then: ImportResult) -> ImportResult:
    """What two imports, one after the other, did together."""
    return ImportResult(
        accepted=first.accepted + then.accepted,
        conflicts=first.conflicts + then.conflicts,
        rejected=first.rejected + then.rejected,
        cancelled=first.cancelled or then.cancelled,
        stopped=first.stopped or then.stopped,
        seconds=first.seconds + then.seconds,
    )
