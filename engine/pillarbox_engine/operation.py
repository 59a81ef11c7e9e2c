"""The words of operations: the states they are in, and the options some verbs take.

Owns `OperationState`, `OperationOptions` and how options are stored as JSON. What makes a plan of
them is `intents`, how an operation goes on `operating`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

import msgspec


class OperationState(StrEnum):
    """Where an operation is: `freezing` its jobs, at work, or ended in one of three ways.

    `canary`: only the first few jobs of a replay were put back, and their end is waited for.
    `stopped`: by itself, because more jobs failed than may. `cancelled`: by a person.
    """

    FREEZING = "freezing"
    RUNNING = "running"
    CANARY = "canary"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    DONE = "done"


AT_WORK = frozenset({OperationState.RUNNING, OperationState.CANARY})
ENDED = frozenset({OperationState.STOPPED, OperationState.CANCELLED, OperationState.DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOptions:
    """What some verbs take besides the jobs; all but `reason` are a replay's.

    `to`: the queue to replay into. `rate`: jobs a second. `reason`: why jobs are cancelled.
    `canary`: how many jobs go first. `stop_above`: the share (0 to 1) of jobs that may fail.
    `patch_json`: a JSON merge patch (RFC 7396) for each payload. `keep_attempts`: attempts and
    lost count go on instead of starting again.
    """

    to: str | None = None
    rate: float | None = None
    reason: str = ""
    canary: int | None = None
    stop_above: float | None = None
    patch_json: str | None = None
    keep_attempts: bool = False


PLAIN = OperationOptions()


def options_to_text(options: OperationOptions) -> str:
    """Options as stored JSON, without what is as always."""
    given = {entry.name: getattr(options, entry.name) for entry in fields(options)}
    kept = {e.name: given[e.name] for e in fields(options) if given[e.name] != e.default}
    return msgspec.json.encode(kept).decode()


def options_from_text(text: str) -> OperationOptions:
    """Options from their stored JSON."""
    return OperationOptions(**msgspec.json.decode(text))
