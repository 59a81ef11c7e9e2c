"""Salvage: from a damaged queue file to job files.

Owns `salvage`, which goes through the pages, and the files it writes, one a pile: what was still to
be done in the file that was named, ended jobs and damaged ones beside it, each labelled in its
name. Nothing is ever overwritten, and the queue file is only read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import apsw

from pillarbox_engine.appearing import keep_name, refuse_existing
from pillarbox_engine.appearing import told as written
from pillarbox_engine.errors import ForeignFile, PillarboxError
from pillarbox_engine.sqlite import heads, overview
from pillarbox_engine.sqlite.connection import APPLICATION_ID, open_untouched, spoken
from pillarbox_engine.sqlite.files import Place, locate
from pillarbox_engine.sqlite.raw_bytes import RawBytes, parts
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.salvage.jobs import DAMAGED, Found, found
from pillarbox_engine.sqlite.salvage.pages import Pages
from pillarbox_engine.sqlite.salvage.survey import Survey
from pillarbox_engine.states import LIVE_STATES, State

TO_DO = LIVE_STATES - {State.WAITING}
"""What goes into the file that was named. A parent that waits is no job without its children."""

BESIDE = tuple(state for state in State if state not in TO_DO)
_WHAT = "What was salvaged"
MOST = 100
"""Faults told one by one."""


@dataclass(slots=True)
class Salvaged:
    """What came of it: lines by file, and what could not be read and why."""

    label: str
    files: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    unsaid: int = 0

    @property
    def jobs(self) -> int:
        """How many jobs were found, damaged ones among them."""
        return sum(self.files.values())

    def count(self, path: Path) -> None:
        """Note a line written to `path`."""
        self.files[str(path)] = self.files.get(str(path), 0) + 1

    def fault(self, text: str) -> None:
        """Note what could not be read."""
        if len(self.faults) < MOST:
            self.faults.append(text)
        else:
            self.unsaid += 1


def salvage(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> Salvaged:
    """Write what can be read of the queue file at `path` to `out` and files beside it.

    Raises `FileUnusable` where `path` holds nothing of ours, `EnvironmentFault` where a file to
    be written is there already, or cannot be written.
    """
    place, piles = locate(path, read_only=True), Piles(Path(out))
    told = Salvaged(str(place.path))
    with spoken(place.path), _held(place) as counted, ExitStack() as opened:
        raw = [opened.enter_context(RawBytes(part, wal=wal)) for part, wal in parts(place.path)]
        pages = Pages(raw[0], raw[1] if len(raw) > 1 else None)
        opened.enter_context(piles)
        for job in _jobs(pages, place, told):
            told.count(piles.add(job))
        if not told.jobs:
            _require_ours(place, pages)
    _compare(told, counted)
    return told


@contextmanager
def _held(place: Place) -> Iterator[int | None]:
    """Keep others from making pages anew while they are read, where SQLite can still read the
    file; how many jobs its counters tell of then, None where they cannot be read."""
    try:
        connection = open_untouched(place.path)
    except PillarboxError:
        yield None
        return
    try:
        yield _counted(connection)
    finally:
        connection.close(True)


def _counted(connection: apsw.Connection) -> int | None:
    try:
        connection.execute("BEGIN")
        counts = overview.counts(Reading(connection), None)
    except (apsw.Error, ValueError, TypeError, LookupError):
        return None
    return sum(int(getattr(counts, state)) for state in State)


def _jobs(pages: Pages, place: Place, told: Salvaged) -> Iterator[Found]:
    """Every job on a page that is in use, once, in the order in which they were enqueued."""
    for text in pages.faults:
        told.fault(text)
    survey = Survey(pages)
    for text in survey.faults:
        told.fault(text)
    uuid = heads.noted_uuid(place.side) or place.path.name
    for row, whole in survey.rows():
        job = found(row, survey.queues, place.side, uuid, whole=whole)
        if job.why:
            told.fault(f"job {job.id} is damaged: {job.why}")
        yield job


def _compare(told: Salvaged, counted: int | None) -> None:
    if counted is None:
        told.fault("the counters cannot be read, so nothing tells how many jobs there were")
    elif counted > told.jobs:
        told.fault(f"the counters tell of {counted:,} jobs and {told.jobs:,} were found")


def _require_ours(place: Place, pages: Pages) -> None:
    stated = int.from_bytes(pages[1][68:72], "big") == APPLICATION_ID
    if not stated and heads.any_noted(place.side) is None:
        raise ForeignFile(
            f"Nothing can be salvaged from {place.path}",
            "nothing in it looks like a job of a queue file",
            "Name a Pillarbox queue file",
        )


class Piles:
    """The files written: made when the first line comes, private, never in another's place."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._open: dict[Path, BinaryIO] = {}
        piles = (*BESIDE, DAMAGED)
        for path in (out, *(self.path_of(pile) for pile in piles)):
            refuse_existing(path, _WHAT)

    def path_of(self, pile: str) -> Path:
        """Where jobs of that pile go."""
        if pile in TO_DO:
            return self._out
        return self._out.with_name(f"{self._out.stem}.{pile}{self._out.suffix}")

    def add(self, job: Found) -> Path:
        """Write a job's line; where it is."""
        path = self.path_of(job.pile)
        with written(path, _WHAT):
            if path not in self._open:
                flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
                self._open[path] = os.fdopen(os.open(path, flags, 0o600), "wb")
            self._open[path].write(f"{job.line}\n".encode())
        return path

    def __enter__(self) -> Piles:
        return self

    def __exit__(self, *exc: object) -> None:
        for path, file in self._open.items():
            with written(path, _WHAT):
                file.flush()
                os.fsync(file.fileno())
                file.close()
                keep_name(path)
