"""`pillarbox enqueue`: what goes in, what is refused, and that a second run adds nothing."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from pillarbox.cli import intake_report
from pillarbox_engine.engine import Engine
from tests.app.cli.conftest import Command


def job_file(folder: Path, *lines: Any, name: str = "jobs.jsonl") -> str:
    path = folder / name
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return str(path)


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_each_line_of_a_job_file_becomes_a_job(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    source = job_file(tmp_path, {"to": "ada"}, {"payload": 1, "type": "ping", "queue": "sms"})

    answer = pillarbox("enqueue", "mail", source, "--type", "welcome", "--priority", "3")

    assert (answer.code, answer.out) == (0, "2 jobs put in mail.\n")
    (mail,) = engine.queue("mail").jobs()
    (ping,) = engine.queue("sms").jobs()
    assert (mail.type, mail.priority) == ("welcome", 3)
    assert ping.type == "ping"


def test_a_second_run_adds_nothing_unless_asked_to(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    source = job_file(tmp_path, {"n": 1}, {"n": 2})

    first = pillarbox("enqueue", "mail", source, "--json").document
    second = pillarbox("enqueue", "mail", source, "--json").document
    again = pillarbox("enqueue", "mail", source, "--again", "--json").document

    assert (first["accepted"], first["conflicts"]) == (2, 0)
    assert (second["accepted"], second["conflicts"]) == (0, 2)
    assert (again["accepted"], again["conflicts"]) == (2, 0)
    assert engine.counts().ready == 4


def test_a_pipe_is_named_by_its_import_id(
    engine: Engine, pillarbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for accepted, conflicts in ((2, 0), (0, 2)):
        pipe = io.TextIOWrapper(Pipe(b'{"n": 1}\n{"n": 2}\n'))
        monkeypatch.setattr("sys.stdin", pipe)
        document = pillarbox("enqueue", "mail", "-", "--import-id", "today", "--json").document
        assert (document["accepted"], document["conflicts"]) == (accepted, conflicts)


def test_one_job_by_its_payload_and_a_key(engine: Engine, pillarbox: Command) -> None:
    words = ("enqueue", "mail", "--payload", '{"to": "ada"}', "--key", "ada-1", "--delay", "60")

    first = pillarbox(*words, "--json").document
    second = pillarbox(*words)

    assert first == {"queue": "mail", "id": first["id"], "conflict": False}
    assert "was there already" in second.out
    assert engine.counts().scheduled == 1


def test_bad_lines_are_named_and_saved_and_the_good_ones_go_in(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    source = tmp_path / "jobs.jsonl"
    source.write_text('{"n": 1}\n{"n": NaN}\n{"n": 3}\n')
    saved = tmp_path / "bad.jsonl"

    answer = pillarbox("enqueue", "mail", str(source), "--rejected", str(saved))

    assert (answer.code, answer.out) == (3, "2 jobs put in mail, 1 rejected.\n")
    assert f"{source}, line 2, $.n" in answer.err
    assert saved.read_text() == '{"n": NaN}\n'


def test_of_many_bad_lines_some_are_named_and_all_counted(
    tmp_path: Path, engine: Engine, pillarbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_report, "SHOWN", 2)
    monkeypatch.setattr(intake_report, "LISTED", 3)
    source = tmp_path / "jobs.jsonl"
    source.write_text('{"n": 1}\n' + "nonsense\n" * 9)

    answer = pillarbox("enqueue", "mail", str(source), "--json")

    assert answer.code == 3
    assert answer.document["rejected"] == 9
    assert len(answer.document["rejections"]) == 3
    assert "… and 7 more" in answer.err


def test_a_dry_run_stores_nothing_and_makes_no_file(
    tmp_path: Path, file: Path, pillarbox: Command
) -> None:
    source = job_file(tmp_path, {"n": 1}, {"payload": 1, "colour": "red"})

    answer = pillarbox("enqueue", "mail", source, "--dry-run", "--json")

    assert answer.code == 3
    assert answer.document["accepted"] == 1
    assert answer.document["rejections"][0]["path"] == "$.colour"
    assert not file.exists()


def test_a_dry_run_saves_every_rejected_line_whole(
    tmp_path: Path, file: Path, pillarbox: Command
) -> None:
    bad = '{"payload": 1, "colour": "' + "x" * 5_000 + '"}\n'
    source = tmp_path / "jobs.jsonl"
    source.write_text(bad * 1_200)
    saved = tmp_path / "bad.jsonl"

    answer = pillarbox("enqueue", "mail", str(source), "--dry-run", "--rejected", str(saved))

    assert (answer.code, answer.out) == (1, "0 jobs would be put in mail, 1,200 rejected.\n")
    assert saved.read_text() == bad * 1_200


def test_packed_and_csv_files_go_in_and_their_rejected_rows_are_csv_again(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    source = tmp_path / "people.csv.gz"
    source.write_bytes(gzip.compress(b"payload.to,priority\nada,1\nbob,high\n"))
    saved = tmp_path / "bad.csv"

    answer = pillarbox("enqueue", "mail", str(source), "--rejected", str(saved))

    assert (answer.code, answer.out) == (3, "1 job put in mail, 1 rejected.\n")
    assert "line 3, priority: expected a number, got high" in answer.err
    assert saved.read_text() == "payload.to,priority\nbob,high\n"
    (job,) = engine.queue("mail").jobs()
    assert engine.job(job.id).payload == {"to": "ada"}


def test_a_pipe_of_csv_is_told_to_be_one(
    engine: Engine, pillarbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(Pipe(b"n;m\n1;2\n")))
    answer = pillarbox("enqueue", "mail", "-", "--format", "csv")
    assert answer.code == 0
    (job,) = engine.queue("mail").jobs()
    assert engine.job(job.id).payload == {"n": "1", "m": "2"}


def test_of_several_sources_the_bad_one_is_named_and_the_others_go_in(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    good = job_file(tmp_path, {"n": 1})
    missing = str(tmp_path / "missing.jsonl")

    answer = pillarbox("enqueue", "mail", missing, good, "--json")

    assert answer.code == 3
    assert answer.document["accepted"] == 1
    assert answer.document["failed"][0]["source"] == missing
    assert missing in answer.err


def test_a_full_queue_stops_the_import_and_says_what_was_stored(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    engine.queue("mail").configure(max_depth=3)
    source = job_file(tmp_path, *({"n": n} for n in range(5)))

    answer = pillarbox("enqueue", "mail", source)

    assert answer.code == 1
    assert "3 jobs were stored before that" in answer.err
    assert engine.counts().ready == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "give job files"),
        (("jobs.jsonl", "--payload", "1"), "not both"),
        (("jobs.jsonl", "--key", "k"), "--import-id"),
        (("--payload", "1", "--dry-run"), "for job files"),
        (("--payload", "{bad"), "not valid JSON"),
        (("--payload", "1", "--priority", "2000"), "priority is out of range"),
        (("--payload", "1", "--priority", "high"), "not a valid int"),
        (("--payload", "1", "--delay", "-1"), "delay is out of range"),
        (("--payload", "1", "--colour", "red"), "No such option '--colour'"),
    ],
)
def test_a_mistake_in_the_command_is_said_before_anything_is_done(
    words: tuple[str, ...], said: str, file: Path, pillarbox: Command
) -> None:
    answer = pillarbox("enqueue", "mail", *words)

    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""
    assert not file.exists()


def test_jobs_of_a_group_are_told_apart_from_their_head(
    tmp_path: Path, engine: Engine, pillarbox: Command
) -> None:
    source = job_file(tmp_path, {"n": 1}, {"payload": 2, "group": "ada"}, {"n": 3})
    assert pillarbox("enqueue", "mail", source, "--group", "bob").code == 0
    assert pillarbox("enqueue", "mail", "--payload", "4", "--group", "bob").code == 0
    found = sorted(engine.queue("mail").jobs(), key=lambda job: int(job.id))
    assert [job.group for job in found] == ["bob", "ada", "bob", "bob"]
    assert "  group      bob\n" in pillarbox("job", found[0].id).out
    said = pillarbox("job", found[2].id).out
    assert "  group      bob, where another job comes first\n" in said


def test_a_group_that_cannot_be_one_is_refused(engine: Engine, pillarbox: Command) -> None:
    answer = pillarbox("enqueue", "mail", "--payload", "1", "--group", "")
    assert (answer.code, engine.counts().enqueued_total) == (2, 0)
    assert "group" in answer.err
