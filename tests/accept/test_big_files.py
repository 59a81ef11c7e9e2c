"""A job file of a gigabyte, of lines and as one array: bounded memory, progress that is true.

Cancelled at half and run again, not a job is missing and none is there twice. `SIZE` is the
file's size in bytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.accept

SIZE = int(os.environ.get("SIZE", str(1 << 30)))
MEMORY = 150 * 1_000_000
"""Bytes that may be resident at most."""
TRUE_WITHIN = 0.02
"""How far the share told may be from the share of entries dealt with."""
BAD_EACH = 500
PROGRAM = Path(__file__).with_name("big_import.py")
ORDER = [
    {"sku": f"A-{n:05d}", "name": f"Ärmelschoner “No {n}” \\ 🧦", "price": n / 7, "tags": [n, None]}
    for n in range(40)
]


def entries() -> Iterator[bytes]:
    """Orders of some 50 kB; each 500th cannot be one."""
    lines = json.dumps(ORDER, ensure_ascii=False)
    written, number = 0, 0
    while written < SIZE:
        number += 1
        body = f'{{"order":{number},"note":"{"lorem ipsum " * 4_000}","lines":{lines}}}'
        bad = number % BAD_EACH == 0
        text = f'{{"payload":{body}{"," if bad else ""}}}'.encode()
        written += len(text) + 1
        yield text


def written(path: Path) -> int:
    """Make the file at `path`; how many entries it has."""
    count, array = 0, path.suffix == ".json"
    with path.open("wb") as file:
        file.write(b"[" if array else b"")
        for count, text in enumerate(entries(), 1):
            file.write((b",\n" if array and count > 1 else b"") + text + (b"" if array else b"\n"))
        file.write(b"]\n" if array else b"")
    return count


@pytest.fixture(params=["orders.jsonl", "orders.json"])
def big(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """The file and its number of entries; what was made of it goes when the test ends."""
    path = tmp_path / request.param
    yield path, written(path)
    for made in tmp_path.glob("*.*"):
        if made.is_file():
            made.unlink()


def imported(queue_file: Path, job_file: Path, share: float) -> Any:
    command = [sys.executable, str(PROGRAM), str(queue_file), str(job_file), str(share)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return json.loads(ran.stdout)


def test_a_gigabyte_cancelled_at_half_and_run_again_is_there_exactly_once(
    big: tuple[Path, int], tmp_path: Path
) -> None:
    path, count = big
    bad = count // BAD_EACH
    assert path.stat().st_size >= SIZE
    half = imported(tmp_path / "q.pillarbox", path, 0.5)
    rest = imported(tmp_path / "q.pillarbox", path, 1)
    _tell(path, count, half, rest)

    assert half["cancelled"]
    assert half["jobs"] == half["accepted"]
    assert 0.45 * count < half["accepted"] < 0.55 * count
    assert (rest["cancelled"], rest["conflicts"]) == (False, half["accepted"])
    assert rest["accepted"] + rest["conflicts"] == rest["jobs"] == count - bad
    assert rest["rejected"] == bad
    for run in (half, rest):
        assert run["peak"] < MEMORY
        assert run["phases"] == ["checking", "reading"]
        _is_true(run["progress"], count)


def _is_true(progress: list[tuple[float, int]], count: int) -> None:
    shares = [share for share, _ in progress]
    assert shares == sorted(shares)
    assert len(shares) > 20
    off = max(abs(share - dealt / count) for share, dealt in progress)
    assert off <= TRUE_WITHIN, f"the share told was off by {off:.1%}"


def _tell(path: Path, count: int, half: Any, rest: Any) -> None:
    size = path.stat().st_size / 1e6
    print(
        f"\n{path.name}: {size:,.0f} MB, {count:,} entries; half in {half['seconds']:.0f} s, the "
        f"rest in {rest['seconds']:.0f} s; peak {max(half['peak'], rest['peak']) / 1e6:.0f} MB"
    )
