"""Import a job file as the window does, and tell how it went: one JSON document on stdout.

`big_import.py QUEUE_FILE JOB_FILE SHARE` stops when SHARE of the file has been read (1: never).
It is a process of its own so that its memory can be measured: `peak` is the most that was
resident, in bytes, as Linux counts it. `progress` holds (share told, entries dealt with).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pillarbox
from pillarbox_engine import importing
from pillarbox_engine.importing import ImportOptions, ImportProgress


class Watch:
    """Listens to an import and asks it to stop at a share of its file."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.share = 0.0
        self.told: list[tuple[float, int]] = []
        self.phases: list[str] = []

    def listen(self, now: ImportProgress) -> None:
        """Note how far it says it is."""
        assert now.total_bytes is not None
        share = now.done_bytes / now.total_bytes
        if now.phase not in self.phases:
            self.phases.append(now.phase)
        if now.phase == "reading":
            self.share = share
            self.told.append((share, now.accepted + now.conflicts + now.rejected))

    def cancelled(self) -> bool:
        """Whether it has read as much as it is to."""
        return self.share >= self.until


def peak() -> int:
    """The most memory that was resident, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def main(queue_file: str, job_file: str, share: str) -> None:
    """Import, and tell."""
    watch = Watch(float(share) if float(share) < 1 else 2.0)
    with pillarbox.connect(queue_file) as engine, importing.open_job_file(job_file) as source:
        result = importing.run(
            engine.backend,
            source,
            name=Path(job_file).name,
            options=ImportOptions(queue="big"),
            progress=watch.listen,
            cancelled=watch.cancelled,
        )
        jobs = engine.counts().enqueued_total
    told = {
        "accepted": result.accepted,
        "conflicts": result.conflicts,
        "rejected": result.rejected,
        "cancelled": result.cancelled,
        "seconds": result.seconds,
        "jobs": jobs,
        "peak": peak(),
        "phases": watch.phases,
        "progress": watch.told,
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
