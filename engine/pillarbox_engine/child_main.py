"""What a child process does: import one handler, run one job, tell what became of it.

Owns the child's side of the conversation described in `child`. The pipes to the parent are taken
away from the handler first, so nothing it prints can be mistaken for a message.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from queue import SimpleQueue
from typing import IO, Any

import msgspec

from pillarbox_engine.child import IMPORTING
from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.fingerprint import failure_from
from pillarbox_engine.flows import ChildJob
from pillarbox_engine.leasing import LeaseRef
from pillarbox_engine.outcomes import Failed, Outcome
from pillarbox_engine.routing import found_in
from pillarbox_engine.runner import outcome_of


def main() -> None:
    """Run the job the parent sends, then end the process without ceremony."""
    commands, answers = _private_pipes()
    request = json.loads(commands.readline())
    channel, replies = _Channel(answers), SimpleQueue[dict[str, Any]]()
    context = _context(request, channel, replies)
    threading.Thread(target=_obey, args=(commands, context, replies), daemon=True).start()
    channel.outcome(_run(request, context))
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads the handler left behind must not keep the process.
    os._exit(0)


def _private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output for us alone; the handler gets nothing in, and standard error."""
    commands, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, answers


class _Channel:
    """Messages to the parent, whole lines whoever writes them."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe, self._lock = pipe, threading.Lock()

    def tell(self, lease: LeaseRef, percent: float | None, line: str | None) -> None:
        """Progress or a log line: a `Tell`."""
        self._write({"progress": percent} if percent is not None else {"line": line})

    def ask(self, what: str) -> None:
        """A question, which the parent answers with a line of its own."""
        self._write({"wants": what})

    def outcome(self, outcome: Outcome) -> None:
        """The last word."""
        value = msgspec.to_builtins(outcome)
        self._write({"outcome": type(outcome).__name__, "value": value})

    def _write(self, message: dict[str, Any]) -> None:
        with self._lock:
            self._pipe.write(json.dumps(message).encode() + b"\n")
            self._pipe.flush()


def _context(
    request: dict[str, Any], channel: _Channel, replies: SimpleQueue[dict[str, Any]]
) -> JobContext:
    def read_children(_: str) -> tuple[ChildJob, ...]:
        channel.ask("children")
        reply = replies.get()
        if "refused" in reply:
            raise EnvironmentFault(*reply["refused"])
        return msgspec.convert(reply["children"], tuple[ChildJob, ...])

    return JobContext(
        LeaseRef(request["id"], request["fence"]), queue=request["queue"], type=request["type"],
        payload_json=request["payload"], attempt=request["attempt"],
        max_attempts=request["max_attempts"], tell=channel.tell, read_children=read_children,
    )  # fmt: skip


def _obey(commands: IO[bytes], context: JobContext, replies: SimpleQueue[dict[str, Any]]) -> None:
    """Heed "cancel" and take answers; when the input ends the parent is gone, and so are we."""
    for line in commands:
        message = json.loads(line)
        if "cancel" in message:
            context.stop()
        else:
            replies.put(message)
    os._exit(1)


def _run(request: dict[str, Any], context: JobContext) -> Outcome:
    os.environ[IMPORTING] = "1"
    try:
        handler = found_in(importlib.import_module(request["module"]), request["qualname"])
    except BaseException as error:  # whatever a module does as it is imported, SystemExit too
        return Failed(failure_from(error))
    finally:
        del os.environ[IMPORTING]
    if not callable(handler):
        return Failed(failure_from(ImportError(f"{request['qualname']} is not in the module")))
    return outcome_of(context, handler)
