"""`pillarbox backup`: a copy from the command line, and what it refuses."""

from __future__ import annotations

from pathlib import Path

from pillarbox_engine.engine import Engine
from tests.app.cli.conftest import Command


def test_a_copy_of_the_file_at_hand_or_of_one_named(
    tmp_path: Path, file: Path, engine: Engine, pillarbox: Command
) -> None:
    engine.queue("a").enqueue_many(range(7))
    one, two = tmp_path / "one.pillarbox", tmp_path / "two.pillarbox"

    first = pillarbox("backup", str(one))
    second = pillarbox("backup", str(file), str(two), "--json")

    assert (first.code, first.err) == (0, "")
    assert first.out.startswith(f"{one} is a copy, ")
    assert second.document == {
        "file": str(two), "bytes": two.stat().st_size, "payloads": 0, "missing": 0,
        "interrupted": False,
    }  # fmt: skip
    checked = pillarbox("check", str(one))
    assert (checked.code, checked.out) == (0, f"{one} is whole.\n")
    listed = pillarbox("jobs", "--file", str(two), "--json")
    assert len(listed.lines) == 7


def test_what_is_there_is_not_written_over(
    tmp_path: Path, file: Path, engine: Engine, pillarbox: Command
) -> None:
    answer = pillarbox("backup", str(file), str(file))
    assert (answer.code, answer.out) == (1, "")
    assert "there is a file of that name already" in answer.err
    assert engine.backend.check() == ()


def test_too_few_and_too_many_places_and_no_file(tmp_path: Path, pillarbox: Command) -> None:
    assert pillarbox("backup").code == 2
    assert pillarbox("backup", "a", "b", "c").code == 2
    missing = pillarbox("backup", str(tmp_path / "none.pillarbox"), str(tmp_path / "out"))
    assert missing.code == 4
    assert "no such file" in missing.err
