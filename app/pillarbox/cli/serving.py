"""Workers in the foreground: started, announced, waited for, drained.

Owns the end of `pillarbox work`: idle, drained after a first signal, or stopped by a second.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from threading import Event
from typing import Any

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.options import Common
from pillarbox.work import servable, telling
from pillarbox_engine import names
from pillarbox_engine.handlers import Handlers, Share, load, shares
from pillarbox_engine.worker import Worker

LOOK_EVERY = 0.25
"""Seconds within which a signal is heeded."""


def serve(
    common: Common, queues: Sequence[str], handlers_file: str, concurrency: int, *, until_idle: bool
) -> int:
    """Run workers on `queues` until idle or told to stop; the exit code."""
    for queue in queues:
        names.check_queue_name(queue)
    with load(handlers_file) as handlers, common.engine(kind="worker") as engine:
        chosen = queues or servable(engine)
        parts = shares(handlers, chosen, concurrency)
        workers = [
            engine.worker(one.queues, one.handlers, concurrency=one.concurrency) for one in parts
        ]
        with _own_stdout(common.json) as tell, telling(engine, handlers) as sender:
            ended = _work(workers, lambda: tell(_serving(chosen, handlers, parts)), until_idle)
            if sender is not None and ended == "stopped":
                sender.stop(0.0)
            tell({"ended": ended})
    return FAILED if ended == "stopped" else DONE


def _work(workers: list[Worker], announce: Callable[[], None], until_idle: bool) -> str:
    """Start, wait and end; how it ended: idle, drained or stopped."""
    with interruptible("Draining: what runs is finished. Again to stop at once.") as asked:
        try:
            for worker in workers:
                worker.start()
            announce()
            _wait(workers, asked, until_idle)
            _drain(workers)
        except KeyboardInterrupt:
            _stop(workers)
            return "stopped"
    return "drained" if asked.is_set() else "idle"


def _wait(workers: list[Worker], asked: Event, until_idle: bool) -> None:
    while not asked.is_set():
        if not until_idle:
            asked.wait()
        elif all(worker.join_idle(timeout=LOOK_EVERY) for worker in workers):
            return


def _drain(workers: list[Worker]) -> None:
    for worker in workers:
        worker.finish()
    for worker in workers:
        while not worker.drain(LOOK_EVERY):
            pass


def _stop(workers: list[Worker]) -> None:
    output.say("Stopping at once: what runs is given back.")
    for worker in workers:
        worker.finish()
    for worker in workers:
        worker.stop(0.0)


def _serving(queues: Sequence[str], handlers: Handlers, parts: Sequence[Share]) -> dict[str, Any]:
    return {
        "serving": list(queues),
        "types": list(handlers.mapping),
        "events": list(handlers.events),
        "threads": sum(part.concurrency for part in parts),
        "pid": os.getpid(),
    }


@contextmanager
def _own_stdout(as_json: bool) -> Iterator[Callable[[dict[str, Any]], None]]:
    """What tells how it stands. As JSON, stdout is ours: what handlers print goes to stderr."""
    if not as_json:
        yield lambda said: output.say(_in_words(said))
        return
    ours = sys.stdout
    with redirect_stdout(sys.stderr):
        yield lambda said: output.document(said, ours)


def _in_words(said: dict[str, Any]) -> str:
    if "ended" in said:
        return f"Ended: {said['ended']}."
    events = f" · tells of {' and '.join(said['events'])}" if said["events"] else ""
    return (
        f"Serving {', '.join(said['serving'])} · types {', '.join(said['types'])}{events}"
        f" · {said['threads']} threads · process {said['pid']} · Ctrl-C drains"
    )
