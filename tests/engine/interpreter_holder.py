"""A program whose job computes in C: `python -m tests.engine.interpreter_holder FILE NOTE`."""

from __future__ import annotations

import sys
import threading

from pillarbox_engine.engine import Engine
from pillarbox_engine.sqlite import open_backend
from tests.engine import child_handlers

if __name__ == "__main__":
    with Engine(open_backend(sys.argv[1], kind="worker")) as engine:
        queue = engine.queue("a")
        queue.enqueue(sys.argv[2])
        with queue.worker(child_handlers.hold_the_interpreter, isolation="process"):
            threading.Event().wait()
