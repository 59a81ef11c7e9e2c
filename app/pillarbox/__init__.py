"""Pillarbox: a desktop queue manager with an embedded, durable job queue.

`connect` opens a queue file; the rest are the words one needs around it. Importing this loads no
Qt and no numpy, and the storage only when a file is opened.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pillarbox_engine.alarms import Alarm, AlarmKind
from pillarbox_engine.backoff import Exponential, Fixed, Linear, Table
from pillarbox_engine.children import Child
from pillarbox_engine.errors import (
    BehindHead,
    Conflict,
    DamagedFile,
    Definite,
    DiskFull,
    EngineClosed,
    EnvironmentFault,
    FileUnusable,
    ForeignFile,
    Indeterminate,
    InputFault,
    InvalidHandlers,
    InvalidJobFile,
    InvalidName,
    InvalidOption,
    InvalidPayload,
    LeaseLost,
    LockedFile,
    NewerFile,
    NotFound,
    PayloadTooLarge,
    PillarboxError,
    ProgrammingFault,
    QueryError,
    QueueFull,
    ReadOnlyFile,
    StorageFault,
    Unsupported,
)
from pillarbox_engine.handle import OperationHandle
from pillarbox_engine.operation import OperationState
from pillarbox_engine.outcomes import Cancel, Reject, Retry, Snooze
from pillarbox_engine.planning import Schedule
from pillarbox_engine.rehearsal import Rehearsal
from pillarbox_engine.retry_rules import RetryRule, Then
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.states import (
    DeadReason,
    GroupRetry,
    HeldBy,
    Missed,
    OnChildFailure,
    OnFull,
    Overlap,
    State,
)
from pillarbox_engine.uniqueness import Unique

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine

__version__ = "0.1.0"


def connect(
    path_or_url: str | os.PathLike[str],
    *,
    read_only: bool = False,
    accept_copy: bool = False,
) -> Engine:
    """Open the queue file at a path, making it at need; a `with` block closes it again.

    Takes a path, `sqlite:PATH`, or `memory:` for tests. `read_only` only looks. `accept_copy`
    takes a file that is older than the head kept beside it, as after restoring a copy. Raises
    `FileUnusable` (foreign, newer, locked, read-only, damaged), `InvalidOption`.
    """
    from pillarbox.root import location_of, open_engine
    from pillarbox_engine import arguments

    arguments.flag("read_only", read_only)
    arguments.flag("accept_copy", accept_copy)
    location = location_of(path_or_url)
    return open_engine(location, read_only=read_only, accept_copy=accept_copy)


__all__ = [
    "Alarm",
    "AlarmKind",
    "BehindHead",
    "Cancel",
    "Child",
    "Conflict",
    "DamagedFile",
    "DeadReason",
    "Definite",
    "DiskFull",
    "EngineClosed",
    "EnvironmentFault",
    "Exponential",
    "FileUnusable",
    "Fixed",
    "ForeignFile",
    "GroupRetry",
    "HeldBy",
    "Indeterminate",
    "InputFault",
    "InvalidHandlers",
    "InvalidJobFile",
    "InvalidName",
    "InvalidOption",
    "InvalidPayload",
    "LeaseLost",
    "Linear",
    "LockedFile",
    "Missed",
    "NewerFile",
    "NotFound",
    "OnChildFailure",
    "OnFull",
    "OperationHandle",
    "OperationState",
    "Overlap",
    "PayloadTooLarge",
    "PillarboxError",
    "ProgrammingFault",
    "QueryError",
    "QueueFull",
    "QueueSettings",
    "RateLimit",
    "ReadOnlyFile",
    "Rehearsal",
    "Reject",
    "Retry",
    "RetryRule",
    "Schedule",
    "Snooze",
    "State",
    "StorageFault",
    "Table",
    "Then",
    "Unique",
    "Unsupported",
    "__version__",
    "connect",
]
