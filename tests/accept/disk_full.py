"""A disk that fills up in the middle of an import: run in a mount namespace of its own.

Arguments: a folder for the disk, a job file, how many jobs are in it. Prints what happened as one
JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import DiskFull
from pillarbox_engine.importing import ImportOptions, ImportResult, open_job_file, run
from pillarbox_engine.sqlite import open_backend

HELD = 4
PATIENCE = 60.0


def _import(engine: Engine, source: Path) -> ImportResult:
    with open_job_file(str(source)) as opened:
        options = ImportOptions(queue="imported")
        return run(engine.backend, opened, name=source.name, options=options)


def _refused(engine: Engine) -> bool:
    try:
        engine.queue("imported").enqueue("one more")
    except DiskFull:
        return True
    return False


def _on_the_command_line(path: Path, source: Path) -> list[Any]:
    command = [sys.executable, "-m", "pillarbox", "enqueue", "imported", str(source)]
    done = subprocess.run(
        [*command, "--file", str(path)], capture_output=True, text=True, check=False
    )
    return [done.returncode, done.stderr]


def _await_room(engine: Engine) -> float:
    """Seconds until the store is no longer in trouble."""
    began = time.monotonic()
    while engine.backend.file_info().trouble is not None:
        if time.monotonic() - began > PATIENCE:
            break
        engine.hints.wait(engine.hints.mark(), 0.05)
    return time.monotonic() - began


def story(disk: Path, source: Path) -> dict[str, Any]:
    """Fill the disk, see what still goes, make room, and go on."""
    filler, path, goes_on = disk / "filler", disk / "jobs.pillarbox", threading.Event()
    filler.write_bytes(bytes(60 << 20))
    told: dict[str, Any] = {}
    running = threading.Semaphore(0)

    def handler(job: JobContext) -> None:
        running.release()
        goes_on.wait(PATIENCE)

    with Engine(open_backend(path)) as engine:
        engine.queue("held").enqueue_many(list(range(HELD)))
        with engine.worker(("held",), handler, concurrency=HELD):
            for _ in range(HELD):
                running.acquire(timeout=PATIENCE)
            first = _import(engine, source)
            told["first"] = [first.accepted, first.stopped]
            told["stored"] = engine.queue("imported").counts().enqueued_total
            told["refused"] = _refused(engine)
            told["trouble"] = str(engine.backend.file_info().trouble)
            told["command"] = _on_the_command_line(path, source)
            goes_on.set()
        told["held_done"] = engine.queue("held").counts().done
        told["purged"] = engine.queue("held").purge(state="done").changed
        filler.unlink()
        told["seconds"] = _await_room(engine)
        second = _import(engine, source)
        told["second"] = [second.accepted, second.conflicts, second.stopped]
        told["total"] = engine.queue("imported").counts().ready
        told["problems"] = engine.backend.check()
    return told


def main() -> None:
    disk, source = Path(sys.argv[1]), Path(sys.argv[2])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", disk], check=True)
    try:
        print(json.dumps(story(disk, source)))
    finally:
        os.chdir("/")
        subprocess.run(["umount", disk], check=True)


if __name__ == "__main__":
    main()
