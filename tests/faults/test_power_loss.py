"""Power cuts: what was not synced is lost, in part or torn, and the promises hold."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults import rounds
from tests.faults.disk import MODES, Change, Disk, SideFiles, applied, survivors
from tests.faults.disk_log import DiskLog, cut_power


@pytest.mark.parametrize("mode", MODES)
def test_the_promises_survive_a_power_cut(tmp_path: Path, mode: str) -> None:
    verdict = rounds.power_cut(tmp_path, 0, mode, side_dropped=mode in MODES[::2])
    assert not verdict.violations, str(verdict)
    assert verdict.faults == 1


@pytest.mark.parametrize("seed", range(2))
def test_the_promises_survive_a_power_cut_of_several_processes(tmp_path: Path, seed: int) -> None:
    verdict = rounds.power_cut(tmp_path, seed, clients=2 + seed)
    assert not verdict.violations, str(verdict)


# -- the disk itself ------------------------------------------------------------------------


def _image(disk: Disk, tmp_path: Path, mode: str = "dropped") -> dict[str, bytes]:
    folder = tmp_path / "image"
    folder.mkdir(exist_ok=True)
    disk.lose_power(folder, mode, random.Random(1))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_only_what_was_synced_is_found_again(tmp_path: Path) -> None:
    disk = Disk()
    disk.found("file", b"old")
    disk.changed("file", Change(1, b"NEW"))
    disk.synced("file")
    disk.changed("file", Change(0, b"lost"))
    assert _image(disk, tmp_path) == {"file": b"oNEW"}


def test_what_was_written_while_a_sync_was_under_way_may_be_lost(tmp_path: Path) -> None:
    disk = Disk()
    disk.found("file", b"....")
    disk.changed("file", Change(0, b"a", moment=1))
    disk.changed("file", Change(1, b"b", moment=3))
    disk.synced("file", before=2)
    assert _image(disk, tmp_path) == {"file": b"a..."}


def test_a_file_that_was_never_synced_is_not_there(tmp_path: Path) -> None:
    disk = Disk()
    disk.changed("file", Change(0, entry="made"))
    disk.changed("file", Change(0, b"new"))
    assert _image(disk, tmp_path) == {}


def test_a_deletion_may_be_undone_until_the_folder_is_synced(tmp_path: Path) -> None:
    disk = Disk()
    disk.found("file", b"old")
    disk.deleted("file", durably=False)
    assert _image(disk, tmp_path) == {"file": b"old"}
    disk.changed("other", Change(0, entry="made"))
    disk.synced("other")
    (tmp_path / "image" / "file").unlink()
    assert _image(disk, tmp_path) == {"other": b""}


def test_side_files_are_found_as_they_were_fsynced(tmp_path: Path) -> None:
    files = SideFiles()
    files.listed("/d", ["head", "never", "blobs"])
    files.listed("/d/blobs", ["one"])
    files.synced("/d/head", b"first")
    files.synced("/d/head", b"second")
    files.synced("/d/blobs/one", b"whole")
    files.synced("/d/blobs/unlisted", b"lost")
    files.lose_power("/d", tmp_path / "found")
    found = {path.name: path.read_bytes() for path in (tmp_path / "found").rglob("*")
             if path.is_file()}  # fmt: skip
    assert found == {"head": b"second", "never": b"", "one": b"whole"}


def test_the_logs_of_two_clients_are_one_story(tmp_path: Path) -> None:
    side = tmp_path / "file.d"
    side.mkdir()
    one, other = (DiskLog(tmp_path / "disk", name, side, _nothing) for name in ("one", "other"))
    path = str(tmp_path / "file")
    one.entry(b"m", path)
    one.change(b"w", path, 0, b"first", lambda: None)
    other.sync(path, lambda: None)
    other.change(b"w", path, 0, b"LOST", lambda: None)
    cut_power(tmp_path / "disk", side, tmp_path / "after", "dropped", random.Random(1),
              side_dropped=True)  # fmt: skip
    assert (tmp_path / "after" / "file").read_bytes() == b"first"


def _nothing(what: str, after: bool) -> None:
    """Nobody dies here."""


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
