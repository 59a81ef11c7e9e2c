"""Clients of a fault run, each in a process of its own until its time is up or it is killed.

Owns `Plan`, what a client does and what befalls it, and `act`, which does it.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.outcomes import Reject, Snooze
from pillarbox_engine.protocols import Backend
from pillarbox_engine.sqlite import open_backend
from tests.faults import points
from tests.faults.clocked import Clocked
from tests.faults.disk_log import DiskLog, ForgetfulVFS
from tests.faults.history import History
from tests.faults.load import QUEUES, Load, prepare
from tests.faults.mutants import MUTANTS
from tests.faults.points import once_each
from tests.faults.producers import produce
from tests.faults.program import connect
from tests.faults.recorded import Recorded
from tests.faults.threads import run_each


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a client does: `threads` of mixed load, a pool of workers (`serves`), `produces`,
    or is `clocked`.

    `point`: where it kills itself, on the `nth` time. `disk`: the folder that what it does to its
    disk is logged in. `synced`: its history is. `nap`: seconds that one handler in twenty sleeps.
    `checkpoint`: pages in the WAL after which it is checkpointed, 0 as the engine has it.
    """

    path: Path
    told: Path
    client: str
    seed: str
    seconds: float
    threads: int = 1
    serves: bool = False
    produces: bool = False
    clocked: bool = False
    synced: bool = True
    nap: float = 0.3
    mutant: str = ""
    point: str = ""
    nth: int = 0
    disk: Path | None = None
    checkpoint: int = 0


def act(plan: Plan) -> None:
    """Be that client."""
    if plan.mutant:
        MUTANTS[plan.mutant]()
    if plan.clocked:
        Clocked(plan.path, plan.told, plan.seed).run()
    else:
        _act(plan)


def _act(plan: Plan) -> None:
    if plan.checkpoint:
        once_each(lambda connection: connection.wal_autocheckpoint(plan.checkpoint))
    if plan.point:
        points.arm(plan.point, plan.nth)
    if plan.disk is not None:
        _plug(plan, plan.disk)
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
    store.close()
    history.close()


def _load(store: Recorded, plan: Plan, until: float) -> None:
    prepare(store)

    def run(number: int) -> None:
        name, seed, program = f"{plan.client}.{number}", f"{plan.seed}.{number}", connect(plan.path)
        load = Load(store, name, seed, number, program)
        while time.monotonic() < until:
            load.step()
        program.close()

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


def _plug(plan: Plan, logs: Path) -> None:
    """Log what becomes of its disk; at the `nth` write or sync, where there is one, it dies."""
    bomb = points.Countdown(plan.nth)
    side = plan.path.with_name(plan.path.name + ".d")
    log = DiskLog(logs, plan.client, side, lambda what, after: None if after else bomb())
    points.keep(ForgetfulVFS(log))
