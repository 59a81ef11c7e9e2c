"""Bad input through the command line: each is named with its place, and nothing is half-done."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox_engine.engine import Engine
from tests.app.cli.conftest import Command

GOOD = b'{"n": 1}\n'

WHOLE_FILES = [
    ("prose.json", b"Dear diary", "line 1, column 1"),
    ("half.json", b'[{"n": 1}, {"n":', "cut off"),
    ("wide.jsonl", '{"n": 1}\n'.encode("utf-16"), "UTF-16"),
    ("wide.json", "[1]".encode("utf-16-be"), "UTF-16"),
    ("empty.jsonl", b"", "it is empty"),
    ("zeros.jsonl", b'{"n": 1}\n\x00\x00\n', "line 2 has a zero byte"),
    ("deep.json", b"[" * 100_000, "cut off"),
    ("picture.csv", b"a,a\n1,2\n", "the column 'a' twice"),
]

LINES = [
    ("nan", b'{"a": {"b": [NaN]}}', "line 2, $.a.b[0]"),
    ("infinity", b'{"a": -Infinity}', "line 2, $.a"),
    ("too large a number", b'{"a": 1e999}', "line 2, $.a"),
    ("deep", b"[" * 100_000 + b"]" * 100_000, "nested more than 200 deep"),
    ("duplicate keys", b'{"a": 1, "a": 2}', 'line 2: the key "a" is there twice'),
    ("lone surrogate", b'{"a": "\\ud800"}', "line 2, $.a"),
    ("half a line", b'{"a": ', "line 2"),
    ("2 MiB", b'{"a": "' + b"x" * (2 << 20) + b'"}', "line 2"),
    ("300 KiB", b'{"a": "' + b"x" * (300 << 10) + b'"}', "line 2"),
    ("unknown option", b'{"payload": 1, "colour": "red"}', "line 2, $.colour"),
    ("queue with a slash", b'{"payload": 1, "queue": "a/b"}', "line 2, $.queue"),
    ("long queue name", b'{"payload": 1, "queue": "' + b"q" * 10_000 + b'"}', "10,000 characters"),
    ("not UTF-8", b'{"a": "\xff"}', "line 2"),
    ("wrong type", b'{"payload": 1, "priority": "high"}', "line 2, $.priority"),
]


@pytest.mark.parametrize(("name", "content", "said"), WHOLE_FILES, ids=lambda v: str(v)[:20])
def test_what_is_no_job_file_is_refused_whole(
    name: str, content: bytes, said: str, tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    (tmp_path / name).write_bytes(content)

    answer = pillarbox("enqueue", "mail", str(tmp_path / name), "--json")

    assert answer.code == 1
    assert said in answer.err
    assert name in answer.err
    assert "Traceback" not in answer.err
    assert answer.document["accepted"] == 0
    assert engine.counts().enqueued_total == 0


@pytest.mark.parametrize(("what", "line", "said"), LINES, ids=[what for what, _, _ in LINES])
def test_a_bad_line_is_named_and_the_others_go_in(
    what: str, line: bytes, said: str, tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    source = tmp_path / "jobs.jsonl"
    source.write_bytes(GOOD + line + b"\n" + GOOD)

    answer = pillarbox("enqueue", "mail", str(source))

    assert answer.code == 3
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert len(answer.err) < 2_000
    assert answer.out == "2 jobs put in mail, 1 rejected.\n"
    assert engine.counts().ready == 2


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("a/b", "slash"),
        ("q" * 10_000, "10,000 characters"),
        ("", "empty"),
        (" mail", "white space"),
        ("ma\x1b[31mil", "does not show"),
        ("ma\udcffil", "does not show"),
    ],
    ids=["slash", "long", "empty", "space", "escape", "surrogate"],
)
@pytest.mark.parametrize("command", ["enqueue", "pause", "drain", "resume"])
def test_a_name_that_cannot_be_a_queue_is_refused(
    command: str, queue: str, said: str, engine: Engine, pillarbox: Command
) -> None:
    words = ("--payload", "1") if command == "enqueue" else ()

    answer = pillarbox(command, queue, *words)

    assert answer.code == (2 if command == "enqueue" else 1)
    assert said in answer.err or "There is no queue" in answer.err
    assert "Traceback" not in answer.err
    assert "\x1b" not in answer.err
    assert len(answer.err) < 500
    assert engine.queues() == ()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("state:nope", "column 7: there is no state 'nope'"),
        ("colour:red", "column 1"),
        ('error:"open', "never closed"),
        ("age>soon", "column 5"),
    ],
)
@pytest.mark.parametrize("command", ["jobs", "replay", "purge", "cancel", "requeue", "restore"])
def test_a_query_with_a_mistake_is_refused_with_its_column(
    command: str, query: str, said: str, engine: Engine, pillarbox: Command
) -> None:
    answer = pillarbox(command, query)

    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
    column = int(answer.err.split("column ")[1].split(":")[0])
    lines = answer.err.splitlines()
    shown = lines.index(f"  {query}")
    assert lines[shown + 1] == " " * (column + 1) + "^"
