"""Which queue file is used, and what is said where its folder cannot be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox import locations
from pillarbox_engine.errors import ReadOnlyFile


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_one_on_the_command_line_comes_first(data_home: Path) -> None:
    environ = {"PILLARBOX_FILE": "/from/environment"}

    assert locations.queue_file("/chosen", environ) == "/chosen"
    assert not data_home.exists()


def test_the_environment_comes_second() -> None:
    assert locations.queue_file(None, {"PILLARBOX_FILE": "/env"}) == "/env"


def test_the_users_own_file_comes_last_in_a_folder_of_its_own(data_home: Path) -> None:
    chosen = Path(locations.queue_file(None, {}))

    assert chosen == data_home / "pillarbox" / "jobs.pillarbox"
    assert chosen.parent.stat().st_mode & 0o777 == 0o700


def test_the_demo_has_a_file_of_its_own(data_home: Path) -> None:
    assert Path(locations.demo_file()) == data_home / "pillarbox" / "demo.pillarbox"
    assert locations.demo_file("mine.pillarbox") == "mine.pillarbox"


def test_a_folder_that_cannot_be_made_is_named(data_home: Path) -> None:
    data_home.write_text("a file where the folder should be")

    with pytest.raises(ReadOnlyFile) as caught:
        locations.queue_file(None, {})
    assert str(data_home / "pillarbox") in str(caught.value)
    assert "--file" in caught.value.remedy
