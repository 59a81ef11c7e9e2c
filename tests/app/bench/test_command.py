"""`pillarbox bench` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pillarbox.bench import room
from pillarbox.cli import run
from tests.app.bench.conftest import TINY


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "QUICK", TINY)


def bench(tmp_path: Path, *arguments: str) -> int:
    return run(["bench", "--file", str(tmp_path / "jobs.pillarbox"), *arguments])


def test_it_prints_a_table_and_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(tmp_path, "--only", "enqueue_many") == 0

    out, err = capsys.readouterr()
    assert "fsync p50" in out
    assert "synchronous=FULL" in out
    assert "enqueue_many of 1,000 / raw executemany of 1,000" in out
    assert "round 1 of 2: enqueue_many" in err
    assert list(tmp_path.iterdir()) == []


def test_its_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench(tmp_path, "--only", "enqueue_many", "--json") == 0

    document = json.loads(capsys.readouterr().out)
    measured = {line["key"]: line for line in document["figures"] if line["median"] is not None}
    assert set(measured) == {"enqueue-many"}
    assert measured["enqueue-many"]["low"] <= measured["enqueue-many"]["high"]
    assert len(document["series"]["raw-many"]) == TINY.repetitions


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(tmp_path / "nowhere") == 4

    assert "nowhere" in capsys.readouterr().err
