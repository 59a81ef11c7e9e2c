"""Small clients that tests talk to by pipe: one that holds jobs, one that enqueues when told."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pillarbox_engine.leasing import ClaimRequest, LeaseRef
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import open_backend


def hold(path: Path, started: int, ahead: int) -> None:
    """Claim `started + ahead` jobs, mark the first as started, say so, and wait to be killed."""
    backend = open_backend(path, kind="worker")
    claimed = backend.claim(ClaimRequest(queues=("load",), limit=started + ahead))
    for slot, job in enumerate(claimed[:started]):
        backend.mark_started(slot, LeaseRef(job.lease.job_id, job.lease.fence))
    print("holding", flush=True)
    time.sleep(600)


def once(path: Path) -> None:
    """Wait for a line on standard input, then enqueue one job."""
    backend = open_backend(path, kind="program")
    print("ready", flush=True)
    sys.stdin.readline()
    backend.enqueue("bell", [NewJob(payload_json="{}")])
    backend.close()


def main() -> None:
    role, path, rest = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    if role == "once":
        once(path)
    else:
        hold(path, int(rest[0]), int(rest[1]))


if __name__ == "__main__":
    main()
