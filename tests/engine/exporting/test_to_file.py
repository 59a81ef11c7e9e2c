"""Exports to a file: whole or not at all, private, never over another; and what is damaged."""

from __future__ import annotations

import errno
import gzip
import os
import stat
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pillarbox
from pillarbox_engine import exporting
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.exporting import ExportOptions, form_of
from pillarbox_engine.filters import Filter

LINE = b'{"type":"default","priority":500,"payload":1}\n'


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with pillarbox.connect(tmp_path / "q.pillarbox") as opened:
        opened.queue("a").enqueue(1)
        yield opened


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "pillarbox" not in path.name)


def test_a_file_appears_whole_and_private(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert exporting.to_file(engine.backend, target, Filter()).jobs == 1
    assert target.read_bytes() == LINE
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert left_in(tmp_path) == ["out.jsonl"]


def test_a_name_that_ends_so_is_packed(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl.gz"
    exporting.to_file(engine.backend, target, Filter())
    assert gzip.decompress(target.read_bytes()) == LINE


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_nothing_is_written_over(engine: Engine, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "out.jsonl"
    if kind == "folder":
        target.mkdir()
    elif kind == "link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.write_text("mine")
    with pytest.raises(EnvironmentFault, match="cannot be written to"):
        exporting.to_file(engine.backend, target, Filter())
    assert left_in(tmp_path) == ["out.jsonl"]
    if kind == "file":
        assert target.read_text() == "mine"
        exporting.to_file(engine.backend, target, Filter(), replace=True)
        assert target.read_bytes() == LINE


def test_one_that_came_meanwhile_is_not_written_over(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    with pytest.raises(EnvironmentFault, match="already"):
        exporting.to_file(
            engine.backend, target, Filter(), progress=lambda now: void(target.write_text("mine"))
        )
    assert target.read_text() == "mine"
    assert left_in(tmp_path) == ["out.jsonl"]


def void(value: object) -> None:
    """A listener answers nothing."""


def test_a_file_system_without_links_is_no_obstacle(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*names: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    exporting.to_file(engine.backend, tmp_path / "out.jsonl", Filter())
    assert left_in(tmp_path) == ["out.jsonl"]


def test_a_cancelled_export_leaves_no_file(engine: Engine, tmp_path: Path) -> None:
    result = exporting.to_file(
        engine.backend, tmp_path / "out.jsonl", Filter(), cancelled=lambda: True
    )
    assert (result.cancelled, result.jobs) == (True, 0)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("name", ["no/such/folder.jsonl", "x" * 300 + ".jsonl"])
def test_a_place_that_cannot_be_is_said(engine: Engine, tmp_path: Path, name: str) -> None:
    with pytest.raises(EnvironmentFault, match="Choose another place"):
        exporting.to_file(engine.backend, tmp_path / name, Filter())
    assert left_in(tmp_path) == []


def test_a_damaged_payload_costs_only_its_own_job(engine: Engine, tmp_path: Path) -> None:
    queue = engine.queue("blobs")
    queue.configure(claim_check=100)
    bad = queue.enqueue("x" * 500)
    queue.enqueue("y" * 500)
    for blob in (tmp_path / "q.pillarbox.d" / "blobs").iterdir():
        if b"xxx" in blob.read_bytes():
            blob.write_bytes(b'"z"')
    result = exporting.to_file(engine.backend, tmp_path / "out.jsonl", Filter())
    assert (result.jobs, result.damaged) == (2, (bad.id,))
    assert b"yyy" in (tmp_path / "out.jsonl").read_bytes()


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_memory_does_not_grow_with_the_jobs(engine: Engine, form: Any) -> None:
    class Nowhere:
        def write(self, data: bytes, /) -> int:
            return len(data)

    engine.queue("big").enqueue_many([{"n": n, "note": "x" * 5_000} for n in range(4_000)])
    tracemalloc.start()
    try:
        result = exporting.run(
            engine.backend, Nowhere(), Filter(), options=ExportOptions(form=form)
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.jobs == 4_001
    assert result.size > 20_000_000
    assert peak < 12_000_000


def test_the_name_tells_the_form() -> None:
    names = ("a", "a.jsonl", "a.csv", "a.CSV.gz", "a.csv.jsonl", "a.json.gz")
    assert [form_of(name) for name in names] == ["jsonl", "jsonl", "csv", "csv", "jsonl", "jsonl"]
