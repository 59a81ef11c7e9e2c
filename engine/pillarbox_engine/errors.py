"""Every error Pillarbox raises: what happened, why, and what to do about it.

Owns the one base class, the split between faults of the world (`EnvironmentFault`), input that
cannot be taken (`InputFault`), and mistakes of the calling program (`ProgrammingFault`), and the
promise an error makes about storage: `Definite` (nothing happened) or `Indeterminate` (it may
have; repeat with the same idempotency key).
"""

from __future__ import annotations


class PillarboxError(Exception):
    """Base of all errors raised on purpose.

    `title` says what could not be done, `reason` why, `remedy` what to do next. The text of the
    error is the three together, fit to be shown to a person.
    """

    def __init__(self, title: str, reason: str = "", remedy: str = "") -> None:
        super().__init__(title, reason, remedy)
        self.title, self.reason, self.remedy = title, reason, remedy

    def __str__(self) -> str:
        text = f"{self.title}: {self.reason}" if self.reason else self.title
        return f"{text}. {self.remedy}" if self.remedy else text


class EnvironmentFault(PillarboxError):
    """The world is not as it should be: a file, a disk, a lock, another process."""


class InputFault(PillarboxError, ValueError):
    """What was handed in cannot be taken; nothing was stored."""


class ProgrammingFault(PillarboxError):
    """The calling program uses the library in a way that cannot work."""


class FileUnusable(EnvironmentFault):
    """The queue file cannot be used as it is (exit code 4 on the command line)."""


class ForeignFile(FileUnusable):
    """The file is not a Pillarbox queue file."""


class NewerFile(FileUnusable):
    """The file was written by a newer Pillarbox."""


class ReadOnlyFile(FileUnusable):
    """The file, or its folder, cannot be written."""


class LockedFile(FileUnusable):
    """Another program holds the file's lock for longer than we wait."""


class DamagedFile(FileUnusable):
    """The file's content contradicts itself.

    `pages`: the database itself is damaged, not only what it says of a job.
    """

    pages: bool = False


class BehindHead(DamagedFile):
    """The file is older than the head kept beside it: commits are missing."""


class StorageFault(EnvironmentFault):
    """A write to the queue file failed."""

    idempotency_key: str | None = None


class Definite(StorageFault):
    """The write failed and left nothing behind; it can simply be repeated."""


class Indeterminate(StorageFault):
    """The write may or may not have become durable.

    Repeat the call with `idempotency_key` (where the call was an enqueue): if the first one did
    become durable, the repetition adds nothing.
    """


class DiskFull(Definite):
    """No room is left on the file system of the queue file."""


class QueueFull(EnvironmentFault):
    """The queue's bound is reached; nothing was enqueued."""


class EngineClosed(PillarboxError):
    """The engine was closed while, or before, this was asked of it."""


class NotFound(InputFault):
    """No job, queue or operation of that name is in the file."""


class Conflict(PillarboxError):
    """The verb does not apply to the state the job is in; nothing changed."""


class LeaseLost(Conflict):
    """The fence is stale: the job has been claimed again, released, cancelled or settled."""


class InvalidName(InputFault):
    """A queue name or job type is empty, too long, or has a character that is not allowed."""


class InvalidOption(InputFault):
    """An option has the wrong type or is out of its range."""


class InvalidPayload(InputFault):
    """The payload is not a JSON value that can be carried whole.

    `path` names the part that cannot (`$.items[3].price`); `line` and `column` (1-based, 0 where
    there is no text) are where it stands; `detail` is the reason without them.
    """

    detail: str = ""
    path: str = ""
    line: int = 0
    column: int = 0


class PayloadTooLarge(InvalidPayload):
    """The payload is larger than the queue allows: store it elsewhere, enqueue a reference."""


class InvalidJobFile(InputFault):
    """A job file cannot be read as one: not JSON, cut off, binary, or in another encoding.

    `line` (1-based, 0 where unknown) is the place of the fault.
    """

    line: int = 0


class InvalidHandlers(InputFault):
    """A handlers file cannot be used; `line` (1-based, 0 where unknown) is the place of the fault.

    Nothing was started.
    """

    line: int = 0


class QueryError(InputFault):
    """A query does not parse; `column` is the 1-based place of the mistake in `query`."""

    column: int = 1
    query: str = ""


class Unsupported(PillarboxError):
    """This backend cannot do that; `Backend.capabilities` says so beforehand."""
