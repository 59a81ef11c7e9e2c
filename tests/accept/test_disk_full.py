"""Disk full in the middle of an import of 100,000 jobs, on a small file system of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("disk_full.py")
JOBS = 100_000


@pytest.mark.accept
def test_an_import_stops_at_a_full_disk_and_is_exact_when_run_again(tmp_path: Path) -> None:
    disk, source = tmp_path / "disk", tmp_path / "jobs.jsonl"
    disk.mkdir()
    with source.open("w") as file:
        for number in range(JOBS):
            file.write(json.dumps({"number": number, "fill": "x" * 180}) + "\n")
    # A user and a mount namespace, so that anybody may mount.
    command = ["unshare", "-rm", sys.executable, str(PROGRAM), str(disk), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    accepted, stopped = told["first"]
    assert 1_000 < accepted < JOBS
    assert f"{accepted:,} jobs were stored before that" in stopped
    assert "full" in stopped or "no room" in stopped
    assert told["stored"] == accepted
    assert told["refused"]
    assert "no room to grow" in told["trouble"]
    code, said = told["command"]
    assert code == 1
    assert "disk is full" in said
    assert told["held_done"] == told["purged"] == 4
    assert told["second"] == [JOBS - accepted, accepted, None]
    assert told["total"] == JOBS
    assert told["problems"] == []
