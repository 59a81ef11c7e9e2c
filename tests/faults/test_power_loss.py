"""Power cuts: what was not synced is lost, in part or torn, and the promises hold."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults import rounds
from tests.faults.disk import MODES, Change, Disk, applied, survivors


@pytest.mark.parametrize("side_dropped", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(2))
def test_the_promises_survive_a_power_cut(
    tmp_path: Path, seed: int, mode: str, side_dropped: bool
) -> None:
    verdict = rounds.power_cut(tmp_path, seed, mode, side_dropped=side_dropped)
    assert not verdict.violations, str(verdict)
    assert verdict.faults == 1


# -- the disk itself ------------------------------------------------------------------------


def _disk(path: Path) -> Disk:
    disk = Disk(lambda what, after: None)
    disk.opened(str(path), fresh=not path.exists())
    return disk


def _image(disk: Disk, tmp_path: Path, mode: str = "dropped") -> Path:
    folder = tmp_path / "image"
    folder.mkdir()
    disk.lose_power(folder, mode, random.Random(1))
    return folder


def test_only_what_was_synced_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    disk = _disk(path)
    disk.changed(str(path), Change(1, b"NEW"))
    disk.synced(str(path), lambda: None)
    disk.changed(str(path), Change(0, b"lost"))
    assert (_image(disk, tmp_path) / "file").read_bytes() == b"oNEW"


def test_a_file_that_was_never_synced_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    disk = _disk(path)
    disk.changed(str(path), Change(0, b"new"))
    assert not list(_image(disk, tmp_path).iterdir())


def test_a_deletion_may_be_undone_until_the_folder_is_synced(tmp_path: Path) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"old")
    disk = _disk(path)
    disk.deleted(str(path), durably=False)
    assert (_image(disk, tmp_path) / "file").read_bytes() == b"old"
    disk.opened(str(other), fresh=True)
    disk.synced(str(other), lambda: None)
    again = tmp_path / "again"
    again.mkdir()
    disk.lose_power(again, "dropped", random.Random(1))
    assert [found.name for found in again.iterdir()] == ["other"]


def test_a_write_is_torn_at_sectors() -> None:
    whole = bytearray(b"x" * 4096)
    kept = survivors([Change(0, bytes(whole))], "torn", random.Random(3))
    assert 0 < len(kept) < 8
    assert {part.at % 512 for part in kept} == {0}
    found = applied(bytearray(4096), kept)
    assert found is not None
    assert found.count(b"x") == 512 * len(kept)


def test_a_prefix_ends_in_a_torn_write() -> None:
    writes = [Change(4096 * n, b"x" * 4096) for n in range(10)]
    lengths = set()
    for seed in range(20):
        found = applied(bytearray(), survivors(writes, "prefix", random.Random(seed)))
        assert found is not None
        assert found == b"x" * len(found)
        lengths.add(len(found))
    assert any(length % 4096 for length in lengths)
    assert {length % 512 for length in lengths} == {0}
