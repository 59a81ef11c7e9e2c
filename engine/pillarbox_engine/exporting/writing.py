"""Jobs to bytes: the loop of an export, to a stream or to a file.

Owns `run` and `to_file`. Memory holds one batch, whatever the number of jobs.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pillarbox_engine.appearing import appearing
from pillarbox_engine.exporting import forms
from pillarbox_engine.exporting.reading import batches
from pillarbox_engine.exporting.records import (
    ExportOptions,
    ExportProgress,
    ExportResult,
    Listener,
    never,
    unheard,
)
from pillarbox_engine.filters import Filter
from pillarbox_engine.protocols import Inspector

PACKED = ".gz"
_LEVEL = 6


class Sink(Protocol):
    """Takes bytes."""

    def write(self, data: bytes, /) -> object: ...


def run(
    backend: Inspector,
    sink: Sink,
    where: Filter,
    *,
    options: ExportOptions | None = None,
    progress: Listener = unheard,
    cancelled: Callable[[], bool] = never,
) -> ExportResult:
    """Write the jobs that match to `sink`, oldest first, and say how many there were.

    Call it off the main thread. `progress` is told after every batch, on this one.
    """
    wanted = options or ExportOptions()
    jobs, damaged = 0, list[str]()
    first = forms.header(wanted)
    sink.write(first)
    size = len(first)
    for batch in batches(backend, where, cancelled):
        text = b"".join(forms.lines(batch.jobs, wanted))
        sink.write(text)
        jobs, size = jobs + len(batch.jobs), size + len(text)
        damaged += batch.damaged
        progress(ExportProgress(jobs, batch.share))
    return ExportResult(jobs=jobs, size=size, damaged=tuple(damaged), cancelled=cancelled())


def to_file(
    backend: Inspector,
    path: Path,
    where: Filter,
    *,
    options: ExportOptions | None = None,
    replace: bool = False,
    progress: Listener = unheard,
    cancelled: Callable[[], bool] = never,
) -> ExportResult:
    """`run` into the file at `path`, which is private, packed by gzip if its name ends in `.gz`,
    and only there when it is whole. Raises `EnvironmentFault`; see `appearing`."""
    result = ExportResult(cancelled=True)
    try:
        with appearing(path, "The export", replace=replace) as unfinished:
            with _opened(unfinished, packed=path.name.lower().endswith(PACKED)) as sink:
                result = run(
                    backend, sink, where, options=options, progress=progress, cancelled=cancelled
                )
            if result.cancelled:
                raise _Left
    except _Left:
        return ExportResult(cancelled=True)
    return result


class _Left(Exception):
    """Unwinds an export that was cancelled, so that no file appears."""


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[Sink]:
    with path.open("wb") as file:
        if not packed:
            yield file
            return
        with gzip.GzipFile("", "wb", _LEVEL, cast(BinaryIO, file), mtime=0) as packing:
            yield packing
