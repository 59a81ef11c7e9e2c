"""A worker's process on a file with a backlog, telling how much memory it uses.

Tells `memory` (PSS in MB) after it has run some of the jobs.

Usage: resident.py QUEUE_FILE JOBS
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from pillarbox.bench.programs.telling import memory, tell
from pillarbox.cli import SWITCH_INTERVAL
from pillarbox.root import open_engine

WORKERS = 4


def main(path: str, jobs: int) -> None:
    """Run about `jobs` jobs, then look."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    runs, enough = [0], threading.Event()

    def handler(_payload: Any) -> None:
        runs[0] += 1
        if runs[0] >= jobs:
            enough.set()

    engine = open_engine(path, kind="worker")
    with engine, engine.queue("bench").worker(handler, concurrency=WORKERS):
        enough.wait()
        tell("memory", memory())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
