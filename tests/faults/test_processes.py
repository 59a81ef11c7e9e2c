"""Several processes on one file: no error, no job twice, and changes are heard at once."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from pillarbox_engine.protocols import Change
from pillarbox_engine.sqlite import open_backend
from tests.faults.conftest import CLIENTS, Spawn


def test_four_processes_share_a_file(path: Path, spawn: Spawn) -> None:
    open_backend(path).close()
    told = [path.with_name(f"history-{number}") for number in range(4)]
    roles = ["produce", "produce", "work", "work"]
    clients = [spawn(role, path, told[n], 3, n) for n, role in enumerate(roles)]
    assert [client.wait(timeout=60) for client in clients] == [0, 0, 0, 0]
    backend = open_backend(path)
    assert backend.check() == ()
    ledger = backend.counts().ledger()
    assert ledger["enqueued"] == sum(ledger[f] for f in ("done", "dead", "cancelled", "waiting"))
    acked = Counter(line for n in (2, 3) for line in told[n].read_text().splitlines())
    assert max(acked.values()) == 1
    assert sum(acked.values()) == ledger["done"]
    backend.close()


def test_another_process_commit_is_heard_without_polling(path: Path) -> None:
    backend = open_backend(path)
    command = [sys.executable, str(CLIENTS), "once", str(path)]
    client = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert client.stdin is not None
    assert client.stdout is not None
    assert client.stdout.readline() == "ready\n"
    heard = threading.Event()

    def listen(change: Change) -> None:
        if any(queue.name == "bell" for queue in backend.queues()):
            heard.set()

    unsubscribe = backend.subscribe(listen)
    began = time.monotonic()
    client.stdin.write("go\n")
    assert heard.wait(5.0)
    assert time.monotonic() - began < 0.5
    unsubscribe()
    assert client.wait(timeout=10) == 0
    client.stdin.close()
    client.stdout.close()
    backend.close()
