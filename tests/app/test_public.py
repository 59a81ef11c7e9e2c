"""`import pillarbox`: what it offers and how little it loads."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import pillarbox


def loaded_by(statement: str) -> set[str]:
    """The top-level modules a fresh interpreter has after `statement`."""
    script = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_it_loads_no_qt_no_numpy_and_no_storage() -> None:
    loaded = loaded_by("import pillarbox")
    heavy = {"PySide6", "numpy", "pyqtgraph", "apsw", "rich", "click", "sqlite3"}

    assert "pillarbox" in loaded
    assert not heavy & loaded


def test_every_name_it_promises_is_there() -> None:
    assert all(hasattr(pillarbox, name) for name in pillarbox.__all__)


def test_its_version_is_the_distributions() -> None:
    assert pillarbox.__version__ == version("pillarbox")


def test_it_round_trips_a_job_in_memory() -> None:
    with pillarbox.connect("memory:") as engine:
        mail = engine.queue("mail")
        enqueued = mail.enqueue({"to": "ada@mail.example"}, type="welcome")
        delivery = mail.claim()
        assert delivery is not None
        delivery.ack({"sent": True})

        assert engine.job(enqueued.id).result == {"sent": True}


@pytest.mark.parametrize(
    "given", [None, 5, True, b"jobs.pillarbox", object(), "", "a\0b", "\ud800", "x" * 5_000]
)
def test_what_is_no_path_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pillarbox.PillarboxError) as caught:
        pillarbox.connect(given)
    assert all((caught.value.title, caught.value.reason, caught.value.remedy))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["read_only", "accept_copy"])
def test_a_switch_is_true_or_false(tmp_path: Path, option: str) -> None:
    switches: dict[str, Any] = {option: 1}
    with pytest.raises(pillarbox.InvalidOption, match=option):
        pillarbox.connect(tmp_path / "jobs.pillarbox", **switches)
    assert not list(tmp_path.iterdir())
