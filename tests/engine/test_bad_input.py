"""Bad input to every public call: an error of ours, whole, and nothing in the store changes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from pillarbox_engine.clock import ManualClock
from pillarbox_engine.context import JobContext
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import EngineClosed, LeaseLost, NotFound, PillarboxError
from pillarbox_engine.filters import Filter
from pillarbox_engine.json_text import is_unseen
from pillarbox_engine.protocols import Backend
from pillarbox_engine.queues import JobOptions
from pillarbox_engine.replaying import ReplayOptions
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State
from tests.contract.workshop import open_store
from tests.engine.bad_input import CALLS, Call, Scene, handler

LONGEST_ERROR = 800
NAMES = [(kind, name) for kind, calls in CALLS.items() for name in calls]
TITLES = [f"{kind.__name__}.{name}" for kind, name in NAMES]
every_call = pytest.mark.parametrize(("kind", "name"), NAMES, ids=TITLES)


@pytest.fixture(params=["memory", "sqlite"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    clock = ManualClock()
    backend = open_store(request.param, tmp_path / "jobs.pillarbox", clock)
    engine = Engine(backend, clock=clock, random=lambda: 0.0, maintain=False)
    yield _scene(backend, engine)
    engine.close(drain=0.0)


def _scene(backend: Backend, engine: Engine) -> Scene:
    """Jobs: 1 claimed, 2 claimed under a stale fence, 3 ready, 4 scheduled, 5 dead, 6 trashed."""
    queue = engine.queue("mail", defaults=QueueSettings(max_depth=1_000))
    queue.enqueue_many([1, 2])
    held, stale = queue.claim(), queue.claim()
    assert held is not None
    assert stale is not None
    backend.release([stale.id])
    queue.enqueue(3, priority=900)
    queue.enqueue(4, delay=60.0)
    for number in (5, 6):
        queue.enqueue(number, priority=1)
        dead = queue.claim()
        assert dead is not None
        dead.reject("as told")
    purged = queue.purge(where=Filter(ids=("6",)))
    queue.schedule("nightly", cron="@daily")
    return Scene(
        backend=backend, engine=engine, queue=queue, nowhere=engine.queue("nowhere"),
        delivery=held, stale=stale, worker=queue.worker(handler),
        context=JobContext.of(held.claimed, lambda lease, percent, line: None), operation=purged,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of a store that anyone can read."""

    sequence: int
    queues: object
    rows: object
    jobs: object
    operations: object
    schedules: object


def _snapshot(backend: Backend) -> Snapshot:
    """`sequence` is the head of the chain of commits: any write would raise it."""
    rows = [
        *backend.jobs(Filter(), limit=1_000).rows,
        *backend.jobs(Filter(states=frozenset({State.TRASHED})), limit=1_000).rows,
    ]
    return Snapshot(
        backend.file_info().sequence, backend.queues(), rows,
        [backend.job(row.id) for row in rows], backend.operations(),
        backend.schedules(),
    )  # fmt: skip


def _make(scene: Scene, call: Call, name: str, arguments: dict[str, Any]) -> object:
    """Make a call, to its end where it gives things one by one."""
    given = {key: value(scene) if _is_lambda(value) else value for key, value in arguments.items()}
    answer = getattr(call.on(scene), name)
    if callable(answer):
        answer = answer(**given)
    return list(answer) if isinstance(answer, Iterator) else answer


def _is_lambda(value: object) -> bool:
    return callable(value) and getattr(value, "__name__", "") == "<lambda>"


def _fault(attempt: Callable[[], object], *, unlike: type[Exception] | None = None) -> str | None:
    """What is wrong with how bad input was met; None: it was refused as it should be."""
    try:
        answer = attempt()
    except PillarboxError as error:
        return _fault_of(error) if unlike is None else _fault_unless(error, unlike)
    except BaseException as error:
        return f"it raised {type(error).__name__}: {error!r:.200}"
    return f"it was taken, and answered {type(answer).__name__}"


def _fault_unless(error: PillarboxError, wanted: type[Exception]) -> str | None:
    return _fault_of(error) if isinstance(error, wanted) else f"it raised {error!r}"


def _fault_of(error: PillarboxError) -> str | None:
    for part in ("title", "reason", "remedy"):
        if not getattr(error, part):
            return f"{error!r} has no {part}"
    text = str(error)
    if len(text) > LONGEST_ERROR:
        return f"its text has {len(text)} characters"
    unseen = [character for character in text if is_unseen(character)]
    return f"its text has {unseen[0]!r}: {text!r}" if unseen else None


