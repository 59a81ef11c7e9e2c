"""The demo's promises, told once: its report holds, and a killed run is finished by the next."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.accept.conftest import Program, Starter, balances, document


def run_demo(pillarbox: Program, path: Path, seconds: int) -> dict[str, Any]:
    """Run the headless demo; its report."""
    result = pillarbox(
        "demo", "--headless", "--seconds", seconds, "--seed", 7, "--json", "--file", path,
        within=seconds + 90,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    report: dict[str, Any] = document(result)
    return report


def holds(report: dict[str, Any]) -> None:
    """What the demo must show."""
    assert balances(report["ledger"]), report["ledger"]
    assert all(report["seen"][what] > 0 for what in ("progress", "retries", "dead_letters"))
    assert report["rate_limit"]["most_in_any_window"] <= report["rate_limit"]["max"]
    assert report["rate_limit"]["held"]
    assert report["bound"]["most"] <= report["bound"]["max_depth"]
    assert report["bound"]["held"]


def kill_in_the_middle(start: Starter, pillarbox: Program, path: Path, after: float) -> None:
    """kill -9 the demo in the middle; the file is whole."""
    first = start("demo", "--headless", "--seconds", 60, "--seed", 7, "--file", path)
    try:
        first.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert first.returncode == -signal.SIGKILL
    assert document(pillarbox("check", path, "--json"))["whole"]


def left_over(pillarbox: Program, path: Path, queue: str) -> set[str]:
    """The ids of the jobs of `queue` that have not ended."""
    query = f"queue:{queue} state:ready state:scheduled state:leased"
    result = pillarbox("jobs", query, "--limit", 10_000, "--json", "--file", path)
    return {json.loads(line)["id"] for line in result.stdout.splitlines()}
