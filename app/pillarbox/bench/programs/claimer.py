"""A worker in a process of its own, telling when each claim that took a job began.

Tells `ready`, then `claim_ns` for each job, and at last `idle_cpu`: what waiting costs.

Usage: claimer.py QUEUE_FILE JOBS IDLE_SECONDS
"""

from __future__ import annotations

import sys
import time
from typing import Any

from pillarbox.bench.programs.telling import idle_cpu, tell
from pillarbox.bench.programs.watched import claims_in, watching
from pillarbox.cli import SWITCH_INTERVAL
from pillarbox.root import open_engine


def main(path: str, jobs: int, idle: float) -> None:
    """Run `jobs` jobs, then wait `idle` seconds for nothing."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    with open_engine(path, kind="worker", watch=watching(lambda _: None, tell_claims)) as engine:
        queue = engine.queue("bench")
        with queue.worker(lambda _payload: None, concurrency=1) as worker:
            tell("ready", True)
            while queue.counts().done_total < jobs:
                time.sleep(0.1)
            worker.join_idle()
            time.sleep(0.3)
            tell("idle_cpu", idle_cpu(idle))


def tell_claims(began: int, answer: Any) -> None:
    """Tell when the call began, once for each job it took."""
    for _ in claims_in(answer):
        tell("claim_ns", began)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
