"""Another queue on the same disk: huey on SQLite with fsync, drained by its consumer's threads.

Tells `rate`: no-op tasks run a second. Huey is no part of Pillarbox; it is measured where it is
installed. It deletes a task before it runs it, so a crash loses what was running.

Usage: huey_drain.py FILE JOBS WORKERS
"""

from __future__ import annotations

import importlib
import sys
import time

from pillarbox.bench.programs.telling import tell


def main(path: str, jobs: int, workers: int) -> None:
    """Enqueue `jobs` tasks, then run them all."""
    queue = importlib.import_module("huey").SqliteHuey(filename=path, fsync=True, results=False)
    runs = [0]

    def run() -> None:
        runs[0] += 1

    task = queue.task()(run)
    for _ in range(jobs):
        task()
    consumer = queue.create_consumer(workers=workers, periodic=False, initial_delay=0.01)
    started = time.perf_counter()
    consumer.start()
    while runs[0] < jobs:
        time.sleep(0.005)
    tell("rate", jobs / (time.perf_counter() - started))
    consumer.stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
