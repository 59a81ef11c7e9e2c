"""The demo in the window's process: it runs on its own file and on no other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox.cli.window import open_file
from pillarbox.demo.staging import Stage
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import ReadOnlyFile
from pillarbox_engine.protocols import Change


def changed(engine: Engine, until: Callable[[], bool]) -> bool:
    """Wait for changes until `until` holds."""
    bell = threading.Event()

    def ring(change: Change) -> None:
        bell.set()

    stop = engine.subscribe(ring)
    try:
        while not until():
            bell.clear()
            if not bell.wait(30):
                return False
        return True
    finally:
        stop()


def test_it_runs_on_its_own_file_only(tmp_path: Path) -> None:
    own, other = str(tmp_path / "demo.pillarbox"), str(tmp_path / "other.pillarbox")
    with Stage(open_file, own, seed=7, seconds=None) as stage:
        with stage.open(other) as engine:
            assert engine.queues() == ()
        with stage.open(own) as engine:
            assert len(engine.queues()) == 3
            assert changed(engine, lambda: engine.counts().done_total > 0)


def test_a_file_it_may_only_read_is_refused_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "demo.pillarbox"
    open_file(str(path)).close()
    path.chmod(0o400)

    with Stage(open_file, str(path), seed=7, seconds=None) as stage, pytest.raises(ReadOnlyFile):
        stage.open(str(path))
