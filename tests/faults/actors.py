"""Clients of a fault run, each in a process of its own until its time is up or it is killed.

Owns `Plan`, what a client does and what befalls it, and `act`, which does it.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import apsw

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.outcomes import Reject, Snooze
from pillarbox_engine.protocols import Backend
from pillarbox_engine.sqlite import open_backend
from tests.faults import points
from tests.faults.disk import Disk, ForgetfulVFS, SideFiles
from tests.faults.history import History
from tests.faults.load import QUEUES, Load
from tests.faults.mutants import MUTANTS
from tests.faults.points import on_writers
from tests.faults.producers import produce
from tests.faults.recorded import Recorded
from tests.faults.threads import run_each


@dataclass(frozen=True, slots=True)
class Power:
    """A power cut at the `nth` write or sync: the image goes into `folder`."""

    nth: int
    mode: str
    side_dropped: bool
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a client does: `threads` of mixed load, a pool of workers (`serves`), or `produces`.

    `synced`: its history is. `nap`: seconds that one handler in twenty sleeps. `checkpoint`:
    pages in the WAL after which it is checkpointed, 0 as the engine has it.
    """

    path: Path
    told: Path
    client: str
    seed: str
    seconds: float
    threads: int = 1
    serves: bool = False
    produces: bool = False
    synced: bool = True
    nap: float = 0.3
    mutant: str = ""
    point: str = ""
    nth: int = 0
    power: Power | None = None
    checkpoint: int = 0


def act(plan: Plan) -> None:
    """Be that client."""
    if plan.mutant:
        MUTANTS[plan.mutant]()
    if plan.checkpoint:
        _checkpoint_often(plan.checkpoint)
    if plan.point:
        points.arm(plan.point, plan.nth)
    disk = _plug(plan) if plan.power is not None else None
    history = History(plan.told, plan.client, synced=plan.synced)
    store = Recorded(open_backend(plan.path, kind="worker"), history)
    history.note("open")
    until = time.monotonic() + plan.seconds
    if plan.serves:
        _serve(store, plan, until)
    elif plan.produces:
        produce(store, plan, until)
    else:
        _load(store, plan, until)
    if disk is not None:
        _cut(plan, *disk)
    store.close()
    history.close()


def _load(store: Recorded, plan: Plan, until: float) -> None:
    Load(store, plan.client, plan.seed).prepare()

    def run(number: int) -> None:
        load = Load(store, f"{plan.client}.{number}", f"{plan.seed}.{number}", number)
        while time.monotonic() < until:
            load.step()

    run_each(plan.threads, run)


def _serve(store: Recorded, plan: Plan, until: float) -> None:
    """A real engine with a real pool, whose calls are recorded."""
    chance, history = random.Random(plan.seed), store.history

    def handler(job: JobContext) -> None:
        history.note("run", jobs=[[job.id, job.fence]])
        luck = chance.random()
        if luck < 0.05:
            time.sleep(plan.nap)
        history.note("ran", jobs=[[job.id, job.fence]])
        if luck > 0.9:
            raise ValueError("as told")
        if luck > 0.86:
            raise Reject("as told")
        if luck > 0.82:
            raise Snooze(0.02)

    def problem(error: Exception) -> None:
        history.note("problem", error=repr(error))

    lent: Backend = store  # type: ignore[assignment]
    engine = Engine(lent)
    with engine.worker(QUEUES, handler, concurrency=plan.threads, on_problem=problem):
        time.sleep(max(0.0, until - time.monotonic()))
    engine.close()


def _checkpoint_often(pages: int) -> None:
    done: set[int] = set()

    def shorten(connection: apsw.Connection, text: str) -> None:
        if id(connection) not in done:
            done.add(id(connection))
            connection.wal_autocheckpoint(pages)

    on_writers(shorten)


def _plug(plan: Plan) -> tuple[Disk, SideFiles]:
    """Put the queue on a disk that will lose power."""
    assert plan.power is not None
    bomb = points.Countdown(plan.power.nth, lambda: _cut(plan, disk, side))
    disk = Disk(lambda what, after: None if after else bomb())
    side = SideFiles(plan.path.with_name(plan.path.name + ".d"))
    points.keep(ForgetfulVFS(disk))
    return disk, side


def _cut(plan: Plan, disk: Disk, side: SideFiles) -> None:
    power = plan.power
    assert power is not None
    chance = random.Random(f"{plan.seed}-power")
    staged = power.folder.with_name("staged")
    staged.mkdir()
    disk.lose_power(staged, power.mode, chance)
    side.lose_power(staged, dropped=power.side_dropped)
    os.rename(staged, power.folder)
    points.die()
