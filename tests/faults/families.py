"""A client that makes flows and works them at once, until it is killed; and who judges it.

Owns `main`, the client, and `faults`. Each handler writes a line to a file that all clients
append to, before it starts and before it returns: what the lines say is older than any ack.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pillarbox_engine.children import Child
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.model import JsonValue
from pillarbox_engine.queues import Queue
from pillarbox_engine.sqlite import open_backend

Told = list[tuple[str, str, str]]
"""(what, job, parent): `what` is starts or ends, `parent` "-" for a first parent."""


def serve(path: Path, told: Path, seed: str, flows: int) -> None:
    """Enqueue `flows` flows, one after the other, and work all there are until they are done."""
    lines = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def handler(job: JobContext) -> JsonValue:
        parent = job.payload
        os.write(lines, f"starts {job.id} {parent}\n".encode())
        answer = 1 + sum(child.result for child in job.children.values())
        os.write(lines, f"ends {job.id} {parent}\n".encode())
        return answer

    with (
        Engine(open_backend(path, kind="worker")) as engine,
        engine.worker(("a", "b"), handler, concurrency=3) as worker,
    ):
        print("serving", flush=True)
        chance = random.Random(seed)
        for _ in range(flows):
            enqueue(engine.queue("a"), chance)
        worker.join_idle(60.0)


def enqueue(queue: Queue, chance: random.Random) -> None:
    """A flow of two or three generations."""
    queue.enqueue_flow("-", [_child(chance, 2) for _ in range(chance.randint(1, 4))])


def _child(chance: random.Random, depth: int) -> Child:
    wanted = chance.randint(1, 3) if depth and chance.random() < 0.4 else 0
    below = [_child(chance, depth - 1) for _ in range(wanted)]
    return Child("child", queue=chance.choice("ab"), children=below)


def read(told: Path) -> Told:
    """What the clients wrote, in its order; a line that was torn by a kill is none."""
    lines = [tuple(line.split()) for line in told.read_text("utf-8").splitlines()]
    return [(line[0], line[1], line[2]) for line in lines if len(line) == 3]


def faults(told: Told, children: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Where a parent started before a child had ended, or a child ran on after that."""
    ended: set[str] = set()
    started: set[str] = set()
    parent_of = {child: parent for parent, mine in children.items() for child in mine}
    for what, job, _ in told:
        if what == "ends":
            ended.add(job)
            continue
        early = [child for child in children.get(job, ()) if child not in ended]
        if early:
            yield f"{job} started before its children {early} had ended"
        if parent_of.get(job) in started:
            yield f"{job} ran after its parent {parent_of[job]} had started"
        started.add(job)


def sizes(children: Mapping[str, Sequence[str]], first: str) -> int:
    """How many jobs a flow has: what each handler's answers add up to."""
    return 1 + sum(sizes(children, child) for child in children.get(first, ()))


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
