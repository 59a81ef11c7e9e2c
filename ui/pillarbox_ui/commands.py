"""What an operator does to jobs and queues, as operations.

Owns the titles, the work and the undo of each verb. Dialogs ask first where asking is due; here it
is done.
"""

from __future__ import annotations

from collections.abc import Callable

from pillarbox_engine import bulk
from pillarbox_engine.filters import Filter
from pillarbox_engine.model import BulkResult, Operation
from pillarbox_engine.states import State, Verb
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Cancelled, Progress
from pillarbox_ui.running import RunningOperation, Undo
from pillarbox_ui.target import Target
from pillarbox_ui.widgets import words

BulkWork = Callable[[WindowBackend, Progress], BulkResult]

_VERB_WORDS = {
    Verb.REQUEUE: "Requeue",
    Verb.RELEASE: "Release",
    Verb.CANCEL: "Cancel",
    Verb.PURGE: "Purge",
    Verb.REPLAY: "Replay",
    Verb.RESTORE: "Restore",
    Verb.ERASE: "Delete",
}


def title(verb: Verb, count: int) -> str:
    """Verb, count and object: "Requeue 3 jobs"."""
    word = words.tr(_VERB_WORDS[verb])
    return f"{word} {words.counted(count, words.tr('job'), words.tr('jobs'))}"


def bulk_work(
    verb: Verb, where: Filter, what: str, *, to: str | None = None, rate: float | None = None
) -> BulkWork:
    """The work of `verb` on all that match `where`; `what` describes them in the journal."""

    def work(backend: WindowBackend, progress: Progress) -> BulkResult:
        result = bulk.run(
            backend,
            verb,
            where,
            progress=progress.report,
            cancelled=lambda: progress.cancelled,
            what=what,
            to=to,
            rate=rate,
        )
        if progress.cancelled and not result.changed:
            raise Cancelled("Cancelled", "nothing was changed")
        return result

    return work


def run_bulk(operations: Operations, verb: Verb, target: Target) -> RunningOperation:
    """Do `verb` to the jobs of `target`. A purge can be undone."""
    return operations.start(
        title(verb, target.count),
        bulk_work(verb, target.where, target.text),
        undo=undo_purge if verb is Verb.PURGE else None,
        said=lambda result: result_text(verb, result),
    )


def undo_purge(result: BulkResult) -> Undo | None:
    """How to take a purge back: restore what that operation moved to the trash."""
    if result.operation is None or not result.changed:
        return None
    return Undo(title(Verb.RESTORE, result.changed), _restore(result.operation))


def undo_journal(operations: Operations, entry: Operation) -> RunningOperation:
    """Take back an operation of the journal; only purges can be."""
    return operations.start(title(Verb.RESTORE, entry.changed), _restore(entry.id))


def _restore(operation: str) -> BulkWork:
    where = Filter(states=frozenset({State.TRASHED}), operation=operation)
    return bulk_work(Verb.RESTORE, where, words.tr("undo"))


def pause(operations: Operations, queue: str, paused: bool) -> RunningOperation:
    """Stop claims from `queue`, or start them again; each undoes the other."""
    back = Undo(_pause_title(queue, not paused), _pause_work(queue, not paused))
    return operations.start(
        _pause_title(queue, paused), _pause_work(queue, paused), undo=lambda done: back
    )


def _pause_title(queue: str, paused: bool) -> str:
    return (words.tr("Pause {0}") if paused else words.tr("Resume {0}")).format(queue)


def _pause_work(queue: str, paused: bool) -> Callable[[WindowBackend, Progress], None]:
    def work(backend: WindowBackend, progress: Progress) -> None:
        backend.pause(queue, paused)

    return work


def drain(operations: Operations, queue: str) -> RunningOperation:
    """Take no new jobs into `queue` and run what is there."""

    def work(backend: WindowBackend, progress: Progress) -> None:
        backend.drain(queue)

    back = Undo(_pause_title(queue, False), _pause_work(queue, False))
    return operations.start(words.tr("Drain {0}").format(queue), work, undo=lambda done: back)


def result_text(verb: Verb, result: BulkResult) -> str:
    """What a bulk verb did, such as "214 jobs purged, 3 skipped (leased)"."""
    done = words.counted(result.changed, words.tr("job"), words.tr("jobs"))
    text = f"{done} {words.tr(_PAST[verb])}"
    skipped = sum(result.skipped.values())
    if not skipped:
        return text
    states = ", ".join(sorted(result.skipped))
    return f"{text}, {words.tr('{0} skipped ({1})').format(words.count(skipped), states)}"


_PAST = {
    Verb.REQUEUE: "requeued",
    Verb.RELEASE: "released",
    Verb.CANCEL: "cancelled",
    Verb.PURGE: "moved to Trash",
    Verb.REPLAY: "replayed",
    Verb.RESTORE: "restored",
    Verb.ERASE: "deleted for good",
}
