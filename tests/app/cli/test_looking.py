"""Commands that only look: stats, jobs, job, check."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox_engine.children import Child
from pillarbox_engine.engine import Engine
from tests.app.cli.conftest import Command

HOSTILE = {"markup": "[red]x[/red]", "html": "<b>&lt;</b>", "escape": "\x1b[2J"}


def test_stats_shows_a_row_per_queue(engine: Engine, pillarbox: Command) -> None:
    engine.queue("mail").enqueue_many([{}, {}])
    engine.queue("sms").enqueue({}, delay=60.0)

    told = pillarbox("stats")
    assert told.code == 0
    assert [line.split()[0] for line in told.out.splitlines()] == ["queue", "mail", "sms"]

    document = pillarbox("stats", "--json").document
    assert [queue["name"] for queue in document["queues"]] == ["mail", "sms"]
    assert document["queues"][0]["counts"]["ready"] == 2
    assert document["ledger"]["enqueued"] == 3


def test_stats_tells_open_alarms(engine: Engine, pillarbox: Command) -> None:
    queue = engine.queue("mail")
    queue.configure(alarm_depth=2)
    queue.enqueue_many([{}, {}])
    engine.backend.maintain()
    assert "ALARM  mail: 2 jobs are ready, the alarm is at 2, since" in pillarbox("stats").out
    (alarm,) = pillarbox("stats", "--json").document["alarms"]
    assert (alarm["queue"], alarm["kind"], alarm["value"], alarm["bound"]) == (
        "mail",
        "depth",
        2,
        2,
    )
    queue.claim()
    engine.backend.maintain()
    assert pillarbox("stats", "--json").document["alarms"] == []


def test_stats_of_an_empty_file_says_so(engine: Engine, pillarbox: Command) -> None:
    answer = pillarbox("stats")

    assert (answer.code, answer.out) == (0, "")
    assert "no queues yet" in answer.err


def test_jobs_lists_what_a_query_finds(engine: Engine, pillarbox: Command) -> None:
    engine.queue("mail").enqueue_many([{"n": n} for n in range(5)], type="welcome")
    engine.queue("sms").enqueue({"n": 9})

    assert {job["queue"] for job in pillarbox("jobs", "--json").lines} == {"mail", "sms"}
    assert len(pillarbox("jobs", "queue:mail", "--json").lines) == 5
    assert len(pillarbox("jobs", "payload.n:3", "--json").lines) == 1

    few = pillarbox("jobs", "queue:mail", "--limit", "2")
    assert len(few.out.splitlines()) == 3
    assert "2 of 5 jobs shown." in few.err


def test_jobs_are_sorted_by_what_is_asked(engine: Engine, pillarbox: Command) -> None:
    for priority in (3, 1, 2):
        engine.queue("mail").enqueue({}, priority=priority)

    up = pillarbox("jobs", "--sort", "priority", "--json").lines
    down = pillarbox("jobs", "priority>1", "--sort", "-priority", "--json").lines

    assert [job["priority"] for job in up] == [1, 2, 3]
    assert [job["priority"] for job in down] == [3, 2]
    wrong = pillarbox("jobs", "--sort", "colour")
    assert wrong.code == 2
    assert "priority" in wrong.err


def test_jobs_beyond_one_page_are_all_listed(
    engine: Engine, pillarbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pillarbox.cli.jobs.PAGE", 10)
    engine.queue("mail").enqueue_many([{"n": n} for n in range(25)])

    listed = pillarbox("jobs", "--limit", "1000", "--json").lines

    assert len({job["id"] for job in listed}) == 25


def test_a_job_is_told_whole(engine: Engine, pillarbox: Command) -> None:
    queue = engine.queue("mail")
    id = queue.enqueue({"to": "ada"}, type="welcome", unique_key="ada").id
    delivery = queue.claim()
    assert delivery is not None
    delivery.reject("no such address")

    told = pillarbox("job", id)
    assert told.code == 0
    for part in (id, "dead (rejected)", "welcome", '"to": "ada"', "rejected", "no such address"):
        assert part in told.out

    document = pillarbox("job", id, "--json").document
    assert document["payload"] == {"to": "ada"}
    assert document["state"] == "dead"
    assert document["history"][-1]["kind"] == "rejected"


def test_payload_text_is_shown_as_text(engine: Engine, pillarbox: Command) -> None:
    id = engine.queue("mail").enqueue(HOSTILE).id

    for answer in (pillarbox("jobs"), pillarbox("job", id)):
        assert "<b>&lt;</b>" in answer.out
        assert "[red]x[/red]" in answer.out
        assert "\x1b" not in answer.out
    assert pillarbox("job", id, "--json").document["payload"] == HOSTILE


def test_a_job_that_is_not_there_is_a_failure(engine: Engine, pillarbox: Command) -> None:
    answer = pillarbox("job", "nowhere")

    assert answer.code == 1
    assert "nowhere" in answer.err


def test_check_says_whole(engine: Engine, pillarbox: Command, file: Path) -> None:
    engine.queue("mail").enqueue({})

    answer = pillarbox("check", str(file), "--json")

    assert answer.code == 0
    assert answer.document["whole"] is True
    assert answer.document["problems"] == []
    assert "is whole" in pillarbox("check").out


def test_check_remarks_on_what_lies_beside_the_file_to_no_use(
    engine: Engine, pillarbox: Command, file: Path
) -> None:
    engine.queue("mail").enqueue({})
    engine.close()
    blobs = file.with_name(f"{file.name}.d") / "blobs"
    blobs.mkdir()
    (blobs / "0000000000000001-0123456789abcdef").write_text('"left by a crash"')

    told = pillarbox("check")
    assert told.code == 0
    assert "is whole" in told.out
    assert "1 payload beside the file, 17 bytes, belongs to no job" in told.err
    (remark,) = pillarbox("check", "--json").document["remarks"]
    assert "belongs to no job" in remark


def test_looking_leaves_the_file_as_it_was(engine: Engine, pillarbox: Command, file: Path) -> None:
    engine.queue("mail").enqueue({})
    engine.close()
    before = file.read_bytes()

    for words in (["stats"], ["jobs"], ["check"]):
        assert pillarbox(*words).code == 0
    assert file.read_bytes() == before


def test_a_copy_that_lost_commits_is_refused_until_it_is_accepted(
    pillarbox: Command, file: Path
) -> None:
    assert pillarbox("enqueue", "mail", "--payload", "1").code == 0
    older = file.read_bytes()
    assert pillarbox("enqueue", "mail", "--payload", "2").code == 0
    file.write_bytes(older)

    broken = pillarbox("check", "--json")
    assert broken.code == 1
    assert broken.document["whole"] is False
    refused = pillarbox("enqueue", "mail", "--payload", "3")
    assert refused.code == 4
    assert "pillarbox check --accept-copy FILE" in refused.err

    assert pillarbox("check", "--accept-copy").code == 0
    assert pillarbox("enqueue", "mail", "--payload", "3").code == 0
    assert pillarbox("check").code == 0


def test_a_job_is_told_with_its_parent_and_children(engine: Engine, pillarbox: Command) -> None:
    parent = engine.queue("mail").enqueue_flow(
        {}, [Child({}, queue="sms", type="send"), Child({})], type="report"
    )
    first = parent.children[0]

    told = pillarbox("job", parent.id).out
    assert "Children: 2 of 2 have not ended" in told
    assert f"  {first} · ready · send in sms" in told
    assert f"Parent\n  {parent.id} · waiting · report in mail" in pillarbox("job", first).out

    document = pillarbox("job", parent.id, "--json").document
    assert [child["id"] for child in document["children"]] == list(parent.children)
    assert (document["children_left"], document["on_child_failure"]) == (2, "fail")
    assert pillarbox("job", first, "--json").document["parent"]["id"] == parent.id


def test_a_job_says_why_it_is_not_running(engine: Engine, pillarbox: Command) -> None:
    queue = engine.queue("mail")
    job = queue.enqueue({}).id
    said = "Ready, but no worker serves queue mail."
    assert pillarbox("job", job).out.splitlines()[1] == f"  {said}"
    assert pillarbox("job", job, "--json").document["why"] == said
    queue.cancel(reason="sent by hand")
    assert "sent by hand" in pillarbox("job", job).out
