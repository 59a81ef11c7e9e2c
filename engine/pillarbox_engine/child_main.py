"""What a child process does: import a handler, run a job, tell what became of it, and again.

Owns the child's side of the conversation described in `resident`. The pipes to the parent are
taken away from the handlers first, so nothing they print can be mistaken for a message.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from queue import SimpleQueue
from typing import IO, Any

import msgspec

from pillarbox_engine.child import IMPORTING
from pillarbox_engine.context import JobContext
from pillarbox_engine.delivery import lease_lost
from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.fingerprint import failure_from
from pillarbox_engine.flows import ChildJob
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.lifeline import hold_on_to
from pillarbox_engine.outcomes import Failed, Outcome
from pillarbox_engine.routing import Handler, Place, imported
from pillarbox_engine.runner import outcome_of

Message = dict[str, Any]
NICENESS = 5
"""How much these processes stand back for the rest where processors are scarce; see nice(2)."""


def main(lifelines: list[str]) -> None:
    """Run the jobs the parent sends until it sends no more."""
    for end in lifelines:
        hold_on_to(int(end))
    if sys.platform != "win32":
        os.nice(NICENESS)
    commands, answers = _private_pipes()
    parent = _Parent(answers)
    threading.Thread(target=parent.obey, args=(commands,), daemon=True).start()
    while True:
        _serve(parent, parent.requests.get())


def _serve(parent: _Parent, request: Message) -> None:
    context = _context(request, parent)
    parent.begin(context, request)
    outcome = _run(Place(request["module"], request["qualname"]), context)
    sys.stdout.flush()
    sys.stderr.flush()
    parent.end(context, outcome)


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output for us alone; the handler gets nothing in, and standard error."""
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, answers


class _Parent:
    """The process that started this one: whole lines to it, whoever writes them; orders from it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe, self._lock = pipe, threading.Lock()
        self._current: JobContext | None = None
        self.requests, self.replies = SimpleQueue[Message](), SimpleQueue[Message]()

    def obey(self, commands: IO[bytes]) -> None:
        """Take jobs and answers and heed "cancel"; when the input ends, so do we."""
        for line in commands:
            message = json.loads(line)
            if "cancel" in message:
                self._cancel(message["cancel"])
            elif "module" in message:
                self.requests.put(message)
            else:
                self.replies.put(message)
        self._leave()

    def begin(self, context: JobContext, request: Message) -> None:
        """A job is taken up: from here on its fate is its own."""
        self._current = context
        self._write(context.lease, {"begun": True})

    def tell(self, lease: LeaseRef, percent: float | None, line: str | None) -> None:
        """Progress or a log line: a `Tell`."""
        self._write(lease, {"progress": percent} if percent is not None else {"line": line})

    def ask(self, lease: LeaseRef, what: str) -> Message:
        """A question, and the parent's answer."""
        self._write(lease, {"wants": what})
        return self.replies.get()

    def end(self, context: JobContext, outcome: Outcome) -> None:
        """The last word on a job; threads its handler left behind may tell nothing more."""
        value = msgspec.to_builtins(outcome)
        self._write(context.lease, {"outcome": type(outcome).__name__, "value": value}, last=True)
        context.lose()

    def _cancel(self, of: list[Any]) -> None:
        context = self._current
        if context is not None and [context.id, context.fence] == of:
            context.stop()

    def _write(self, lease: LeaseRef, message: Message, *, last: bool = False) -> None:
        said = {"of": [lease.job_id, lease.fence], **message}
        with self._lock:
            if self._current is None or self._current.lease != lease:
                raise lease_lost(lease.job_id, "its handler has ended")
            if last:
                self._current = None
            self._pipe.write(json.dumps(said).encode() + b"\n")
            self._pipe.flush()

    def _leave(self) -> None:
        """Threads that handlers left behind must not keep the process; nor what a job started."""
        if self._current is not None and os.name == "posix":
            os.killpg(0, signal.SIGKILL)
        os._exit(0)


def _context(request: Message, parent: _Parent) -> JobContext:
    lease = LeaseRef(request["id"], request["fence"])

    def read_children(_: str) -> tuple[ChildJob, ...]:
        reply = parent.ask(lease, "children")
        if "refused" in reply:
            raise EnvironmentFault(*reply["refused"])
        return msgspec.convert(reply["children"], tuple[ChildJob, ...])

    return JobContext(
        lease, queue=request["queue"], type=request["type"],
        payload_json=request["payload"], attempt=request["attempt"],
        max_attempts=request["max_attempts"], tell=parent.tell, read_children=read_children,
    )  # fmt: skip


def _run(place: Place, context: JobContext) -> Outcome:
    os.environ[IMPORTING] = "1"
    try:
        handler: Handler = imported(place)
    except BaseException as error:  # whatever a module does as it is imported, SystemExit too
        return Failed(failure_from(error))
    finally:
        del os.environ[IMPORTING]
    return outcome_of(context, handler)