@every_call
def test_bad_input_is_refused_whole_and_changes_nothing(
    scene: Scene, kind: type, name: str
) -> None:
    call, faults = CALLS[kind][name], []
    before = _snapshot(scene.backend)
    for argument, values in call.refuses.items():
        for value in values:
            given: dict[str, Any] = {**call.good, argument: value}
            if argument == "unique":
                given["unique_key"] = "ada"
            if name == "schedule" and argument not in {"cron", "every"}:
                given["every"] = 60.0
            fault = _fault(partial(_make, scene, call, name, given))
            if fault is None and scene.backend.file_info().sequence != before.sequence:
                fault = "it changed the store"
            if fault is not None:
                faults.append(f"{argument}={_short(value)}: {fault:.300}")
                before = _snapshot(scene.backend)
    assert not faults, "\n".join(faults)
    assert _snapshot(scene.backend) == before


def _short(value: object) -> str:
    try:
        return f"{value!r:.80}"
    except (ValueError, RuntimeError):
        return f"a {type(value).__name__}"


@every_call
def test_a_closed_engine_refuses(scene: Scene, kind: type, name: str) -> None:
    call = CALLS[kind][name]
    scene.engine.close(drain=0.0)
    if call.past_close:
        _make(scene, call, name, dict(call.good))
    else:
        fault = _fault(lambda: _make(scene, call, name, dict(call.good)), unlike=EngineClosed)
        assert fault is None, fault


@pytest.mark.parametrize("name", ["ack", "nack", "reject", "release", "snooze", "extend"])
def test_a_stale_fence_is_refused_and_changes_nothing(scene: Scene, name: str) -> None:
    verb = getattr(scene.stale, name)
    good = CALLS[type(scene.stale)][name].good
    before = _snapshot(scene.backend)
    assert _fault(lambda: verb(**good), unlike=LeaseLost) is None
    again = scene.queue.claim()
    assert again is not None
    assert again.id == scene.stale.id
    before = _snapshot(scene.backend)
    assert _fault(lambda: verb(**good), unlike=LeaseLost) is None
    assert _snapshot(scene.backend) == before


@pytest.mark.parametrize("name", ["progress", "log"])
def test_a_handler_whose_lease_is_lost_is_told(scene: Scene, name: str) -> None:
    scene.context.lose()
    tell = getattr(scene.context, name)
    assert _fault(lambda: tell(**CALLS[JobContext][name].good), unlike=LeaseLost) is None


@pytest.mark.parametrize("name", ["pause", "resume", "drain"])
def test_a_queue_that_is_not_there_is_told_and_not_made(scene: Scene, name: str) -> None:
    before = _snapshot(scene.backend)
    assert _fault(getattr(scene.nowhere, name), unlike=NotFound) is None
    assert _snapshot(scene.backend) == before


def test_a_worker_starts_once(scene: Scene) -> None:
    scene.worker.start()
    assert _fault(scene.worker.start) is None
    scene.worker.stop(0.0)


# -- the matrix is whole ----------------------------------------------------------------------


def _public(kind: type) -> set[str]:
    """What a class shows: its own members, and what it sets on itself."""
    shown = {name for name in dir(kind) if not name.startswith("_")}
    source = inspect.getsource(inspect.getattr_static(kind, "__init__"))
    names = {
        part.strip().removeprefix("self.")
        for line in source.splitlines() if "=" in line
        for part in line.split("=")[0].split(",")
        if part.strip().startswith("self.") and not part.strip().startswith("self._")
    }  # fmt: skip
    return shown | {name.partition(":")[0] for name in names}


@pytest.mark.parametrize("kind", CALLS, ids=lambda kind: kind.__name__)
def test_every_public_name_has_its_line(kind: type) -> None:
    plain = {"clock", "random", "hints"}  # what an engine was made with
    assert _public(kind) - plain == set(CALLS[kind]), "see tests/engine/bad_input.py"


@every_call
def test_every_argument_has_its_values(kind: type, name: str) -> None:
    member = inspect.getattr_static(kind, name, None)
    function = getattr(member, "__func__", member)
    if not inspect.isfunction(function):
        return
    wanted: set[str] = set()
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        wanted |= _spread(parameter)
    missing = wanted - set(CALLS[kind][name].refuses)
    assert not missing, f"{sorted(missing)}: see tests/engine/bad_input.py"


def _spread(parameter: inspect.Parameter) -> set[str]:
    """The names an argument stands for: those of the options, or of the settings."""
    if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
        return {parameter.name}
    if parameter.name == "options":
        options = ReplayOptions if "ReplayOptions" in str(parameter.annotation) else JobOptions
        return set(get_type_hints(options))
    return {entry.name for entry in fields(QueueSettings)}
