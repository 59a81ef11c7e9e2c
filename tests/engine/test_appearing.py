"""A file that appears whole: and is still there after a power cut."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pillarbox_engine.appearing import appearing


@pytest.mark.parametrize("replace", [False, True])
def test_its_name_is_durable_when_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, replace: bool
) -> None:
    path = tmp_path / "out.jsonl"
    synced: list[tuple[int, bool]] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        fsync(descriptor)
        synced.append((os.fstat(descriptor).st_ino, path.exists()))

    monkeypatch.setattr(os, "fsync", noted)
    with appearing(path, "The export", replace=replace) as unfinished:
        unfinished.write_text("{}\n")
    assert synced == [(path.stat().st_ino, False), (tmp_path.stat().st_ino, True)]
