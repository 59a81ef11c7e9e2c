"""One child process that runs jobs, one at a time, and the parent's talk with it.

Owns `Resident`. The conversation with `child_main` is JSON lines: jobs, "cancel" and answers one
way; "begun", progress, log lines, questions and outcomes the other. Closing the child's input ends
it, and so does the end of this process (see `lifeline`).
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
from pillarbox_engine.errors import LeaseLost, PillarboxError
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.lifeline import Lifeline
from pillarbox_engine.outcomes import (
    Cancelled,
    Died,
    Failed,
    Outcome,
    Rejected,
    Returned,
    Snoozed,
    Stopped,
)
from pillarbox_engine.routing import Place

KINDS: dict[str, type[Outcome]] = {
    kind.__name__: kind for kind in (Returned, Failed, Rejected, Snoozed, Cancelled, Stopped, Died)
}
LAST_BREATH = 5.0
"""Seconds a child has to end when nothing more is wanted of it."""
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from pillarbox_engine.child_main import main; main(sys.argv[2:])"
)


class Resident:
    """A running child. `OSError` if none can be started. One thread at a time runs a job on it."""

    def __init__(self) -> None:
        self._lifeline = Lifeline()
        try:
            self._process = _spawn(self._lifeline.ends)
        except OSError:
            self._lifeline.cut()
            raise
        finally:
            self._lifeline.handed_over()
        self._writing = threading.Lock()
        self.used = self._killed = False

    @property
    def is_fit(self) -> bool:
        """Whether it lives, so that another job can be given to it."""
        return not self._killed and self._process.poll() is None

    def run(self, context: JobContext, place: Place) -> Outcome | None:
        """Have it run a job; None: it had ended before, so the job never began."""
        again, self.used = self.used, True
        self._send(_request(context, place))
        if context.stop_asked:
            self.cancel(context.lease)
        begun = False
        for line in _pipe(self._process.stdout):
            message = json.loads(line)
            if message["of"] != [context.lease.job_id, context.lease.fence]:
                continue  # a thread that an earlier job left behind
            begun = True
            if "outcome" in message:
                return msgspec.convert(message["value"], KINDS[message["outcome"]])
            self._hear(context, message)
        fate_is_its_own = begun or self._killed or not again
        how = self._how_it_ended()
        return Died(how) if fate_is_its_own else None

    def cancel(self, lease: LeaseRef) -> None:
        """Tell it to stop the job; never waits. While something else is sent to it,
        that is for whoever sends it to do after."""
        if self._writing.acquire(blocking=False):
            try:
                self._write({"cancel": [lease.job_id, lease.fence]})
            finally:
                self._writing.release()

    def kill(self) -> None:
        """Kill it and, where the system has process groups, all it started."""
        self._killed = True
        if os.name != "posix":
            self._process.kill()
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def wait(self, seconds: float) -> bool:
        """Whether it ended within `seconds`."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """Let it end, and see that it does."""
        with contextlib.suppress(BrokenPipeError):  # what it did not read is no longer of use
            _pipe(self._process.stdin).close()
        if not self.wait(LAST_BREATH):
            self.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()
        self._lifeline.cut()

    def _hear(self, context: JobContext, message: dict[str, Any]) -> None:
        if "wants" in message:
            self._send(_flow_children(context))
            if context.stop_asked:
                self.cancel(context.lease)
        elif "begun" not in message:
            _pass_on(context, message)

    def _send(self, message: dict[str, Any]) -> None:
        with self._writing:
            self._write(message)

    def _write(self, message: dict[str, Any]) -> None:
        """Write a line to the child; one that has died is noticed where it is read from."""
        pipe = _pipe(self._process.stdin)
        try:
            pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()
        except (BrokenPipeError, ValueError):
            return

    def _how_it_ended(self) -> str:
        """In words; its output has ended, so it has died, or closed it and lives on: not for long.

        What it had started goes with it.
        """
        ended = self.wait(LAST_BREATH)
        self.kill()
        code = self._process.returncode if ended else self._process.wait()
        return f"killed by signal {-code}" if code < 0 else f"exited with code {code}"


def _spawn(lifeline: tuple[int, ...]) -> subprocess.Popen[bytes]:
    path = json.dumps([os.path.abspath(entry) for entry in sys.path])
    return subprocess.Popen(
        [sys.executable, "-c", _START, path, *map(str, lifeline)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=lifeline,
        start_new_session=os.name == "posix",
    )


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


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "both ends are asked for when the child is started"
    return pipe
