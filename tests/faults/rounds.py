"""One round of faults: clients on a file, what befalls them, and the verdict.

Owns the kinds of round. Each is a seed away from being repeated.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from pillarbox_engine.errors import BehindHead, NotFound
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from tests.faults import history
from tests.faults.actors import Plan, act
from tests.faults.checker import check
from tests.faults.disk import MODES
from tests.faults.disk_log import cut_power
from tests.faults.final import look
from tests.faults.history import Call, History
from tests.faults.load import EVERY_SECOND, drain, repeat
from tests.faults.points import OFTEN, RARE
from tests.faults.program import orders
from tests.faults.recorded import Recorded
from tests.faults.told import Violation

_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["__main__", "tests.faults.actors"])
PATIENCE = 60.0
KILLED = -9
COMPANY = {"after-doorbell": 2.5}
"""Seconds that another process is there, where it takes one to come to the point."""
DRAINS_IN = 15.0
"""Seconds of work after which nothing may be left to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a round came to. `acked` counts calls that were answered, `faults` what befell."""

    kind: str
    seed: int
    faults: int
    acked: int
    violations: tuple[Violation, ...]

    def __str__(self) -> str:
        head = f"{self.kind}, seed {self.seed}: {self.acked} calls, {self.faults} faults"
        return "\n".join([head, *(f"  {violation}" for violation in self.violations[:5])])

    @property
    def broken(self) -> frozenset[str]:
        """The invariants that were broken."""
        return frozenset(violation.invariant for violation in self.violations)


class Round:
    """A file, its history, and the judge's own entries in it."""

    def __init__(self, folder: Path, kind: str, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.kind, self.seed = folder, kind, seed
        self.path, self.told = folder / "jobs.pillarbox", folder / "told"
        self.chance = random.Random(f"{kind}-{seed}")
        self.judge = History(self.told, "judge")
        self.faults = 0
        self.found: list[Violation] = []

    def plan(self, client: str, seconds: float) -> Plan:
        """A client with one thread of mixed load."""
        seed = f"{self.kind}-{self.seed}-{client}"
        return Plan(path=self.path, told=self.told, client=client, seed=seed, seconds=seconds)

    def start(self, plan: Plan) -> BaseProcess:
        """Start a client."""
        process = _NURSERY.Process(target=act, args=(plan,), name=plan.client)
        process.start()
        return process

    def clocked(self) -> Plan:
        """The client whose clock jumps."""
        return replace(self.plan("clocked", 0.0), clocked=True)

    def stop(self, process: BaseProcess, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after a while; noted only if it was there to be stopped."""
        if process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGSTOP)
            self.faults += 1
            time.sleep(seconds)
            os.kill(process.pid, signal.SIGCONT)

    def kill(self, process: BaseProcess) -> None:
        """kill -9, noted before it is done."""
        self.judge.note("kill", victim=process.name)
        process.kill()
        process.join(PATIENCE)
        self.faults += process.exitcode == KILLED
        if process.exitcode not in (KILLED, 0):
            self._note_error(process)

    def finish(self, process: BaseProcess, *, dies: bool = False) -> None:
        """Wait for a client's own end; no error may have reached it."""
        process.join(PATIENCE)
        if process.exitcode == KILLED and dies:
            self.faults += 1
            self._note_death(process.name)
        elif process.exitcode != 0:
            self._note_error(process)
            self.judge.note("kill", victim=process.name)
            process.kill()

    def _note_error(self, process: BaseProcess) -> None:
        what = f"{process.name} ended with {process.exitcode}: an error reached a caller"
        self.found.append(Violation("error", what))

    def _note_death(self, name: str) -> None:
        """It killed itself: some time after the last it wrote."""
        ends = [max(c.began, c.ended if c.ok else 0) for c in history.read(self.told)
                if c.client == name]  # fmt: skip
        self.judge.note("kill", victim=name, after=max(ends, default=0))

    def verdict(self, path: Path | None = None, *, patience: float = DRAINS_IN) -> Verdict:
        """Open the file as anyone would, go on working for `patience` seconds, and judge."""
        backend = self._open(path or self.path)
        early = backend.check()
        with suppress(NotFound):
            backend.pause_schedule(EVERY_SECOND.name)
        self.found += [Violation("I6", f"when it was opened: {problem}") for problem in early]
        store = Recorded(backend, self.judge)
        repeat(store, history.read(self.told))
        drain(store, patience)
        calls, final = history.read(self.told), look(backend, orders(path or self.path))
        self.found += [*_problems(calls), *check(calls, final)]
        backend.close()
        self.judge.close()
        acked = sum(call.ok for call in calls if call.op not in ("run", "ran", "kill", "open"))
        return Verdict(
            kind=self.kind, seed=self.seed, faults=self.faults, acked=acked,
            violations=tuple(self.found),
        )  # fmt: skip

    def _open(self, path: Path) -> SqliteBackend:
        """Open it; what is refused is a violation, and judged as well as can be."""
        try:
            return open_backend(path)
        except BehindHead as error:
            self.found.append(Violation("I1", f"noticed at open: {error}"))
            return open_backend(path, accept_copy=True)


def _problems(calls: Sequence[Call]) -> Iterator[Violation]:
    """Errors that a pool of workers met and lived through."""
    for call in calls:
        if call.op == "problem":
            yield Violation("error", f"a worker met: {call.data['error']}", tuple(call.lines))


def kills(folder: Path, seed: int, mutant: str = "") -> Verdict:
    """Three processes, two generations of them, most killed at a random millisecond."""
    act = Round(folder, "kill -9", seed)
    for generation in range(2):
        _generation(act, generation, mutant)
    return act.verdict(patience=_patience(mutant))


def _patience(mutant: str) -> float:
    """Miscounted by a mutant, a file would never seem drained."""
    return 2.0 if mutant else DRAINS_IN


def _generation(act: Round, generation: int, mutant: str) -> None:
    whole = act.chance.uniform(0.25, 0.9)
    plans = [
        replace(act.plan(f"g{generation}-{threads}", whole), mutant=mutant, threads=threads)
        for threads in (1, 2, 3)
    ]
    plans[-1] = replace(plans[-1], serves=True)
    running = [act.start(plan) for plan in plans]
    doomed = [one for one in running if act.chance.random() < 0.75] or running[:1]
    pauses = sorted(act.chance.uniform(0.05, whole + 0.1) for _ in doomed)
    began = time.monotonic()
    for pause, victim in zip(pauses, doomed, strict=True):
        time.sleep(max(0.0, began + pause - time.monotonic()))
        act.kill(victim)
    for survivor in running:
        if survivor not in doomed:
            act.finish(survivor)


def at_point(folder: Path, seed: int, point: str, nth: int = 0) -> Verdict:
    """One client that kills itself at a named point, beside one that lives."""
    act = Round(folder, f"kill {point}", seed)
    count = nth or act.chance.randint(1, RARE.get(point, OFTEN))
    plan = replace(act.plan("dies", 4.0), point=point, nth=count, threads=2, checkpoint=40)
    victim, other = act.start(plan), act.start(act.plan("lives", COMPANY.get(point, 0.6)))
    act.finish(victim, dies=True)
    act.finish(other)
    return act.verdict()


def power_cut(
    folder: Path, seed: int, mode: str = "", mutant: str = "", *,
    side_dropped: bool | None = None, clients: int = 1,
) -> Verdict:  # fmt: skip
    """Processes on a disk that forgets what was not synced, all of it or in part."""
    act = Round(folder, "power loss" if clients == 1 else f"power loss of {clients}", seed)
    chosen = mode or act.chance.choice(MODES)
    dropped = act.chance.random() < 0.5 if side_dropped is None else side_dropped
    act.kind += f" ({chosen}, side files {'dropped' if dropped else 'kept'})"
    plans = [
        replace(act.plan(f"lit{number}", 3.0), mutant=mutant, disk=folder / "disk",
                threads=act.chance.choice((1, 1, 3)), checkpoint=act.chance.choice((0, 15, 60)))
        for number in range(clients)
    ]  # fmt: skip
    plans[0] = replace(plans[0], nth=act.chance.randint(1, 2_000 // clients))
    if clients > 2:
        plans[-1] = replace(plans[-1], serves=True)
    running = [act.start(plan) for plan in plans]
    act.finish(running[0], dies=True)
    for other in running[1:]:
        act.kill(other)
    act.faults = 1
    cut_power(
        folder / "disk", act.path.with_name(act.path.name + ".d"), folder / "after", chosen,
        act.chance, side_dropped=dropped,
    )  # fmt: skip
    return act.verdict(folder / "after" / act.path.name, patience=_patience(mutant))


def together(folder: Path, seed: int, seconds: float, mutant: str = "") -> Verdict:
    """Four processes that nothing befalls: three of mixed load, one pool of workers."""
    act = Round(folder, "together", seed)
    plans = [
        replace(act.plan(f"p{n}", seconds), threads=threads, mutant=mutant)
        for n, threads in enumerate((1, 1, 3, 4))
    ]
    plans[-1] = replace(plans[-1], serves=True)
    for process in [act.start(plan) for plan in plans]:
        act.finish(process)
    return act.verdict(patience=_patience(mutant))


def clock_jumps(folder: Path, seed: int, mutant: str = "") -> Verdict:
    """Two stores whose wall clock jumps, with schedules; their client drains them itself."""
    act = Round(folder, "clock jumps", seed)
    act.finish(act.start(replace(act.clocked(), mutant=mutant)))
    act.faults = sum(call.op == "jump" for call in history.read(act.told))
    return act.verdict(patience=0.0)


def stops(folder: Path, seed: int) -> Verdict:
    """Three processes, stopped again and again, some for longer than a lease, and continued."""
    act = Round(folder, "SIGSTOP", seed)
    plans = [replace(act.plan(f"s{n}", 1.5), threads=n + 1, serves=n == 2) for n in range(3)]
    running = [act.start(plan) for plan in plans]
    for _ in range(5):
        time.sleep(act.chance.uniform(0.05, 0.2))
        act.stop(act.chance.choice(running), act.chance.uniform(0.05, 0.4))
    for process in running:
        act.finish(process)
    return act.verdict()
