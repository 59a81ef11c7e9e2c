"""One run of the mixed load on a disk that fails once or for a while, and what is then found.

Owns the run that a sweep repeats with the next n: what is enqueued, worked on, replayed and purged
is the same each time, so the nth call is too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pillarbox_engine.errors import PillarboxError
from pillarbox_engine.leasing import Ack, ClaimRequest, Reject
from pillarbox_engine.model import NewJob
from pillarbox_engine.sqlite import SqliteBackend, open_backend
from tests.faults.failing import KINDS, Script, failing
from tests.faults.final import key_of, payload
from tests.faults.history import History
from tests.faults.load import FAILURE, Load, prepare
from tests.faults.recorded import Recorded
from tests.faults.rounds import Round, Verdict
from tests.faults.threads import run_each

STEPS = 30
SEED = "sweep"
BROKEN_STEPS = 12
"""How many things are refused on a disk that goes on failing, until it is mended."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to. `struck` is how many calls failed, `refused` how many things did."""

    struck: int
    refused: int
    verdict: Verdict


def sweep(folder: Path, kind: str, every: int = 1, *, lasting: bool = False) -> Iterator[Run]:
    """Runs with the first, the next … call failing, until one passes without any failure."""
    nth = 1
    while (found := run(folder, kind, nth, lasting=lasting)).struck:
        yield found
        nth += every


def run(folder: Path, kind: str, nth: int, *, lasting: bool = False, threads: int = 1) -> Run:
    """A run in which the `nth` call of `kind` fails; `lasting`: and those after it, for a while."""
    shutil.rmtree(folder, ignore_errors=True)
    act = Round(folder, f"{kind} {nth}{' and on' if lasting else ''}", 1)
    with failing(Script(KINDS[kind], nth, lasting)) as script:
        store = Recorded(_opened(act.path, script), History(act.told, "lit", synced=False))
        store.history.note("open")
        refused = _work(store, script, threads)
        script.repair()
        _require_alive(store)
        store.close()
        store.history.close()
        return Run(script.struck, refused, act.verdict())


def _opened(path: Path, script: Script) -> SqliteBackend:
    """The file, opened as often as it takes a person: again, and then the disk is mended."""
    for _ in range(2):
        try:
            return open_backend(path)
        except PillarboxError:
            continue
    script.repair()
    return open_backend(path)


def _work(store: Recorded, script: Script, threads: int) -> int:
    refused = [0] * threads

    def work(number: int) -> None:
        load = Load(store, f"lit.{number}", f"{SEED}{number}", number)
        steps = (lambda: prepare(store), *[load.step] * STEPS, lambda: _whole_life(store, number))
        for step in steps:
            refused[number] += not _goes(step)
            if script.lasting and sum(refused) >= BROKEN_STEPS:
                script.repair()

    run_each(threads, work)
    return sum(refused)


def _whole_life(store: Recorded, number: int) -> None:
    """What chance may leave out: jobs worked on, rejected and replayed, done and purged."""
    keys = [f"life.{number}-{n}" for n in range(6)]
    store.enqueue("load", [NewJob(payload_json=payload(key), priority=1) for key in keys])
    claimed = store.claim(ClaimRequest(queues=("load",), limit=4))
    leases = [job.lease for job in claimed]
    for fact in ("run", "ran"):
        store.history.note(fact, jobs=[list(lease) for lease in leases])
    bad, good = leases[:2], leases[2:]
    store.settle([*(Reject(lease=one, failure=FAILURE) for one in bad), *map(Ack, good)])
    names = {job.lease: key_of(job.payload_json) for job in claimed}
    store.bulk("replay", [one.job_id for one in bad], [names[one] for one in bad])
    store.bulk("purge", [one.job_id for one in good], [names[one] for one in good])


def _goes(step: Callable[[], None]) -> bool:
    """Do it; False: it was refused, and said so as it should."""
    said: PillarboxError | None = None
    try:
        step()
    except PillarboxError as error:
        said = error
    assert said is None or (said.title and said.reason)
    return said is None


def _require_alive(store: Recorded) -> None:
    """On a sound disk the same engine works again, and its file is whole."""
    (stored,) = store.enqueue("load", [NewJob(payload_json=payload("after"))])
    assert store.backend.job(stored.id).queue == "load"
    assert store.backend.check() == ()
