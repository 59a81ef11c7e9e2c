"""Running one job in a process of its own, which can be ended and may die.

Owns `ChildRunner`, the parent's side of the conversation with `child_main`: JSON lines, a job, a
"cancel" and what it asks for one way, progress, log lines, questions and one outcome the other.
Closing the child's input ends it, so no child outlives its worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from typing import IO, Any

import msgspec

from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import LeaseLost, PillarboxError, ProgrammingFault
from pillarbox_engine.fingerprint import failure_of
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.outcomes import (
    Cancelled,
    Died,
    Failed,
    Outcome,
    Rejected,
    Returned,
    Snoozed,
)
from pillarbox_engine.routing import Handler, Place, place_of

IMPORTING = "PILLARBOX_IMPORTING_HANDLER"
"""Set in a child's environment while it imports the handler's module."""
KINDS: dict[str, type[Outcome]] = {
    kind.__name__: kind for kind in (Returned, Failed, Rejected, Snoozed, Cancelled, Died)
}
LAST_BREATH = 5.0
"""Seconds a child has to end after it gave its outcome."""
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from pillarbox_engine.child_main import main; main()"
)


class ChildRunner:
    """Runs each job in a fresh process. Only for handlers that `place_of` can name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[LeaseRef, subprocess.Popen[bytes]] = {}
        self._ended: set[LeaseRef] = set()

    def run(self, context: JobContext, handler: Handler) -> Outcome:
        """Start a process, have it run the handler, and hear what became of it."""
        place = place_of(handler)
        if place is None:
            return Failed(failure_of("NotImportable", f"{handler!r} cannot be imported by name"))
        try:
            process = _spawn()
        except OSError as error:
            return Failed(failure_of("ChildNotStarted", f"No process could be started: {error}"))
        self._register(context.lease, process)
        try:
            return _converse(process, context, place)
        finally:
            self._forget(context.lease)
            _close(process)

    def cancel(self, context: JobContext) -> None:
        """Set `cancelled` here and in the child."""
        context.stop()
        with self._lock:
            process = self._running.get(context.lease)
        if process is not None:
            _send(process, {"cancel": True})

    def end(self, context: JobContext) -> bool:
        """Kill the child and all it started."""
        with self._lock:
            self._ended.add(context.lease)
            process = self._running.get(context.lease)
        if process is not None:
            kill(process)
        return True

    def _register(self, lease: LeaseRef, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._running[lease] = process
            ended = lease in self._ended
        if ended:
            kill(process)

    def _forget(self, lease: LeaseRef) -> None:
        with self._lock:
            del self._running[lease]
            self._ended.discard(lease)


def refuse_while_importing() -> None:
    """`ProgrammingFault` in a child that is still importing: the module opens an engine itself."""
    if IMPORTING in os.environ:
        raise ProgrammingFault(
            "An engine was opened while a child process imported a handler",
            "the handler's module opens an engine as it is imported",
            'Put what starts the program under if __name__ == "__main__":',
        )


def _spawn() -> subprocess.Popen[bytes]:
    path = json.dumps([os.path.abspath(entry) for entry in sys.path])
    return subprocess.Popen(
        [sys.executable, "-c", _START, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=os.name == "posix",
    )


def _converse(process: subprocess.Popen[bytes], context: JobContext, place: Place) -> Outcome:
    _send(process, _request(context, place))
    for line in _pipe(process.stdout):
        message = json.loads(line)
        if "outcome" in message:
            return msgspec.convert(message["value"], KINDS[message["outcome"]])
        if "wants" in message:
            _send(process, _flow_children(context))
        else:
            _pass_on(context, message)
    return Died(_how_it_ended(process))


def _request(context: JobContext, place: Place) -> dict[str, Any]:
    return {
        "module": place.module, "qualname": place.qualname, "id": context.id,
        "fence": context.fence, "queue": context.queue, "type": context.type,
        "payload": context.payload_json, "attempt": context.attempt,
        "max_attempts": context.max_attempts,
    }  # fmt: skip


def _flow_children(context: JobContext) -> dict[str, Any]:
    """What the job's children in its flow ended with, or why that cannot be told."""
    try:
        return {"children": msgspec.to_builtins(list(context.children.values()))}
    except PillarboxError as error:
        return {"refused": [error.title, error.reason, error.remedy]}


def _pass_on(context: JobContext, message: dict[str, Any]) -> None:
    try:
        if "progress" in message:
            context.progress(message["progress"])
        if "line" in message:
            context.log(message["line"])
    except LeaseLost:
        # The pool knows already: it is what marked the context. The child hears it as a cancel.
        context.stop()


def _send(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    """Write a line to the child; one that has died is noticed where it is read from."""
    pipe = _pipe(process.stdin)
    try:
        pipe.write(json.dumps(message).encode() + b"\n")
        pipe.flush()
    except (BrokenPipeError, ValueError):
        return


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "both ends are asked for when the child is started"
    return pipe


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    """In words; its output has ended, so it has died, or closed it and lives on: not for long."""
    try:
        code = process.wait(LAST_BREATH)
    except subprocess.TimeoutExpired:
        kill(process)
        code = process.wait()
    return f"killed by signal {-code}" if code < 0 else f"exited with code {code}"


def _close(process: subprocess.Popen[bytes]) -> None:
    """Close both pipes and see the process end."""
    with contextlib.suppress(BrokenPipeError):  # what it did not read is no longer of use
        _pipe(process.stdin).close()
    try:
        process.wait(LAST_BREATH)
    except subprocess.TimeoutExpired:
        kill(process)
        process.wait()
    _pipe(process.stdout).close()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a child and, where the system has process groups, all it started."""
    if os.name != "posix":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
