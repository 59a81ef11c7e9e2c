"""The window goes first, and never for long."""

from __future__ import annotations

import threading
from time import monotonic

from pillarbox_ui.precedence import PATIENCE, Precedence


def test_nobody_waits_while_the_window_rests() -> None:
    precedence = Precedence()
    with precedence:
        pass
    worker = threading.Thread(target=precedence.wait, daemon=True)
    worker.start()
    worker.join(10)
    assert not worker.is_alive()


def test_a_worker_stands_back_until_the_window_is_through() -> None:
    precedence, order = Precedence(), list[str]()
    begun = threading.Event()

    def work() -> None:
        begun.set()
        precedence.wait()
        order.append("worker")

    with precedence:
        with precedence:  # a page shown while it paints: only the outer end counts
            worker = threading.Thread(target=work)
            worker.start()
            assert begun.wait(10)
        order.append("window")
    worker.join(10)
    assert order == ["window", "worker"]


def test_a_window_that_is_always_busy_does_not_stop_the_work() -> None:
    precedence = Precedence()
    with precedence:
        before = monotonic()
        precedence.wait()
        assert PATIENCE * 0.5 < monotonic() - before < 10
