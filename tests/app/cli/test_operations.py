"""`pillarbox replay` as an operation, and `pillarbox operations`."""

from __future__ import annotations

import signal

import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.operation import OperationState
from pillarbox_engine.states import State
from tests.app.cli.conftest import Command, Spawn
from tests.app.cli.test_acting import dead


def wait_for(engine: Engine, operation: str, state: OperationState) -> None:
    handle = engine.operation(operation)
    assert handle.wait(20) or handle.state is state
    assert handle.state is state


def test_a_detached_replay_goes_on_where_the_file_is_open(
    engine: Engine, pillarbox: Command
) -> None:
    dead(engine, "mail", 3)

    answer = pillarbox("replay", "--detach", "--json")

    assert answer.code == 0
    assert answer.document["total"] == 3
    wait_for(engine, answer.document["operation"], OperationState.DONE)
    assert engine.counts().ready == 3


def test_a_canary_that_fails_stops_the_replay_and_says_so(
    engine: Engine, pillarbox: Command
) -> None:
    dead(engine, "mail", 6)

    def fail(job: object) -> None:
        raise ValueError("no such address")

    queue = engine.queue("mail")
    queue.configure(max_attempts=1)
    with queue.worker(fail, concurrency=1):
        answer = pillarbox("replay", "--canary", "2")

    assert answer.code == 1
    assert "2 jobs replayed." in answer.out
    assert "2 of 2 canaries failed" in answer.err
    assert "the other 4 were left as they are" in answer.err
    assert queue.counts().replayed_total == 2
    assert queue.counts().dead == 6
    told = pillarbox("operations").out
    assert "stopped" in told
    assert "2/6" in told


def test_a_canary_that_succeeds_lets_the_replay_go_on(engine: Engine, pillarbox: Command) -> None:
    dead(engine, "mail", 6)
    with engine.queue("mail").worker(lambda job: None, concurrency=1) as worker:
        answer = pillarbox("replay", "--canary", "2", "--stop-above", "0.5", "--json")
        worker.join_idle(timeout=20)

    assert answer.document["state"] == "done"
    assert answer.document["changed"] == 6
    assert engine.counts().done == 6


def test_a_patch_is_rehearsed_and_then_applied(engine: Engine, pillarbox: Command) -> None:
    (job_id,) = dead(engine, "mail", 1)
    patch = '{"n": null, "to": "ada"}'

    told = pillarbox("replay", "--patch", patch, "--dry-run")
    assert told.code == 0
    assert '{"n":0}' in told.out
    assert '→ {"to":"ada"}' in told.out
    sample = pillarbox("replay", "--patch", patch, "--dry-run", "--json").document["samples"][0]
    assert (sample["before"], sample["after"]) == ({"n": 0}, {"to": "ada"})
    assert engine.job(job_id).state is State.DEAD

    assert pillarbox("replay", "--patch", patch).code == 0
    assert engine.job(job_id).payload == {"to": "ada"}
    edited = engine.job(job_id).history[-2]
    assert edited.payload_json == '{"n":0}'
    assert 'it was {"n":0}' in pillarbox("job", job_id).out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("replay", "--patch", "{"), 2, "The patch is not valid JSON"),
        (("replay", "--patch", '{"a": NaN}'), 2, "The patch is not valid JSON"),
        (("replay", "--canary", "0"), 2, "--canary"),
        (("replay", "--stop-above", "2"), 2, "--stop-above"),
        (("replay", "--to", "nowhere"), 1, "There is no queue"),
        (("operations", "cancel"), 2, "which operation?"),
        (("operations", "cancel", "404"), 1, "There is no operation 404"),
        (("operations", "stop", "1"), 2, "stop"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(
    engine: Engine, pillarbox: Command, words: tuple[str, ...], code: int, said: str
) -> None:
    dead(engine, "mail", 1)
    before = engine.counts()
    answer = pillarbox(*words)
    assert answer.code == code
    assert said in answer.err
    assert engine.counts() == before


def test_operations_are_listed_cancelled_and_undone(engine: Engine, pillarbox: Command) -> None:
    assert "No operations yet." in pillarbox("operations").err
    dead(engine, "mail", 5)
    begun = pillarbox("replay", "--rate", "0.01", "--detach", "--json").document["operation"]

    (listed,) = pillarbox("operations", "--json").lines
    assert (listed["id"], listed["verb"], listed["total"]) == (begun, "replay", 5)
    assert listed["options"]["rate"] == 0.01
    assert "is cancelled" in pillarbox("operations", "cancel", begun).out
    assert engine.operation(begun).state is OperationState.CANCELLED

    assert pillarbox("purge", "state:dead").code == 0
    purged = pillarbox("operations", "--json").lines[0]
    assert purged["undoable"]
    answer = pillarbox("operations", "undo", purged["id"])
    assert answer.code == 0
    assert "restored" in answer.out
    assert engine.counts().trashed == 0
    again = pillarbox("operations", "undo", purged["id"])
    assert again.code == 1
    assert "was undone before" in again.err


def test_an_interrupt_cancels_the_rest(engine: Engine, spawn: Spawn) -> None:
    dead(engine, "mail", 5)
    process = spawn("replay", "--rate", "0.1")
    while not engine.operations():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Interrupted" in err
    assert "replayed" in out
    assert engine.operations()[0].state is OperationState.CANCELLED
    assert engine.counts().dead > 0
