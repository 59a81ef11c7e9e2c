"""The demo in a terminal: runs the story, shows it live, ends with the ledger.

Owns when the headless demo ends: after its time for sign-ups and a short grace, in which what can
be drained is drained.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Any

from pillarbox.demo.running import Demo
from pillarbox.demo.screen import Screen

LOOK_EVERY = 0.2
"""Seconds between looks at the file."""


def run_in_terminal(demo: Demo, screen: Screen, stop: Event, grace: float) -> dict[str, Any]:
    """Run the demo to its end, or until `stop` is set; its closing report.

    After the last sign-up the queues may drain for `grace` seconds.
    """
    with demo:
        _watch(demo, screen, demo.producer.finished.is_set, stop)
        until = monotonic() + grace
        _watch(demo, screen, lambda: demo.is_drained() or monotonic() >= until, stop)
    demo.look()
    return demo.report()


def _watch(demo: Demo, screen: Screen, is_over: Callable[[], bool], stop: Event) -> None:
    while not is_over() and not stop.wait(LOOK_EVERY):
        demo.look()
        screen.show(demo)
