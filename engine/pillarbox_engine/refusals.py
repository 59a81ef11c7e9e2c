"""Errors that are raised in several places and must read the same in each.

Owns their words; what a caller handed in is quoted short, with all that does not show as escapes.
"""

from __future__ import annotations

from pillarbox_engine.errors import EngineClosed, InvalidOption, NotFound
from pillarbox_engine.json_fault import printable


def closed() -> EngineClosed:
    """Whatever is asked of a closed engine."""
    return EngineClosed(
        "The engine is closed", "close() was called on it", "Open the queue file again"
    )


def no_job(job_id: str) -> NotFound:
    """An id that no job has."""
    return NotFound(
        f"There is no job {printable(job_id) or 'with an empty id'}",
        "no job in the file has that id",
        "Look it up in the list of jobs; retention may have pruned it",
    )  # fmt: skip


def no_queue(name: str) -> NotFound:
    """A name that no queue has."""
    return NotFound(
        f'There is no queue "{printable(name)}"', "nothing was ever enqueued to it",
        "A queue is made by its first enqueue",
    )  # fmt: skip


def no_schedule(name: str) -> NotFound:
    """A name that no schedule has."""
    return NotFound(
        f'There is no schedule "{printable(name)}"', "none of that name is in the file",
        "Look it up in the list of schedules",
    )  # fmt: skip


def no_operation(operation_id: str) -> NotFound:
    """An id that no operation has."""
    return NotFound(
        f"There is no operation {printable(operation_id) or 'with an empty id'}",
        "no operation in the file has that id",
        "`pillarbox operations` lists those there are",
    )


def schedule_taken(name: str, queue: str) -> InvalidOption:
    """A name that a schedule has already."""
    return InvalidOption(
        f'There is a schedule "{printable(name)}" already',
        f'it is one of the queue "{printable(queue)}"',
        "Choose another name, or remove that one first",
    )
