"""`pillarbox schedules`: plans added, listed, stopped, run by hand and removed."""

from __future__ import annotations

import pytest

from pillarbox_engine.engine import Engine
from tests.app.cli.conftest import Command

NIGHTLY = ("schedules", "add", "nightly", "reports", "--cron", "30 2 * * *", "--zone",
           "Europe/Berlin", "--payload", '{"n": 1}')  # fmt: skip


def test_a_plan_is_added_and_its_next_times_told(engine: Engine, pillarbox: Command) -> None:
    answer = pillarbox(*NIGHTLY)

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("nightly is planned; it fires\n")
    assert answer.out.count(" 02:30:00 +0") == 5
    (made,) = engine.schedules()
    assert (made.queue, made.cron, made.zone) == ("reports", "30 2 * * *", "Europe/Berlin")
    assert made.job.payload_json == '{"n":1}'


def test_every_option_reaches_the_plan(engine: Engine, pillarbox: Command) -> None:
    answer = pillarbox(
        "schedules", "add", "beat", "mail", "--every", "5", "--overlap", "allow", "--missed", "all",
        "--missed-window", "60", "--type", "ping", "--priority", "3", "--json",
    )  # fmt: skip

    assert answer.code == 0
    assert answer.document["job"] == {"payload": None, "priority": 3, "type": "ping"}
    (made,) = engine.schedules()
    assert (made.every, made.overlap, made.missed, made.missed_window) == (5, "allow", "all", 60)


def test_adding_it_again_changes_it_and_keeps_its_count(engine: Engine, pillarbox: Command) -> None:
    pillarbox(*NIGHTLY)
    engine.run_schedule("nightly")
    assert pillarbox("schedules", "add", "nightly", "reports", "--every", "60").code == 0
    (made,) = engine.schedules()
    assert (made.cron, made.every, made.fired) == (None, 60.0, 1)


def test_they_are_listed_as_a_table_and_as_json_lines(engine: Engine, pillarbox: Command) -> None:
    assert pillarbox("schedules").err == "Nothing is scheduled.\n"
    pillarbox(*NIGHTLY)
    pillarbox("schedules", "add", "beat", "mail", "--every", "90")

    told = pillarbox("schedules").out.splitlines()
    assert told[0].split()[:4] == ["name", "queue", "when", "zone"]
    assert told[1].split()[:5] == ["beat", "mail", "every", "90", "s"]
    assert told[2].split()[:2] == ["nightly", "reports"]
    lines = pillarbox("schedules", "--json").lines
    assert [line["name"] for line in lines] == ["beat", "nightly"]
    assert lines[1]["job"]["payload"] == {"n": 1}


def test_pause_resume_run_and_remove(engine: Engine, pillarbox: Command) -> None:
    pillarbox(*NIGHTLY)
    assert pillarbox("schedules", "pause", "nightly").out == "nightly is paused.\n"
    assert engine.schedules()[0].paused
    assert "paused" in pillarbox("schedules").out
    answer = pillarbox("schedules", "run", "nightly", "--json")
    assert answer.document["conflict"] is False
    assert engine.job(answer.document["id"]).schedule == "nightly"
    assert pillarbox("schedules", "resume", "nightly").out == "nightly goes on.\n"
    assert not engine.schedules()[0].paused
    removed = pillarbox("schedules", "remove", "nightly", "--json")
    assert removed.document == {"schedule": "nightly", "verb": "remove"}
    assert engine.schedules() == ()


def test_the_file_may_be_named_before_the_sub_command(
    file: object, engine: Engine, pillarbox: Command
) -> None:
    pillarbox(*NIGHTLY)
    answer = pillarbox("schedules", "--file", str(file), "run", "nightly")
    assert (answer.code, engine.counts().ready) == (0, 1)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "x", "q", "--cron", "61 * * * *"), 2, "field 1 (character 1), minute"),
        (("add", "x", "q", "--cron", "* * * * *", "--every", "5"), 2, "both were given"),
        (("add", "x", "q"), 2, "neither was given"),
        (("add", "x", "q", "--every", "0.1"), 2, "every is out of range"),
        (("add", "x", "q", "--every", "soon"), 2, "not a valid float"),
        (("add", "x", "q", "--every", "5", "--zone", "Europe/Berln"), 2, "Did you mean"),
        (("add", "x", "q", "--every", "5", "--payload", "{"), 2, "not valid JSON"),
        (("add", "x", "q", "--every", "5", "--overlap", "wait"), 2, "skip, allow"),
        (("add", "a/b", "q", "--every", "5"), 2, "slash"),
        (("add", "x", "a/b", "--every", "5"), 2, "slash"),
        (("pause", "nil"), 1, 'no schedule "nil"'),
        (("run", "\x1b[31m"), 2, "does not show"),
        (("remove", "nil"), 1, 'no schedule "nil"'),
        (("frob",), 2, "No such command"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    words: tuple[str, ...], code: int, said: str, engine: Engine, pillarbox: Command
) -> None:
    answer = pillarbox("schedules", *words)

    assert answer.code == code
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert "\x1b" not in answer.err
    assert (engine.schedules(), engine.queues()) == ((), ())


@pytest.mark.parametrize("verb", ["add", "pause", "resume", "run", "remove"])
def test_each_sub_command_has_help(verb: str, pillarbox: Command) -> None:
    answer = pillarbox("schedules", verb, "--help")
    assert answer.code == 0
    assert "--file PATH" in answer.out
    assert "--json" in answer.out
