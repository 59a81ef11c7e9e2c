"""Flows as a program writes them, and what a parent's handler is given, in whatever process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pillarbox_engine.child import ChildRunner
from pillarbox_engine.children import Child
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import Definite, InputFault, InvalidOption, QueueFull
from pillarbox_engine.flows import MAX_FLOW, MAX_LEVELS, ChildJob
from pillarbox_engine.leasing import LeaseRef, Lost
from pillarbox_engine.model import JsonValue
from pillarbox_engine.outcomes import Failed, Returned
from pillarbox_engine.sqlite import open_backend
from pillarbox_engine.sqlite.enqueue import made_key
from pillarbox_engine.sqlite.flows import few_enough
from pillarbox_engine.states import State
from tests.engine import child_handlers
from tests.engine.kit import PATIENCE, settings


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[Engine]:
    with Engine(open_backend(tmp_path / "jobs.pillarbox")) as engine:
        yield engine


def work(job: JobContext) -> JsonValue:
    """A leaf answers its payload, a parent the sum of what its children answered."""
    if job.children:
        return sum(child.result for child in job.children.values())
    return job.payload


def total(engine: Engine) -> JsonValue:
    report = engine.queue("reports").enqueue_flow(
        "sum",
        [
            Child(1, queue="numbers"),
            Child("inner", children=[Child(2, queue="numbers"), Child(3)]),
            Child(4, queue="numbers", priority=1),
        ],
    )
    assert len(report.children) == 3
    with engine.worker(("reports", "numbers"), work, concurrency=3) as worker:
        assert worker.join_idle(PATIENCE)
    assert engine.flow(report.id).children_left == 0
    return engine.job(report.id).result


def test_a_tree_of_jobs_runs_from_its_leaves_to_its_root(engine: Engine) -> None:
    assert total(engine) == 10


def test_it_does_so_in_a_file(durable: Engine) -> None:
    assert total(durable) == 10


def test_the_low_level_way_sees_children_too(engine: Engine) -> None:
    queue = engine.queue("a")
    parent = queue.enqueue_flow("p", [Child("c", type="c")], on_child_failure="continue")
    first = queue.claim()
    assert first is not None
    assert first.children == {}
    first.reject("no")
    second = queue.claim()
    assert second is not None
    assert second.id == parent.id
    ((number, child),) = second.children.items()
    assert (number, child.type, child.state) == (parent.children[0], "c", State.DEAD)
    assert child.error is not None
    assert child.error.message == "no"


def test_a_queue_that_is_full_is_waited_for(engine: Engine) -> None:
    queue, mail = engine.queue("a"), engine.queue("mail")
    mail.configure(max_depth=1)
    mail.enqueue("in the way")
    with pytest.raises(QueueFull):
        queue.enqueue_flow("p", [Child("c", queue="mail")])
    assert queue.counts().enqueued_total == 0
    answers: list[str] = []

    def enqueue() -> None:
        answers.append(queue.enqueue_flow("p", [Child("c", queue="mail")], block=PATIENCE).id)

    thread = threading.Thread(target=enqueue)
    thread.start()
    mail.cancel("ready")
    thread.join(PATIENCE)
    assert engine.job(answers[0]).state is State.WAITING


def test_what_is_wrong_is_refused_before_anything_is_stored(engine: Engine) -> None:
    queue = engine.queue("a")
    with pytest.raises(InvalidOption, match="policy"):
        queue.enqueue_flow("p", [], on_child_failure="panic")
    with pytest.raises(InvalidOption, match=r"children\[1\]"):
        queue.enqueue_flow("p", [Child("c"), "d"])  # type: ignore[list-item]
    with pytest.raises(InvalidOption, match="'colour'"):
        queue.enqueue_flow("p", [Child("c", colour="red")])  # type: ignore[call-arg]
    deep = Child("leaf")
    for _ in range(MAX_LEVELS - 1):
        deep = Child("level", children=[deep])
    with pytest.raises(InvalidOption, match="generations"):
        queue.enqueue_flow("p", [deep])
    with pytest.raises(InvalidOption, match="jobs"):
        Child("p", children=[Child("wide", children=[Child("c")] * 500)] * (MAX_FLOW // 500))
    assert engine.queues() == ()


def test_an_uncertain_enqueue_is_repeated_safely(durable: Engine) -> None:
    queue = durable.queue("a")
    first = queue.enqueue_flow("p", [Child("c"), Child("d", children=[Child("e")])])
    key = _made_key(durable)
    again = queue.enqueue_flow("p", [Child("c")], idempotency_key=key)
    assert (again.id, again.conflict, again.children) == (first.id, True, first.children)
    assert queue.counts().enqueued_total == 4


def _made_key(engine: Engine) -> str:
    """The key a failed enqueue of what is in the file would have carried."""
    with engine.backend._file.read() as reading:  # type: ignore[attr-defined]
        (nonce,) = reading.select("SELECT nonce FROM jobs ORDER BY id LIMIT 1", ())[0]
    return made_key(0, nonce)


def test_the_check_finds_a_parent_that_is_miscounted(durable: Engine) -> None:
    parent = durable.queue("a").enqueue_flow("p", [Child("c")])
    assert durable.backend.check() == ()
    file = durable.backend._file  # type: ignore[attr-defined]
    file.write(lambda t: t.execute("set_children_left", (2, int(parent.id))))
    (problem,) = durable.backend.check()
    assert f"job {parent.id} waits" in problem


def test_retention_lets_few_children_go_at_a_time(durable: Engine) -> None:
    queue = durable.queue("a")
    parents = [int(queue.enqueue_flow("p", [Child("c")] * 600).id) for _ in range(3)]
    plain = int(queue.enqueue(1).id)
    file = durable.backend._file  # type: ignore[attr-defined]
    chosen = file.write(lambda t: few_enough(t, [plain, *parents]))
    assert chosen == [plain, parents[0]]
    assert file.write(lambda t: few_enough(t, [])) == []


# -- in a child process ----------------------------------------------------------------------


CHILDREN = (
    ChildJob(id="8", queue="a", type="t", state=State.DONE, result_json='{"n":1}'),
    ChildJob(id="9", queue="a", type="t", state=State.CANCELLED),
)


def context(read_children: object) -> JobContext:
    return JobContext(
        LeaseRef("7", 3), queue="a", type="t", payload_json="1", attempt=1, max_attempts=5,
        tell=lambda lease, percent, line: None,
        read_children=read_children,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_process_of_its_own_is_told_of_children() -> None:
    outcome = ChildRunner().run(context(lambda _: CHILDREN), child_handlers.tell_children)
    assert outcome == Returned('[["8","done",{"n":1}],["9","cancelled",null]]')


def test_a_process_of_its_own_is_told_why_not() -> None:
    def refuse(_: str) -> tuple[ChildJob, ...]:
        raise Definite("The file cannot be read", "the disk is gone", "")

    outcome = ChildRunner().run(context(refuse), child_handlers.tell_children)
    assert isinstance(outcome, Failed)
    assert "the disk is gone" in outcome.failure.message


def test_a_lost_parent_is_told_of_its_children_in_its_process(durable: Engine) -> None:
    queue = durable.queue("a")
    durable.backend.configure("a", settings())
    parent = queue.enqueue_flow("p", [Child("c", type="c")])
    for _ in range(2):
        delivery = queue.claim()
        assert delivery is not None
        if delivery.type == "c":
            delivery.ack("of c")
        else:
            durable.backend.settle([Lost(lease=delivery.claimed.lease)])
    with queue.worker(child_handlers.tell_children) as worker:
        assert worker.join_idle(PATIENCE)
    assert durable.job(parent.id).result == [[parent.children[0], "done", "of c"]]


@pytest.mark.parametrize("name", ["", "a/b", 7, None])
def test_a_child_names_a_queue_or_none(name: str | None) -> None:
    if name is None:
        assert Child(1, queue=name).queue is None
        return
    with pytest.raises(InputFault):
        Child(1, queue=name)
