"""`pillarbox check --salvage`: what it writes goes back in by `pillarbox enqueue`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox.cli import run
from pillarbox.root import open_engine
from tests.app.cli.conftest import Command


@pytest.fixture
def filled(file: Path) -> Path:
    """A queue file with jobs of all kinds of options."""
    with open_engine(str(file)) as engine:
        mail = engine.queue("mail")
        mail.enqueue({"to": "ünï"}, type="send", priority=3, max_attempts=2, timeout=9.5)
        mail.enqueue([1, None, "x\u0000y"], delay=9_000.0, unique_key="only", group="a")
        engine.queue("other").enqueue("text", retry_for=60.0)
        done = mail.enqueue(1, type="send", priority=0)
        delivery = mail.claim()
        assert delivery is not None
        assert delivery.id == done.id
        delivery.ack()
    return file


def test_what_was_salvaged_can_be_enqueued_again(
    filled: Path, tmp_path: Path, pillarbox: Command
) -> None:
    out, fresh = tmp_path / "saved.jsonl", tmp_path / "fresh.pillarbox"
    answer = pillarbox("check", "--salvage", str(out))
    assert answer.code == 0
    assert answer.out == f"3 jobs in {out}\n1 job in {tmp_path / 'saved.done.jsonl'}\n"
    for _again in range(2):
        assert run(["--file", str(fresh), "enqueue", "mail", str(out)]) == 0
    with open_engine(str(fresh)) as engine:
        assert engine.counts().enqueued_total == 3
        assert {queue.name for queue in engine.queues()} == {"mail", "other"}
        first = engine.job("1")
        assert (first.payload_json, first.type, first.priority) == ('{"to":"ünï"}', "send", 3)
        second = engine.job("2")
        assert (second.unique_key, second.group, second.state) == ("only", "a", "scheduled")


def test_what_cannot_be_read_is_said_and_the_exit_code_tells(
    filled: Path, tmp_path: Path, pillarbox: Command
) -> None:
    raw = bytearray(filled.read_bytes())
    at = raw.index("ünï".encode())
    raw[at : at + 2] = b"\xff\xff"
    filled.write_bytes(raw)
    answer = pillarbox("check", "--salvage", str(tmp_path / "saved.jsonl"), "--json")
    assert answer.code == 3
    assert answer.document["jobs"][str(tmp_path / "saved.damaged.jsonl")] == 1
    assert any("job 1 is damaged" in fault for fault in answer.document["faults"])
    assert pillarbox("check").code == 1


def test_it_is_refused_where_it_would_overwrite(
    filled: Path, tmp_path: Path, pillarbox: Command
) -> None:
    out = tmp_path / "saved.jsonl"
    out.write_text("mine")
    answer = pillarbox("check", "--salvage", str(out))
    assert answer.code == 1
    assert "there is a file of that name already" in answer.err
    assert out.read_text() == "mine"


def test_it_goes_with_no_accepting(filled: Path, tmp_path: Path, pillarbox: Command) -> None:
    answer = pillarbox("check", "--accept-copy", "--salvage", str(tmp_path / "saved.jsonl"))
    assert answer.code == 2
