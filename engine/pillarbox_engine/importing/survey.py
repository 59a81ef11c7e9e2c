"""Looking at a job file without importing it: its first rows, or the count of all verdicts.

Owns what an import dialog shows before its button is pressed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from pillarbox_engine.clock import Clock, SystemClock
from pillarbox_engine.importing.reading import verdicts
from pillarbox_engine.importing.records import (
    HEAD,
    Cancelled,
    ImportOptions,
    ImportProgress,
    Preview,
    ProgressListener,
    Rejected,
    Scan,
    Verdict,
    never,
    unheard,
)
from pillarbox_engine.importing.sources import ByteSource, WatchedSource, size_of

_IDENTITY = "preview"
_LOOK_EVERY = 200


def preview(source: ByteSource, *, name: str, options: ImportOptions, limit: int = 200) -> Preview:
    """The first `limit` verdicts, reading no further; each `raw` cut to 4 KiB.

    The jobs' made idempotency keys stand for nothing. Raises `InvalidJobFile`. What only the end
    of the file tells (an array that breaks off) `scan` finds.
    """
    found = verdicts(source, name, options, _IDENTITY)
    rows = tuple(_cut(verdict) for verdict in islice(found, limit))
    return Preview(rows=rows, more=next(found, None) is not None)


def scan(
    source: ByteSource,
    *,
    name: str,
    options: ImportOptions,
    progress: ProgressListener = unheard,
    cancelled: Cancelled = never,
    on_rejected: Callable[[Rejected], None] | None = None,
    keep: int = 1_000,
    clock: Clock | None = None,
) -> Scan:
    """The verdicts on the whole of `source`, counted; of rejections the first `keep`, cut to 4 KiB.

    `on_rejected` is told of each one whole. Call it off the main thread. Raises `InvalidJobFile`.
    """
    scan = _Scan(source, progress, cancelled, keep, clock or SystemClock())
    return scan.run(name, options, on_rejected or _unkept)


class _Scan:
    def __init__(
        self,
        source: ByteSource,
        progress: ProgressListener,
        cancelled: Cancelled,
        keep: int,
        clock: Clock,
    ) -> None:
        self._total = size_of(source)
        self._source = WatchedSource(source, self._report)
        self._progress, self._cancelled = progress, cancelled
        self._keep, self._clock = keep, clock
        self._queues: Counter[str] = Counter()
        self._rejections: list[Rejected] = []
        self._rejected = 0

    def run(
        self, name: str, options: ImportOptions, on_rejected: Callable[[Rejected], None]
    ) -> Scan:
        started = self._clock.monotonic_us()
        cancelled = False
        for number, verdict in enumerate(verdicts(self._source, name, options, _IDENTITY)):
            if number % _LOOK_EVERY == 0 and self._cancelled():
                cancelled = True
                break
            self._count(verdict)
            if isinstance(verdict, Rejected):
                on_rejected(verdict)
        seconds = (self._clock.monotonic_us() - started) / 1_000_000
        return self._result(cancelled, seconds)

    def _count(self, verdict: Verdict) -> None:
        if isinstance(verdict, Rejected):
            self._rejected += 1
            if len(self._rejections) < self._keep:
                self._rejections.append(_cut_rejected(verdict))
        else:
            self._queues[verdict.queue] += 1

    def _report(self, done: int) -> None:
        self._progress(
            ImportProgress(
                phase="checking",
                done_bytes=done,
                total_bytes=self._total,
                accepted=self._queues.total(),
                rejected=self._rejected,
            )
        )

    def _result(self, cancelled: bool, seconds: float) -> Scan:
        return Scan(
            accepted=self._queues.total(),
            rejected=self._rejected,
            rejections=tuple(self._rejections),
            queues=dict(self._queues),
            cancelled=cancelled,
            seconds=seconds,
        )


def _unkept(rejected: Rejected) -> None:
    """Nobody keeps them."""


def _cut(verdict: Verdict) -> Verdict:
    return replace(verdict, raw=verdict.raw[:HEAD])


def _cut_rejected(verdict: Rejected) -> Rejected:
    return replace(verdict, raw=verdict.raw[:HEAD])
