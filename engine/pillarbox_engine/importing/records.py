"""What an import is asked and what it answers: options, verdicts, progress, results.

Owns the frozen records of `importing`; every other module here works on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.model import NewJob
from pillarbox_engine.names import check_group, check_queue_name, check_type
from pillarbox_engine.settings import DEFAULT_PAYLOAD_LIMIT, check_number

Format = Literal["json", "jsonl", "csv"]
FORMATS: tuple[Format, ...] = ("json", "jsonl", "csv")

LONGEST_DELAY = 10 * 366 * 86_400.0
"""The longest delay a line may ask for, in seconds."""

LONGEST_ID = 200
"""How many characters an import's name may have."""

HEAD = 4_096
"""How many bytes of a line are kept where only its look matters."""

_ESCAPED = 6
_ENVELOPE_ROOM = 64 * 1024
_LONGEST = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How to read a job file. `queue`, `type`, `priority`, `delay`, `group` hold where a line says
    nothing.

    `bare`: take every value as a payload, whatever it looks like. `again`: import anew what was
    imported before (fresh idempotency keys). `import_id`: names the import in place of the
    file's digest. `max_payload` (bytes) holds for queues that `limits` does not name. `format`:
    None tells it by the name or, failing that, by the first characters.
    """

    queue: str
    type: str = "default"
    priority: int | None = None
    delay: float | None = None
    group: str | None = None
    bare: bool = False
    again: bool = False
    import_id: str | None = None
    max_payload: int = DEFAULT_PAYLOAD_LIMIT
    limits: Mapping[str, int] = field(default_factory=dict)
    format: Format | None = None

    def __post_init__(self) -> None:
        check_queue_name(self.queue)
        check_type(self.type)
        if self.group is not None:
            check_group(self.group)
        if self.import_id is not None and not 0 < len(self.import_id) <= LONGEST_ID:
            raise InvalidOption(f"import_id must have 1 to {LONGEST_ID} characters")
        if self.priority is not None:
            check_number("priority", self.priority, 0, 1_000, whole=True)
        if self.delay is not None:
            check_number("delay", self.delay, 0, LONGEST_DELAY)

    def limit_for(self, queue: str) -> int:
        """The largest payload `queue` takes, in bytes."""
        return self.limits.get(queue, self.max_payload)

    @property
    def longest(self) -> int:
        """The longest line or array element that is read, in bytes.

        Every character of the largest payload may be written as an escape of six; memory is
        bounded all the same.
        """
        largest = max((self.max_payload, *self.limits.values()))
        return min(largest * _ESCAPED + _ENVELOPE_ROOM, _LONGEST)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line or array element as it stands in the file, not yet read as JSON.

    `item` counts entries from 1, `line` is where it starts. `whole` is False if it was longer
    than `ImportOptions.longest`: `raw` then is only its start, `size` still its length in bytes.
    """

    item: int
    line: int
    raw: bytes
    size: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry that can be enqueued as `job` on `queue`; `job` carries an idempotency key."""

    line: int
    queue: str
    job: NewJob
    raw: bytes
    item: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that cannot be enqueued. `path` ("" if unknown) is the place inside it: of a JSON
    value, or a column's name.

    `raw` is the entry as it was; if it was too long to be read (`whole` False), its start. `header`
    is the first line of a CSV file, which its rows mean nothing without; "" elsewhere.
    """

    line: int
    path: str
    reason: str
    raw: bytes
    item: int
    whole: bool = True
    header: bytes = b""

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.path}" if self.path not in ("", "$") else "")
        return f"{where}: {self.reason}"


Verdict = Accepted | Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far an import or scan is. `phase` is "checking" (first pass) or "reading".

    `done_bytes` of `total_bytes` (None: not known, a pipe) of this phase are behind us.
    """

    phase: str
    done_bytes: int
    total_bytes: int | None
    accepted: int = 0
    conflicts: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did. `accepted` jobs are new, `conflicts` were there from an earlier run.

    `stopped`: why it ended before the end of the file, in words (the queue is full, …). A
    cancelled or stopped import can be run again and adds nothing twice.
    """

    accepted: int = 0
    conflicts: int = 0
    rejected: int = 0
    cancelled: bool = False
    stopped: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The first verdicts of a file. `more`: the file goes on after them."""

    rows: tuple[Verdict, ...]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The verdicts on a whole file, counted. `rejections` holds the first of the rejected.

    `queues` counts the accepted by queue.
    """

    accepted: int
    rejected: int
    rejections: tuple[Rejected, ...]
    queues: Mapping[str, int]
    cancelled: bool = False
    seconds: float = 0.0


ProgressListener = Callable[[ImportProgress], None]
Cancelled = Callable[[], bool]


def never() -> bool:
    """A `Cancelled` that goes on to the end."""
    return False


def unheard(progress: ImportProgress) -> None:
    """A `ProgressListener` that does not listen."""
