"""Reading job files before anything is imported: the first lines, then a verdict on every one.

Owns the work of the preview, run off the main thread by a `Task`, and what it tells meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QUrl

from pillarbox_engine import importing
from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.importing import ImportOptions, ImportProgress, Rejected, Scan, Verdict
from pillarbox_ui.dialogs.import_files import Refused, sort_out
from pillarbox_ui.dialogs.task import Reports

PREVIEW = 200
"""How many lines of each file the preview shows, where the files are not very many."""

MOST_SHOWN = 2_000
"""Lines of all files that the preview shows; of each file at least one."""

LISTED = 10_000
"""How many rejected lines of a file are listed; saving them writes all."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of one of the files with its verdict."""

    file: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """A file that was read through."""

    path: Path
    scan: Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the reading is, over all files. Sizes are bytes."""

    done: int
    total: int
    accepted: int
    rejected: int
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All files read: the first lines of each, every rejected line, the counts."""

    files: tuple[Surveyed, ...] = ()
    refused: tuple[Refused, ...] = ()
    rows: tuple[Row, ...] = ()
    rejections: tuple[Row, ...] = ()
    size: int = 0

    @property
    def accepted(self) -> int:
        """Lines that can be imported."""
        return sum(file.scan.accepted for file in self.files)

    @property
    def rejected(self) -> int:
        """Lines that cannot."""
        return sum(file.scan.rejected for file in self.files)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in the order they are imported."""
        return tuple(file.path for file in self.files)


@dataclass(slots=True)
class _Course:
    reports: Reports
    total: int
    shown: int
    behind: int = 0
    accepted: int = 0
    rejected: int = 0
    rows: list[Row] = field(default_factory=list)

    def tell(self, progress: ImportProgress) -> None:
        self.reports.tell(
            Progress(
                done=self.behind + progress.done_bytes,
                total=self.total,
                accepted=self.accepted + progress.accepted,
                rejected=self.rejected + progress.rejected,
                rows=tuple(self.rows),
            )
        )


def survey(urls: Sequence[QUrl], options: ImportOptions, reports: Reports) -> Survey:
    """Read what `urls` name; what cannot be read is refused, with the reason."""
    found = sort_out(urls)
    refused = list(found.refused)
    shown = max(1, min(PREVIEW, MOST_SHOWN // max(1, len(found.paths))))
    course = _Course(reports, sum(path.stat().st_size for path in found.paths), shown)
    files: list[Surveyed] = []
    for path in found.paths:
        try:
            files.append(_read(path, options, course))
        except PillarboxError as error:
            refused.append(Refused(path.name, error.reason or error.title))
        course.behind += path.stat().st_size
    return Survey(
        files=tuple(files),
        refused=tuple(refused),
        rows=tuple(course.rows),
        rejections=tuple(_rejections(files)),
        size=course.total,
    )


def _read(path: Path, options: ImportOptions, course: _Course) -> Surveyed:
    with importing.open_job_file(path) as source:
        first = importing.preview(source, name=path.name, options=options, limit=course.shown)
        course.rows.extend(Row(path.name, verdict) for verdict in first.rows)
        source.seek(0)
        scan = importing.scan(
            source,
            name=path.name,
            options=options,
            progress=course.tell,
            cancelled=course.reports.checkpoint,
            keep=LISTED,
        )
    course.accepted += scan.accepted
    course.rejected += scan.rejected
    return Surveyed(path=path, scan=scan)


def _rejections(files: Sequence[Surveyed]) -> list[Row]:
    return [Row(file.path.name, one) for file in files for one in file.scan.rejections]


def where(rejected: Rejected) -> str:
    """The place inside a line, "" for the line as a whole."""
    return rejected.path if rejected.path != "$" else ""
