"""What an operator does to jobs and queues, as operations.

Owns the titles, the work and the undo of each verb. Dialogs ask first where asking is due; here it
is done.
"""

from __future__ import annotations

from collections.abc import Callable

from pillarbox_engine import bulk
from pillarbox_engine.filters import Filter
from pillarbox_engine.intents import OperationPlan
from pillarbox_engine.model import Operation
from pillarbox_engine.operation import PLAIN, OperationOptions, OperationState
from pillarbox_engine.states import Verb
from pillarbox_ui.backend import WindowBackend
from pillarbox_ui.operations import Operations
from pillarbox_ui.progress import Cancelled, Progress
from pillarbox_ui.running import RunningOperation, Undo
from pillarbox_ui.target import Target
from pillarbox_ui.widgets import words

BulkWork = Callable[[WindowBackend, Progress], Operation]

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


def bulk_work(verb: Verb, where: Filter, what: str, options: OperationOptions = PLAIN) -> BulkWork:
    """The work of `verb` on all that match `where`; `what` describes them in the journal."""
    plan = OperationPlan(verb=verb, where=where, what=what, options=options)

    def work(backend: WindowBackend, progress: Progress) -> Operation:
        return _driven(backend, backend.start_operation(plan), progress)

    return work


def _driven(backend: WindowBackend, begun: Operation, progress: Progress) -> Operation:
    """Do an operation's chunks until it ends or waits; then the store's maintenance goes on.

    Where the window closes it is left as it is: any process that has the file open goes on.
    """

    def tell(done: int, total: int) -> None:
        if progress.leaving:
            raise Cancelled("The window was closed", "the operation goes on without it")
        progress.report(done, total)

    def cancelled() -> bool:
        return progress.cancelled and not progress.leaving

    told = bulk.drive(backend, begun, progress=tell, cancelled=cancelled)
    if told.state is OperationState.CANCELLED and not told.changed:
        raise Cancelled("Cancelled", "nothing was changed")
    return told


def run_bulk(operations: Operations, verb: Verb, target: Target) -> RunningOperation:
    """Do `verb` to the jobs of `target`. A purge, a cancel and a replay can be undone."""
    return run_planned(operations, verb, target, target.text)


def run_planned(
    operations: Operations, verb: Verb, target: Target, what: str,
    options: OperationOptions = PLAIN,
) -> RunningOperation:  # fmt: skip
    """The same with options; `what` describes the jobs in the journal."""
    return operations.start(
        title(verb, target.count),
        bulk_work(verb, target.where, what, options),
        undo=undo_of,
        said=lambda result: result_text(verb, result),
    )


_UNDO_TITLES = {
    Verb.PURGE: "Restore {0}",
    Verb.CANCEL: "Requeue {0}",
    Verb.REPLAY: "Undo the replay of {0}",
}


def undo_of(result: Operation) -> Undo | None:
    """How to take an operation back, where that can be done."""
    if not result.undoable:
        return None
    jobs = words.counted(result.changed, words.tr("job"), words.tr("jobs"))
    return Undo(words.tr(_UNDO_TITLES[Verb(result.verb)]).format(jobs), _undo(result.id))


def undo_journal(operations: Operations, entry: Operation) -> RunningOperation | None:
    """Take back an operation of the journal."""
    undo = undo_of(entry)
    return None if undo is None else operations.start(undo.title, undo.work)


def _undo(operation: str) -> BulkWork:
    def work(backend: WindowBackend, progress: Progress) -> Operation:
        return _driven(backend, backend.undo_operation(operation), progress)

    return work


def cancel_journal(operations: Operations, entry: Operation) -> RunningOperation:
    """Stop an operation of the journal for good."""

    def work(backend: WindowBackend, progress: Progress) -> Operation:
        return backend.cancel_operation(entry.id)

    text = words.tr("Cancel operation {0}").format(entry.id)
    return operations.start(text, work, said=lambda result: f"{text}: {result.said}")


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


def result_text(verb: Verb, result: Operation) -> str:
    """What a bulk verb did, such as "214 jobs purged, 3 skipped (leased)"."""
    done = words.counted(result.changed, words.tr("job"), words.tr("jobs"))
    text = f"{done} {words.tr(_PAST[verb])}"
    if result.skipped:
        reasons = ", ".join(sorted(result.skips))
        skipped = words.tr("{0} skipped ({1})").format(words.count(result.skipped), reasons)
        text = f"{text}, {skipped}"
    if not result.ended:
        text = f"{text}; {words.tr('the rest follows, see Operations')}"
    return f"{text}: {result.said}" if result.said else text


_PAST = {
    Verb.REQUEUE: "requeued",
    Verb.RELEASE: "released",
    Verb.CANCEL: "cancelled",
    Verb.PURGE: "moved to Trash",
    Verb.REPLAY: "replayed",
    Verb.RESTORE: "restored",
    Verb.ERASE: "deleted for good",
}
