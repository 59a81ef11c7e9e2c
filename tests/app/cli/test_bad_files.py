"""A queue file that cannot be used: exit code 4, said clearly, nothing touched, no traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pillarbox.cli import run
from pillarbox.root import open_engine

COMMANDS = (["stats"], ["jobs"], ["check"], ["pause", "mail"], ["purge", "state:dead"])


def foreign(file: Path) -> str:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()
    return "another program"


def not_a_database(file: Path) -> str:
    file.write_bytes(b"Dear diary, " * 400)
    return "not"


def newer(file: Path) -> str:
    open_engine(str(file)).close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    return "Upgrade Pillarbox"


def a_folder(file: Path) -> str:
    file.mkdir()
    return "folder"


def a_symlink(file: Path) -> str:
    real = file.with_name("real.pillarbox")
    open_engine(str(real)).close()
    file.symlink_to(real)
    return "link"


def cut_off(file: Path) -> str:
    open_engine(str(file)).close()
    with open(file, "r+b") as stream:
        stream.truncate(5_000)
    return ""


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize(
    "spoil",
    [foreign, not_a_database, newer, a_folder, a_symlink, cut_off],
    ids=lambda s: s.__name__,
)
def test_it_is_said_and_nothing_is_touched(
    spoil: Callable[[Path], str],
    words: list[str],
    file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = spoil(file)
    before = file.read_bytes() if file.is_file() else b""

    code = run(["--file", str(file), *words])

    told = capsys.readouterr()
    assert code == 4, told.err
    assert said in told.err
    assert file.name in told.err
    assert "Traceback" not in told.err
    assert told.out == ""
    assert (file.read_bytes() if file.is_file() else b"") == before


@pytest.mark.parametrize("words", [["stats"], ["jobs"], ["check"], ["job", "1"]])
def test_looking_at_a_file_that_is_not_there_makes_none(
    words: list[str], file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--file", str(file), *words]) == 4
    assert "no such file" in capsys.readouterr().err
    assert not file.exists()


def test_a_read_only_file_can_be_looked_at_only(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_engine(str(file)).close()
    file.chmod(0o400)

    assert run(["--file", str(file), "stats"]) == 0
    assert run(["--file", str(file), "pause", "mail"]) == 4
    assert "cannot be written" in capsys.readouterr().err
