"""A program that only keeps a queue file: `python -m tests.engine.maintaining FILE`, until EOF."""

from __future__ import annotations

import sys

from pillarbox_engine.engine import Engine
from pillarbox_engine.sqlite import open_backend

if __name__ == "__main__":
    with Engine(open_backend(sys.argv[1], kind="worker")):
        print("here", flush=True)
        sys.stdin.read()
