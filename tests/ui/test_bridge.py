"""The bridge: snapshots on change, none while hidden, the last data kept through trouble."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pillarbox_engine.errors import DiskFull
from pillarbox_engine.file_info import FileInfo
from pillarbox_engine.memory import MemoryBackend
from pillarbox_engine.sqlite import open_backend
from pillarbox_ui.bridge import BUSY_TICK, IDLE_TICK, Bridge
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.snapshot import Snapshot
from tests.ui.kit import claim, enqueue


class Breakable:
    """A store that reads until it is broken."""

    def __init__(self, store: MemoryBackend) -> None:
        self._store = store
        self.error: Exception | None = None
        self.trouble: DiskFull | None = None
        self.reads = 0

    def file_info(self) -> FileInfo:
        return replace(self._store.file_info(), trouble=self.trouble)

    def counts(self, queue: str | None = None) -> Any:
        self.reads += 1
        if self.error is not None:
            raise self.error
        return self._store.counts(queue)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def store(backend: MemoryBackend) -> Breakable:
    return Breakable(backend)


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge(min_gap=0.005)
    yield made
    made.close()
    made.wait()


def until(check: Callable[[Snapshot], bool]) -> Callable[[object], bool]:
    return lambda snapshot: isinstance(snapshot, Snapshot) and check(snapshot)


def test_the_first_snapshot_comes_by_itself(qtbot: QtBot, bridge: Bridge, store: Breakable) -> None:
    with qtbot.waitSignal(bridge.snapshot_ready) as told:
        bridge.start(store)
    assert told.args[0].totals.ready == 0
    assert bridge.latest is told.args[0]


def test_a_change_brings_a_new_one(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.start(store)
    with qtbot.waitSignal(
        bridge.snapshot_ready, check_params_cb=until(lambda s: s.totals.ready == 3)
    ):
        enqueue(backend, "email", 3)


def test_what_only_waits_is_looked_at_seldom(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 3)
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.start(store)
    qtbot.waitUntil(lambda: bridge._tick() == IDLE_TICK)
    with qtbot.waitSignal(
        bridge.snapshot_ready, check_params_cb=until(lambda s: s.totals.leased == 1)
    ):
        claim(backend, "email", 1)
    qtbot.waitUntil(lambda: bridge._tick() == BUSY_TICK)


def test_only_what_is_of_interest_is_read(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    ids = enqueue(backend, "email", 3)
    bridge.start(store)
    interest = Interest(view=View.QUEUE, queue="email", selected_job=ids[0], limit=2)
    with qtbot.waitSignal(
        bridge.snapshot_ready, check_params_cb=until(lambda s: s.interest == interest)
    ) as told:
        bridge.set_interest(interest)
    snapshot: Snapshot = told.args[0]
    assert snapshot.page is not None
    assert len(snapshot.page.rows) == 2
    assert snapshot.matching == 3
    assert snapshot.selected is not None
    assert snapshot.selected.id == ids[0]
    assert snapshot.dead_groups == ()


def test_nothing_is_read_while_hidden(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.start(store)
    bridge.set_visible(False)
    with qtbot.waitSignal(bridge.snapshot_ready, timeout=100, raising=False) as late:
        pass  # one read may have been under way
    before = store.reads
    with qtbot.assertNotEmitted(bridge.snapshot_ready, wait=100):
        enqueue(backend, "email", 1)
    assert store.reads == before
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.set_visible(True)
    assert late is not None


def test_not_live_waits_for_refresh(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.start(store)
    bridge.set_live(False)
    with qtbot.waitSignal(bridge.snapshot_ready, timeout=100, raising=False):
        pass  # one read may have been under way
    with qtbot.assertNotEmitted(bridge.snapshot_ready, wait=100):
        enqueue(backend, "email", 1)
    with qtbot.waitSignal(
        bridge.snapshot_ready, check_params_cb=until(lambda s: s.totals.ready == 1)
    ):
        bridge.refresh()


def test_trouble_keeps_the_last_data_and_ends(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 2)
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.start(store)
    store.error = DiskFull("The disk is full", "no room is left", "Free some")
    with qtbot.waitSignals([bridge.problem, bridge.snapshot_ready]):
        bridge.refresh()
    assert bridge.latest is not None
    assert bridge.latest.totals.ready == 2
    assert isinstance(bridge.latest.problem, DiskFull)
    store.error = None
    with qtbot.waitSignal(bridge.recovered):
        bridge.refresh()
    assert bridge.latest.problem is None


def test_a_store_that_cannot_be_written_is_told_once_and_read_on(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    told: list[object] = []
    bridge.problem.connect(told.append)
    store.trouble = DiskFull("No room to grow", "the disk is full", "Free some")
    with qtbot.waitSignal(bridge.problem):
        bridge.start(store)
    for number in (1, 2):
        enqueue(backend, "email", 1)
        with qtbot.waitSignal(bridge.snapshot_ready, check_params_cb=_ready(number)):
            bridge.refresh()
    assert len(told) == 1
    assert bridge.latest is not None
    assert bridge.latest.problem is None, "what is shown is new"
    store.trouble = None
    with qtbot.waitSignal(bridge.recovered):
        bridge.refresh()


def _ready(number: int) -> Callable[[object], bool]:
    return until(lambda snapshot: snapshot.totals.ready == number)


def test_a_queue_file_that_is_moved_away_is_told_until_it_is_back(
    qtbot: QtBot, bridge: Bridge, tmp_path: Path
) -> None:
    path, away = tmp_path / "jobs.pillarbox", tmp_path / "away"
    backend = open_backend(path)
    enqueue(backend, "email", 2)
    with qtbot.waitSignal(bridge.snapshot_ready, check_params_cb=_ready(2)):
        bridge.start(backend)
    path.rename(away)
    with qtbot.waitSignal(bridge.problem, timeout=20_000) as told:
        bridge.refresh()
    assert "moved or deleted while it was open" in told.args[0].reason
    qtbot.waitUntil(lambda: bridge.latest is not None and bridge.latest.problem is not None)
    assert bridge.latest is not None
    assert bridge.latest.totals.ready == 2, "the last that could be read"
    away.rename(path)
    with qtbot.waitSignal(bridge.recovered, timeout=20_000):
        bridge.refresh()
    bridge.close()
    bridge.wait()
    backend.close()


def test_a_fault_nobody_foresaw_does_not_end_the_reading(
    qtbot: QtBot, bridge: Bridge, store: Breakable
) -> None:
    store.error = ZeroDivisionError("oh")
    with qtbot.waitSignal(bridge.problem) as told:
        bridge.start(store)
    assert "ZeroDivisionError: oh" in told.args[0].reason
    store.error = None
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.refresh()


def test_a_burst_is_one_snapshot(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    seen: list[Snapshot] = []
    bridge.snapshot_ready.connect(seen.append)
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.start(store)
    with qtbot.waitSignal(
        bridge.snapshot_ready, check_params_cb=until(lambda s: s.totals.ready == 500)
    ):
        for _ in range(500):
            enqueue(backend, "email", 1)
    assert len(seen) < 100


def test_what_was_kept_from_before_a_change_is_read_again_soon(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 1)
    with qtbot.waitSignal(bridge.snapshot_ready):
        bridge.start(store)
    with qtbot.waitSignal(
        bridge.snapshot_ready,
        timeout=1_000,
        check_params_cb=until(lambda s: {queue.name for queue in s.queues} == {"email", "sms"}),
    ):
        enqueue(backend, "sms", 1)


def test_rows_that_did_not_change_are_the_same_objects(
    qtbot: QtBot, bridge: Bridge, store: Breakable, backend: MemoryBackend
) -> None:
    enqueue(backend, "email", 2)
    bridge.set_interest(Interest(view=View.QUEUE, queue="email"))
    with qtbot.waitSignal(bridge.snapshot_ready) as first:
        bridge.start(store)
    with qtbot.waitSignal(
        bridge.snapshot_ready, check_params_cb=until(lambda s: s.totals.ready == 3)
    ) as second:
        enqueue(backend, "email", 1)
    before = {row.id: row for row in first.args[0].page.rows}
    same = [row for row in second.args[0].page.rows if before.get(row.id) is row]
    assert len(same) == 2
