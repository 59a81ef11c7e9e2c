"""Job files on their way in: each source in turn, watched, interruptible, told at the end.

Owns what happens to one source when another is no job file: it is named, and the rest go on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from pillarbox.cli.failures import Interrupted
from pillarbox.cli.intake_report import IntakeReport
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.options import Common
from pillarbox.cli.output import on_terminal, say
from pillarbox.cli.progress import progress_bar
from pillarbox_engine import importing
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EnvironmentFault, FileUnusable, InvalidJobFile
from pillarbox_engine.importing import ImportOptions, ImportProgress, Rejected, RejectedFile
from pillarbox_engine.importing.sources import ByteSource

STANDARD_INPUT = "-"
Listener = Callable[[ImportProgress], None]


def take_in(
    common: Common, options: ImportOptions, sources: Sequence[str], rejected: str | None
) -> int:
    """Import `sources` and tell what became of them; the exit code."""
    with common.engine() as engine, saving(rejected) as save:
        report = IntakeReport(options.queue, save)
        try:
            _take_each(engine, options, sources, report)
        except KeyboardInterrupt as error:
            raise Interrupted(report.stored_so_far()) from error
    return report.tell(as_json=common.json)


def survey(
    common: Common, options: ImportOptions, sources: Sequence[str], rejected: str | None
) -> int:
    """Judge `sources`, store nothing, and tell; the exit code."""
    options = _with_limits(common, options)
    with saving(rejected) as save, interruptible("Stopping.") as stop:
        report = IntakeReport(options.queue, save, dry_run=True)
        for name in sources:
            if not stop.is_set():
                _survey_one(options, name, report, stop.is_set)
    return report.tell(as_json=common.json)


def _take_each(
    engine: Engine, options: ImportOptions, sources: Sequence[str], report: IntakeReport
) -> None:
    with interruptible("Stopping; Ctrl-C again to stop at once.") as stop:
        for name in sources:
            if not stop.is_set():
                _take_one(engine, options, name, report, stop.is_set)


def _take_one(
    engine: Engine,
    options: ImportOptions,
    name: str,
    report: IntakeReport,
    cancelled: Callable[[], bool],
) -> None:
    with _told(name, report), opened(name) as source, _bar(name, report) as progress:
        result = importing.run(
            engine.backend,
            source,
            name=name,
            options=options,
            progress=progress,
            cancelled=cancelled,
            on_rejected=lambda entry: report.reject(name, entry),
        )
        report.took(name, result)


def _survey_one(
    options: ImportOptions, name: str, report: IntakeReport, cancelled: Callable[[], bool]
) -> None:
    with _told(name, report), opened(name) as source, _bar(name, report) as progress:
        found = importing.scan(
            source,
            name=name,
            options=options,
            progress=progress,
            cancelled=cancelled,
            on_rejected=lambda entry: report.reject(name, entry),
            keep=0,
        )
        report.surveyed(found)


@contextmanager
def _told(name: str, report: IntakeReport) -> Iterator[None]:
    """Note a source that cannot be read as a job file; a fault of the queue file goes on up."""
    try:
        yield
    except (InvalidJobFile, EnvironmentFault) as error:
        if isinstance(error, FileUnusable):
            raise
        report.fail(name, error)


@contextmanager
def _bar(name: str, report: IntakeReport) -> Iterator[Listener]:
    label = os.path.basename(name)
    doing = {"checking": f"Checking {label}", "reading": label}
    with progress_bar(label, counted=False) as draw:

        def listen(progress: ImportProgress) -> None:
            report.note(progress)
            draw(progress.done_bytes, progress.total_bytes, label=doing[progress.phase])

        yield listen


def opened(name: str) -> AbstractContextManager[ByteSource]:
    """A source to read: a file, or standard input for `-`."""
    if name == STANDARD_INPUT:
        if on_terminal(sys.stdin):
            say("Reading jobs from the terminal, one a line; Ctrl-D ends.")
        return nullcontext(sys.stdin.buffer)
    return importing.open_job_file(name)


@contextmanager
def saving(path: str | None) -> Iterator[Callable[[Rejected], None] | None]:
    """What saves rejected entries at `path`, or None where they are not to be saved."""
    if path is None:
        yield None
        return
    with RejectedFile(path) as file:
        yield file.add


def _with_limits(common: Common, options: ImportOptions) -> ImportOptions:
    """`options` with the payload limits of the queue file, if there is one."""
    if not os.path.exists(common.path):
        return options
    from dataclasses import replace

    with common.engine(read_only=True) as engine:
        return replace(options, limits=importing.limits_of(engine.backend))
