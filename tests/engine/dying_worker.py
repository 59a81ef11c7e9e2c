"""A program that works on a queue file until idle: `python -m tests.engine.dying_worker FILE`."""

from __future__ import annotations

import os
import sys

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.model import JsonValue
from pillarbox_engine.sqlite import open_backend


def deadly(job: JobContext) -> JsonValue:
    """End whatever process this is."""
    os._exit(3)


def innocent(job: JobContext) -> JsonValue:
    """Do nothing, well."""
    return job.attempt


if __name__ == "__main__":
    with Engine(open_backend(sys.argv[1], kind="worker")) as engine:
        handlers = {"deadly": deadly, "innocent": innocent}
        with engine.queue("a").worker(handlers, concurrency=1) as worker:
            sys.exit(0 if worker.join_idle(30.0) else 1)
