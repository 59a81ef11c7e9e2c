"""The demo in a terminal: a live table or plain lines, then the ledger in words or as JSON.

Owns the ending: what an interruption leaves, and the exit code.
"""

from __future__ import annotations

import sys
from random import Random
from threading import Event
from typing import Any

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.journal import quiet
from pillarbox.demo.measures import Measures
from pillarbox.demo.running import Demo, watching
from pillarbox.demo.screen import PlainScreen, ledger_lines, live_screen
from pillarbox.demo.terminal import run_in_terminal
from pillarbox.root import open_engine


def run_headless(path: str, seed: int, seconds: float, grace: float, *, as_json: bool) -> int:
    """Run the demo on the file at `path` and end with the ledger; the exit code.

    Sign-ups arrive for `seconds`, then the queues may drain for `grace` seconds.
    """
    measures, draw = Measures(), Random(seed).random
    with open_engine(path, kind="demo", random_source=draw, watch=watching(measures)) as engine:
        demo = Demo(engine, measures, seed=seed, seconds=seconds)
        if demo.producer.continues:
            output.say("Jobs of an earlier run are left: they are finished, no new ones arrive.")
        with quiet(), interruptible() as stop:
            report = _run(demo, stop, grace, as_json=as_json)
    _tell(report, as_json=as_json)
    if stop.is_set():
        output.say("Interrupted. Everything is stored; run it again to go on.")
        return FAILED
    return DONE


def _run(demo: Demo, stop: Event, grace: float, *, as_json: bool) -> dict[str, Any]:
    if as_json or not output.on_terminal(sys.stdout):
        return run_in_terminal(demo, PlainScreen(output.say), stop, grace)
    with live_screen(output.console()) as screen:
        return run_in_terminal(demo, screen, stop, grace)


def _tell(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.document(report)
        return
    for text in ledger_lines(report):
        output.line(text)
