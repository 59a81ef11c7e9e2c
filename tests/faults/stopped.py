"""A worker that is stopped past its lease and goes on as if nothing had been.

Owns that client: by hand (`delivery`), or as a pool of one thread (`pool`). It says when its job
runs, ends the job when it is told to, and says what came of it.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import LeaseLost
from pillarbox_engine.sqlite import open_backend
from tests.faults.history import History
from tests.faults.recorded import Recorded

QUEUE = "stopped"


def by_hand(store: Recorded, engine: Engine) -> None:
    """Claim one job and acknowledge it, by the low-level way."""
    delivery = engine.queue(QUEUE).claim()
    assert delivery is not None
    _run(store, delivery.id, delivery.fence)
    try:
        delivery.ack()
    except LeaseLost:
        print("LeaseLost", flush=True)
    else:
        print("acked", flush=True)


def by_pool(store: Recorded, engine: Engine) -> None:
    """Let a pool do it, which extends the lease while it can."""
    over = threading.Event()

    def handler(job: JobContext) -> None:
        _run(store, job.id, job.fence)
        over.set()

    with engine.worker((QUEUE,), handler, concurrency=1):
        over.wait()
    print("ended", flush=True)


def _run(store: Recorded, job_id: str, fence: int) -> None:
    store.history.note("run", jobs=[[job_id, fence]])
    print("running", flush=True)
    sys.stdin.readline()
    store.history.note("ran", jobs=[[job_id, fence]])


def main(path: Path, told: Path, how: str) -> None:
    """Be that client."""
    history = History(told, how)
    store = Recorded(open_backend(path, kind="worker"), history)
    engine = Engine(store, maintain=False)  # type: ignore[arg-type]
    by_pool(store, engine) if how == "pool" else by_hand(store, engine)
    engine.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
