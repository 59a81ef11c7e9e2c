"""A queue file that cannot be used: exit code 4, said clearly, nothing touched, no traceback."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from pillarbox.cli import run
from pillarbox.root import open_engine
from pillarbox_engine.errors import LockedFile
from tests.app.cli.conftest import read_until

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
"""Holds the file's lock, in a process of its own, until its input ends."""

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

    for words in (["stats"], ["jobs"], ["check"]):
        assert run(["--file", str(file), *words]) == 0
    capsys.readouterr()
    for words in (["pause", "mail"], ["enqueue", "mail", "--payload", "1"]):
        assert run(["--file", str(file), *words]) == 4
        assert f"{file} cannot be written: it is read-only" in capsys.readouterr().err


def test_a_locked_file_is_said_to_be(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> NoReturn:
        raise LockedFile(f"{file} cannot be used", "another program has its lock", "Wait for it")

    monkeypatch.setattr("pillarbox.root.open_backend", refuse)

    assert run(["--file", str(file), "stats"]) == 4
    told = capsys.readouterr().err
    assert told == (
        f"pillarbox: {file} cannot be used: another program has its lock\n  Wait for it\n"
    )


@pytest.mark.accept
def test_a_file_whose_lock_is_held_is_told_by_the_store_itself(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_engine(str(file)).close()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    read_until(holder.stdout, "held")

    assert run(["--file", str(file), "stats"]) == 0
    assert run(["--file", str(file), "enqueue", "mail", "--payload", "1"]) == 4
    assert "lock" in capsys.readouterr().err
    holder.communicate("")
    with open_engine(str(file), read_only=True) as engine:
        assert engine.counts().enqueued_total == 0
