"""A million jobs exported while others enqueue: bounded memory, a WAL that is still put away.

`SCALE` is how many there are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import pillarbox
from pillarbox_engine.engine import Engine

pytestmark = pytest.mark.accept

SCALE = int(os.environ.get("SCALE", "1000000"))
CHUNK = 1_000
MEMORY = 150 * 1_000_000
WAL = 100 * 1_000_000
"""Bytes: a read held open throughout would let it grow by all that is enqueued meanwhile."""
PROGRAM = """
import sys
from pathlib import Path
from pillarbox.cli import run
code = run(sys.argv[1:])
status = Path("/proc/self/status").read_text()
print(int(status.partition("VmHWM:")[2].split()[0]) * 1024, file=sys.stderr)
raise SystemExit(code)
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with pillarbox.connect(tmp_path / "jobs.pillarbox") as opened:
        queue = opened.queue("a")
        for start in range(0, SCALE, CHUNK):
            queue.enqueue_many([{"n": n, "note": "x" * 100} for n in range(start, start + CHUNK)])
        yield opened


def test_a_million_jobs_are_exported_beside_a_producer(engine: Engine, tmp_path: Path) -> None:
    file, out, stop = tmp_path / "jobs.pillarbox", tmp_path / "out.jsonl", threading.Event()
    sizes: list[int] = []

    def produce() -> None:
        while not stop.is_set():
            engine.queue("b").enqueue_many(["y" * 2_000] * 20)
            sizes.append((tmp_path / "jobs.pillarbox-wal").stat().st_size)

    producer = threading.Thread(target=produce)
    producer.start()
    began = time.monotonic()
    try:
        words = ["--file", str(file), "export", "queue:a", "-o", str(out)]
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True
        )
    finally:
        stop.set()
        producer.join()
    seconds = time.monotonic() - began
    peak = int(ran.stderr.split()[-1])
    print(
        f"\n{SCALE:,} jobs in {seconds:.0f} s, peak {peak / 1e6:.0f} MB, WAL at most "
        f"{max(sizes) / 1e6:.0f} MB while {len(sizes) * 20:,} jobs came in"
    )

    assert ran.stdout == f"{SCALE:,} jobs exported to {out}.\n"
    assert peak < MEMORY
    assert max(sizes) < WAL
    with out.open("rb") as lines:
        assert sum(1 for _ in lines) == SCALE
    out.unlink()
