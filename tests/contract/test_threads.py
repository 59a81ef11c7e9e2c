"""Many threads on one store: no job is given twice, none is lost, and nothing is miscounted."""

from __future__ import annotations

import threading
from collections import Counter

from pillarbox_engine.protocols import Backend
from tests.contract.workshop import QUEUE, Workshop

PRODUCERS, WORKERS, EACH = 4, 4, 50


def test_produced_and_worked_on_at_once(shop: Workshop, backend: Backend) -> None:
    shop.configure()
    finished, acked = threading.Event(), Counter[str]()
    lock = threading.Lock()

    def produce() -> None:
        for number in range(EACH):
            shop.add(number)

    def work() -> None:
        while True:
            last = finished.is_set()
            claimed = shop.claim(7)
            for job in claimed:
                assert shop.ack(job) is None
            with lock:
                acked.update(job.lease.job_id for job in claimed)
            if last and not claimed:
                return

    producers = [threading.Thread(target=produce) for _ in range(PRODUCERS)]
    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in (*producers, *workers):
        thread.start()
    for thread in producers:
        thread.join()
    finished.set()
    for thread in workers:
        thread.join()
    assert len(acked) == PRODUCERS * EACH
    assert set(acked.values()) == {1}
    counts = backend.counts(QUEUE)
    assert (counts.done, counts.claimed_total, counts.live) == (PRODUCERS * EACH,) * 2 + (0,)
