"""Change hints: every change is hinted at, on another thread, until one asks for no more."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pillarbox_engine.protocols import Change
from tests.contract.workshop import QUEUE, Workshop

SOON = 10.0
"""Seconds to wait for what comes at once; only a failing test waits that long."""


class Ear:
    """Hears changes; `heard` waits for a new one about a queue."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.threads: set[int] = set()

    def __call__(self, change: Change) -> None:
        self.threads.add(threading.get_ident())
        if not change.queues or QUEUE in change.queues:
            self.event.set()

    def heard(self) -> bool:
        heard = self.event.wait(SOON)
        self.event.clear()
        return heard


def enqueue(shop: Workshop) -> None:
    shop.add()


def claim(shop: Workshop) -> None:
    shop.take()


def ack(shop: Workshop) -> None:
    shop.ack(shop.take())


def nack(shop: Workshop) -> None:
    shop.nack(shop.take())


def pause(shop: Workshop) -> None:
    shop.backend.pause(QUEUE)


def drain(shop: Workshop) -> None:
    shop.backend.drain(QUEUE)


def configure(shop: Workshop) -> None:
    shop.configure(max_attempts=2)


def cancel(shop: Workshop) -> None:
    shop.backend.cancel(shop.ids())


def purge(shop: Workshop) -> None:
    shop.backend.purge(shop.ids())


CHANGES = [enqueue, claim, ack, nack, pause, drain, configure, cancel, purge]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_hinted_at(shop: Workshop, change: Callable[[Workshop], None]) -> None:
    shop.configure()
    shop.add()
    ear = Ear()
    unsubscribe = shop.backend.subscribe(ear)
    change(shop)
    assert ear.heard()
    assert threading.get_ident() not in ear.threads
    unsubscribe()


def test_what_maintenance_changes_is_hinted_at(shop: Workshop) -> None:
    shop.add(delay=5.0)
    ear = Ear()
    shop.backend.subscribe(ear)
    shop.pass_time(6)
    assert ear.heard()


def test_all_listeners_hear(shop: Workshop) -> None:
    ears = [Ear() for _ in range(3)]
    for ear in ears:
        shop.backend.subscribe(ear)
    shop.add()
    assert all(ear.heard() for ear in ears)


def test_who_asked_for_no_more_hears_no_more(shop: Workshop) -> None:
    deaf, ear = Ear(), Ear()
    unsubscribe = shop.backend.subscribe(deaf)
    shop.backend.subscribe(ear)
    unsubscribe()
    unsubscribe()
    shop.add()
    assert ear.heard()
    assert not deaf.event.is_set()


def test_a_listener_that_raises_harms_no_other(
    shop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(change: Change) -> None:
        raise RuntimeError("a bug of the listener")

    ear = Ear()
    shop.backend.subscribe(broken)
    shop.backend.subscribe(ear)
    shop.add()
    assert ear.heard()
    shop.add()
    assert ear.heard()
    assert "listener" in caplog.text


def test_a_listener_may_ask_for_the_truth(shop: Workshop) -> None:
    seen: list[int] = []
    event = threading.Event()

    def look(change: Change) -> None:
        seen.append(shop.counts().ready)
        if seen[-1] == 3:
            event.set()

    shop.configure()
    shop.backend.subscribe(look)
    shop.add_many(3)
    assert event.wait(SOON)
