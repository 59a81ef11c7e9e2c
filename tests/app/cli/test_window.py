"""`pillarbox window`: what the window is told, by whichever way it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pillarbox.cli import run
from pillarbox.cli import window as command
from pillarbox.workshop import Workshop


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What `run_window` was called with."""
    calls: list[dict[str, Any]] = []

    def run_window(**given: Any) -> int:
        calls.append(given)
        return 0

    monkeypatch.setattr("pillarbox_ui.application.run_window", run_window)
    monkeypatch.setattr(command, "has_display", lambda: True)
    return calls


def test_a_handlers_file_makes_it_a_process_of_its_own(
    told: list[dict[str, Any]], tmp_path: Path
) -> None:
    file, handlers = str(tmp_path / "a.pillarbox"), str(tmp_path / "handlers.toml")
    assert run([file]) == 0
    assert run([file, "--handlers", handlers]) == 0
    assert run(["window", "--file", file, "--handlers", handlers, "--read-only"]) == 0
    first, second, third = told
    assert (first["path"], first["handlers"]) == (file, "")
    assert first["instance"] is not None
    assert (second["path"], second["handlers"], second["instance"]) == (file, handlers, None)
    assert (third["path"], third["read_only"]) == (file, True)
    assert {one["make_workshop"] for one in told} == {Workshop}
