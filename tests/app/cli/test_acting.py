"""Commands that act: on jobs a query finds, and on queues."""

from __future__ import annotations

import pytest

from pillarbox.cli import purge
from pillarbox_engine.engine import Engine
from pillarbox_engine.settings import QueueSettings
from tests.app.cli.conftest import Command


def dead(engine: Engine, queue: str = "mail", jobs: int = 1) -> list[str]:
    """Put `jobs` dead letters in `queue`."""
    held = engine.queue(queue)
    held.enqueue_many([{"n": n} for n in range(jobs)], type="welcome")
    found = []
    for _ in range(jobs):
        delivery = held.claim()
        assert delivery is not None
        delivery.reject("no such address")
        found.append(delivery.id)
    return found


def test_replay_puts_all_dead_letters_back(engine: Engine, pillarbox: Command) -> None:
    dead(engine, "mail", 3)
    dead(engine, "sms", 1)

    answer = pillarbox("replay", "--json")

    assert answer.code == 0
    assert answer.document["changed"] == 4
    assert engine.counts().ready == 4
    assert engine.counts().dead == 0


def test_replay_takes_a_query_a_queue_and_a_rate(engine: Engine, pillarbox: Command) -> None:
    dead(engine, "mail", 3)
    dead(engine, "sms", 1)
    engine.queue("mail-retry", defaults=QueueSettings())

    answer = pillarbox("replay", "queue:mail", "--to", "mail-retry", "--rate", "4")

    assert answer.code == 0
    assert "3 jobs replayed." in answer.out
    counts = engine.queue("mail-retry").counts()
    assert counts.scheduled + counts.ready == 3
    due = sorted(job.run_at for job in engine.queue("mail-retry").jobs())
    assert [(one - due[0]).total_seconds() for one in due] == [0.0, 0.25, 0.5]
    assert engine.queue("sms").counts().dead == 1


@pytest.mark.parametrize("verb", ["replay", "requeue", "purge", "cancel", "restore"])
def test_a_dry_run_counts_and_changes_nothing(
    verb: str, engine: Engine, pillarbox: Command
) -> None:
    dead(engine, "mail", 2)
    before = engine.counts()

    answer = pillarbox(verb, "queue:mail", "--dry-run", "--json")

    assert answer.code == 0
    assert answer.document == {"verb": verb, "dry_run": True, "jobs": answer.document["jobs"]}
    assert engine.counts() == before


def test_purge_and_restore_are_each_others_undo(engine: Engine, pillarbox: Command) -> None:
    dead(engine, "mail", 2)

    assert pillarbox("purge", "state:dead").code == 0
    assert engine.counts().trashed == 2
    assert pillarbox("restore", "queue:mail").code == 0
    assert engine.counts().dead == 2


def test_purge_says_how_many_in_flight_it_left_alone(engine: Engine, pillarbox: Command) -> None:
    queue = engine.queue("mail")
    queue.enqueue_many([{}, {}])
    assert queue.claim() is not None

    answer = pillarbox("purge", "queue:mail")

    assert answer.code == 0
    assert "1 job moved to the trash." in answer.out
    assert "1 job left alone: leased." in answer.err


def test_a_large_purge_needs_a_yes(
    engine: Engine, pillarbox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge, "ASK_ABOVE", 2)
    engine.queue("mail").enqueue_many([{"n": n} for n in range(3)])

    refused = pillarbox("purge", "queue:mail")
    assert refused.code == 2
    assert "say --yes" in refused.err
    assert engine.counts().ready == 3

    assert pillarbox("purge", "queue:mail", "--yes").code == 0
    assert engine.counts().trashed == 3


def test_a_dead_letter_whose_unique_key_is_taken_is_left_alone(
    engine: Engine, pillarbox: Command
) -> None:
    mail = engine.queue("mail")
    for _ in range(3):
        mail.enqueue({}, unique_key="ada")
        delivery = mail.claim()
        assert delivery is not None
        delivery.reject("no such address")

    told = pillarbox("replay")

    assert told.code == 0
    assert "1 job replayed." in told.out
    assert "2 jobs left alone: another job holds the unique key." in told.err
    assert len(pillarbox("jobs", "unique:ada", "--json").lines) == 3
    assert mail.counts().ready == 1


def test_requeue_and_cancel(engine: Engine, pillarbox: Command) -> None:
    engine.queue("mail").enqueue({}, delay=3_600.0)

    assert pillarbox("requeue", "queue:mail").code == 0
    assert engine.counts().ready == 1
    assert pillarbox("cancel", "queue:mail", "--json").document["changed"] == 1
    assert engine.counts().cancelled == 1
    assert pillarbox("requeue", "state:cancelled").code == 0
    assert engine.counts().ready == 1


def test_nothing_found_is_no_failure(engine: Engine, pillarbox: Command) -> None:
    answer = pillarbox("requeue", "queue:nowhere")

    assert (answer.code, answer.out) == (0, "0 jobs requeued.\n")


def test_pause_resume_and_drain(engine: Engine, pillarbox: Command) -> None:
    queue = engine.queue("mail")
    queue.enqueue({})

    assert "paused" in pillarbox("pause", "mail").err
    assert queue.claim() is None
    assert pillarbox("resume", "mail", "--json").document == {"verb": "resume", "queues": ["mail"]}
    delivery = queue.claim()
    assert delivery is not None
    assert "draining" in pillarbox("drain", "mail").err
    assert engine.queues()[0].draining
    delivery.ack()
    assert not engine.queues()[0].draining
    assert pillarbox("resume", "mail").code == 0


def test_a_mistyped_queue_changes_nothing_and_names_those_there_are(
    engine: Engine, pillarbox: Command
) -> None:
    engine.queue("mail").enqueue({})

    answer = pillarbox("pause", "mail", "mial")

    assert answer.code == 1
    assert "no queue called 'mial'" in answer.err
    assert "has mail" in answer.err
    assert not engine.queues()[0].paused
