"""A worker in a process of its own, telling when each claim that took a job began.

Writes `ready`, then a line of JSON a job, and at last how much processor time it used waiting.

Usage: claimer.py QUEUE_FILE JOBS IDLE_SECONDS
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any, cast

from pillarbox.cli import SWITCH_INTERVAL
from pillarbox.root import open_engine
from pillarbox_engine.leasing import Claimed, ClaimRequest
from pillarbox_engine.protocols import Backend


class Timed:
    """A backend whose claims are timed; every other call is passed on."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.last_ns = 0

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        """Claim, and tell when this began where it took a job."""
        began = time.monotonic_ns()
        claimed = self._backend.claim(request)
        for _ in claimed:
            print(json.dumps({"claim_ns": began}), flush=True)
        return claimed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


def main(path: str, jobs: int, idle: float) -> None:
    """Run `jobs` jobs, then wait `idle` seconds for nothing."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    with open_engine(path, kind="worker", watch=lambda b: cast(Backend, Timed(b))) as engine:
        queue = engine.queue("bench")
        with queue.worker(lambda _payload: None, concurrency=1) as worker:
            print("ready", flush=True)
            while queue.counts().done_total < jobs:
                time.sleep(0.05)
            worker.join_idle()
            tell_idle(idle)


def tell_idle(seconds: float) -> None:
    """Wait, and write how much of that time, in percent, this process used the processor."""
    time.sleep(0.2)
    before, started = time.process_time(), time.perf_counter()
    time.sleep(seconds)
    used = (time.process_time() - before) / (time.perf_counter() - started)
    print(json.dumps({"idle_cpu": used * 100}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
