"""Several processes on one file: no error, no job twice, and changes are heard at once."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pillarbox_engine.protocols import Change
from pillarbox_engine.sqlite import open_backend
from tests.faults import rounds
from tests.faults.conftest import CLIENTS


def test_four_processes_share_a_file(tmp_path: Path) -> None:
    verdict = rounds.together(tmp_path, 0, seconds=1.0)
    assert not verdict.violations, str(verdict)
    assert verdict.acked > 50


@pytest.mark.parametrize("seed", range(2))
def test_four_processes_make_a_file_at_once(tmp_path: Path, seed: int) -> None:
    verdict = rounds.together(tmp_path, seed, seconds=0.0)
    assert not verdict.violations, str(verdict)


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
