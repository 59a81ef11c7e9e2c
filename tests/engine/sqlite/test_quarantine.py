"""A damaged file is copied aside once, and left as it was."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox_engine.errors import BehindHead, DamagedFile
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend, open_backend, quarantine
from tests.faults import stored

Usage = namedtuple("Usage", "total used free")
Opener = Callable[..., SqliteBackend]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose writer was killed."""
    made = tmp_path_factory.mktemp("killed") / "jobs.pillarbox"
    stored.write(made, 1, killed=True)
    return made


@pytest.fixture
def cut(killed: Path, path: Path) -> Path:
    """The same, a bit in the middle of its WAL flipped."""
    shutil.copytree(killed.parent, path.parent, dirs_exist_ok=True)
    wal = path.with_name(path.name + "-wal")
    raw = bytearray(wal.read_bytes())
    raw[len(raw) // 2] ^= 1
    wal.write_bytes(raw)
    return path


def _bytes(path: Path) -> tuple[bytes, bytes]:
    return path.read_bytes(), path.with_name(path.name + "-wal").read_bytes()


def _copies(path: Path) -> list[Path]:
    return sorted(quarantine.folder_of(path).iterdir())


def test_a_file_that_lost_commits_is_left_as_it_was(cut: Path) -> None:
    before = _bytes(cut)
    for _ in range(2):
        with pytest.raises(BehindHead, match="lost commits"):
            open_backend(cut)
    assert _bytes(cut) == before


def test_the_copy_is_whole_private_and_named_in_the_error(cut: Path) -> None:
    with pytest.raises(BehindHead) as told:
        open_backend(cut)
    (copy,) = _copies(cut)
    assert str(copy) in told.value.remedy
    assert "accept this copy" in told.value.remedy
    assert _bytes(copy / cut.name) == _bytes(cut)
    assert copy.stat().st_mode & 0o777 == 0o700
    assert {entry.stat().st_mode & 0o777 for entry in copy.iterdir()} == {0o600}


def test_the_same_damage_is_set_aside_once(cut: Path) -> None:
    for _ in range(3):
        with pytest.raises(BehindHead, match="A copy of it"):
            open_backend(cut)
    assert len(_copies(cut)) == 1


def test_accepting_keeps_what_the_wal_had(cut: Path) -> None:
    before = _bytes(cut)
    backend = open_backend(cut, accept_copy=True)
    assert backend.check() == ()
    assert any("That was accepted" in notice for notice in backend.file_info().notices)
    backend.close()
    (copy,) = _copies(cut)
    assert _bytes(copy / cut.name) == before
    open_backend(cut).close()


def test_a_copy_never_takes_the_last_room(cut: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**9, 10**9, 60 << 20))
    with pytest.raises(BehindHead, match="No copy of it was set aside: it takes"):
        open_backend(cut)
    assert not quarantine.folder_of(cut).exists()


def test_there_are_never_more_than_a_few(cut: Path) -> None:
    for number in range(quarantine.MOST):
        (quarantine.folder_of(cut) / str(number)).mkdir(parents=True)
    with pytest.raises(BehindHead, match="3 earlier ones are in"):
        open_backend(cut)
    assert len(_copies(cut)) == quarantine.MOST


def test_a_copy_that_cannot_be_made_is_said_and_the_damage_too(
    cut: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(quarantine, "_digest", refused)
    with pytest.raises(BehindHead, match=r"No copy of it could be set aside .*Permission denied"):
        open_backend(cut)


@pytest.fixture
def broken(reopen: Opener, path: Path) -> SqliteBackend:
    """An open file, pages of which were damaged before it was opened."""
    first = reopen()
    first.enqueue("email", [NewJob(payload_json='"' + "x" * 3_000 + '"')] * 400)
    first.close()
    raw = bytearray(path.read_bytes())
    leaves = [
        at
        for at in range(0, len(raw), 8192)
        if raw[at] == 13 and raw.find(b"xxx", at, at + 8192) > 0
    ]
    for at in leaves[3:5]:
        raw[at : at + 12] = b"\xff" * 12
    path.write_bytes(raw)
    return reopen()


def test_damage_met_while_reading_is_set_aside_too_but_once(
    broken: SqliteBackend, path: Path
) -> None:
    for _ in range(2):
        with pytest.raises(DamagedFile, match="A copy of it was set aside"):
            broken.jobs(limit=400)
    broken.enqueue("other", [NewJob(payload_json="{}")])
    with pytest.raises(DamagedFile, match="A copy of it was set aside"):
        broken.jobs(limit=400)
    assert len(_copies(path)) == 1


def test_looking_sets_nothing_aside(cut: Path) -> None:
    looking = open_backend(cut, read_only=True)
    assert any("is older than commit" in problem for problem in looking.check())
    looking.close()
    assert not quarantine.folder_of(cut).exists()
