"""What an operator does: settings, pausing, and the bulk verbs over job ids.

Owns the bulk verbs. One call is wholly done or wholly refused: the bound is checked for all its
jobs before the first is touched.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from pillarbox_engine.admission import check_bulk
from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.lifecycle import transition
from pillarbox_engine.memory import groups
from pillarbox_engine.memory.bounds import require_room
from pillarbox_engine.memory.changing import How
from pillarbox_engine.memory.flows import all_left_behind, left_behind
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.store import Journalled, Store
from pillarbox_engine.memory.unique_keys import holder, let_go, make_free, wanted_place
from pillarbox_engine.memory.verbs import apply, erase
from pillarbox_engine.model import BulkResult
from pillarbox_engine.settings import REPLAY_RATES, QueueSettings, check, check_number
from pillarbox_engine.states import LIVE_STATES, State, Verb


def configure(store: Store, name: str, settings: QueueSettings) -> None:
    """Set a queue's settings, creating it at need."""
    check(settings)
    queue = store.find_or_add(name, settings)
    old, queue.settings = queue.settings, settings
    groups.reconfigured(store, queue, old)
    store.touch(name)


def set_mode(store: Store, name: str, mode: str) -> None:
    """Let claims from a queue run, or stop them; `NotFound` if there is none."""
    store.queue(name).mode = mode
    store.touch(name)


def begin_operation(store: Store, verb: str, what: str) -> str:
    """Open a journal entry; its id."""
    number = str(len(store.operations) + 1)
    store.operations[number] = Journalled(number, verb, store.now, what)
    return number


def _bulk(
    store: Store,
    verb: Verb,
    job_ids: Sequence[str],
    act: Callable[[Row], object],
    operation: str | None = None,
    to: str | None = None,
) -> BulkResult:
    """Do `act` to each job `verb` applies to; count what changed and what was left alone."""
    found, skipped = _sort_out(store, verb, job_ids, to)
    chosen = []
    for row in found:
        # The one before it may have been of its flow, and have changed it.
        if transition(verb, row.state) is None:
            skipped[str(row.state)] += 1
        else:
            act(row)
            chosen.append(row)
    entry = store.operations.get(operation or "")
    if entry is not None:
        entry.changed += len(chosen)
        entry.skipped += skipped.total()
    return BulkResult(operation=operation, changed=len(chosen), skipped=dict(skipped))


def _sort_out(
    store: Store, verb: Verb, job_ids: Sequence[str], to: str | None = None
) -> tuple[list[Row], Counter[str]]:
    check_bulk(job_ids)
    chosen, skipped = [], Counter[str]()
    coming: set[tuple[str, str]] = set()
    for job_id in dict.fromkeys(job_ids):
        row = store.row(job_id)
        cell = None if row is None else transition(verb, row.state)
        if row is None or cell is None:
            skipped["missing" if row is None else str(row.state)] += 1
        elif cell.checks_key and not _may_return(store, row, to or row.queue, coming):
            skipped["unique"] += 1
        else:
            chosen.append(row)
    return chosen, skipped


def _may_return(store: Store, row: Row, queue: str, coming: set[tuple[str, str]]) -> bool:
    """Whether no other job holds its unique key; `coming`: the keys of those before it."""
    place = wanted_place(row, queue, row.trashed_from or State.READY, store.now)
    if place is None:
        return True
    held = holder(store, *place)
    if place in coming or (held is not None and held is not row):
        return False
    coming.add(place)
    return True


def _make_free(store: Store, row: Row, queue: str) -> None:
    """Before it comes back: one of the two that want the key is not unique any more."""
    if row.unique_key is None or row.hold is None:
        return
    if row.hold.is_over(store.now):
        let_go(store, row)
    elif row.hold.occupies(row.trashed_from or State.READY) and not _is_own(store, row, queue):
        make_free(store, queue, row.unique_key)


def _is_own(store: Store, row: Row, queue: str) -> bool:
    return store.holders.get((queue, row.unique_key or "")) == row.id


def _require_room(store: Store, rows: Sequence[Row], to: str | None = None) -> None:
    """`QueueFull` unless every queue has room for those of `rows` it gets back, and the children
    that they bring along."""
    coming: dict[str, list[int]] = defaultdict(list)
    named = {row.id for row in rows}
    along = {c.id: c for row in rows if _is_over(row) for c in all_left_behind(store, row)}
    for row in (*rows, *(child for number, child in along.items() if number not in named)):
        becomes = row.trashed_from if row.state is State.TRASHED else State.READY
        if row.state not in LIVE_STATES and becomes in LIVE_STATES:
            place = to if row.id in named else None
            coming[place or row.queue].append(row.payload_bytes)
    for name, sizes in coming.items():
        require_room(store.queues[name], len(sizes), sum(sizes))


def _is_over(row: Row) -> bool:
    return row.state not in LIVE_STATES and row.state is not State.TRASHED


def _take_along(store: Store, along: Sequence[Row], due: int) -> None:
    """The children that failed come back with their parent, which waits for them."""
    for child in along:
        more = left_behind(store, child)
        how = How(
            to=State.SCHEDULED if due > store.now else State.READY,
            run_us=max(due, store.now),
            detail=f"from {child.state}",
        )
        apply(store, child, Verb.REQUEUE, how)
        _take_along(store, more, due)


def requeue(store: Store, job_ids: Sequence[str]) -> BulkResult:
    """Make jobs ready now."""
    _require_room(store, _sort_out(store, Verb.REQUEUE, job_ids)[0])

    def act(row: Row) -> None:
        if row.state not in LIVE_STATES:
            _make_free(store, row, row.queue)
        ready = row.state is State.READY
        along = left_behind(store, row) if _is_over(row) else []
        how = How() if ready else How(run_us=store.now, detail=f"from {row.state}")
        apply(store, row, Verb.REQUEUE, how)
        _take_along(store, along, store.now)

    return _bulk(store, Verb.REQUEUE, job_ids, act)


def replay(
    store: Store, job_ids: Sequence[str], *, to: str | None, rate: float | None,
    start_us: int | None, operation: str | None, keep_attempts: bool = False,
) -> BulkResult:  # fmt: skip
    """Dead letters back to work, spaced by `rate` jobs a second where one is given."""
    if rate is not None:
        check_number("rate", rate, *REPLAY_RATES)
    if to is not None:
        store.queue(to)
    _require_room(store, _sort_out(store, Verb.REPLAY, job_ids, to)[0], to)
    gap = 0 if rate is None else seconds_to_us(1.0 / rate)
    due = store.now if start_us is None else max(start_us, store.now)

    def act(row: Row) -> None:
        nonlocal due
        _make_free(store, row, to or row.queue)
        along = left_behind(store, row)
        _replay_one(store, row, to or row.queue, due, operation, keep_attempts)
        _take_along(store, along, due)
        due += gap

    return _bulk(store, Verb.REPLAY, job_ids, act, operation, to)


def may_replay(store: Store, row: Row, to: str | None) -> bool:
    """Whether a replay would take the job, if there is room."""
    place = to or row.queue
    return row.state is State.DEAD and _may_return(store, row, place, set())


def _replay_one(
    store: Store, row: Row, to: str, due: int, operation: str | None, keep_attempts: bool
) -> None:
    source = row.queue
    by = "" if operation is None else f" by operation {operation}"
    how = How(
        to=State.SCHEDULED if due > store.now else State.READY,
        run_us=due,
        queue=to,
        detail=("from dead" if to == source else f"moved to {to}") + by,
        keep_attempts=keep_attempts,
    )
    apply(store, row, Verb.REPLAY, how)
    if to != source:
        # the job takes its place in the ledger along, so both queues' ledgers still balance
        store.total(source, "enqueued_total", -1)
        store.total(to, "enqueued_total", +1)
        store.touch(source)


def release(store: Store, job_ids: Sequence[str]) -> BulkResult:
    """Take leased jobs from their workers."""
    how = How(detail="by an operator")
    return _bulk(store, Verb.RELEASE, job_ids, lambda row: apply(store, row, Verb.RELEASE, how))


def cancel(store: Store, job_ids: Sequence[str], reason: str) -> BulkResult:
    """End live jobs without running them."""
    how = How(detail=reason)
    return _bulk(store, Verb.CANCEL, job_ids, lambda row: apply(store, row, Verb.CANCEL, how))


def purge(store: Store, job_ids: Sequence[str], operation: str | None) -> BulkResult:
    """Move jobs to the trash."""

    def act(row: Row) -> None:
        how = How(operation=operation, detail=f"from {row.state}")
        apply(store, row, Verb.PURGE, how)

    return _bulk(store, Verb.PURGE, job_ids, act, operation)


def restore(store: Store, job_ids: Sequence[str]) -> BulkResult:
    """Take jobs back out of the trash."""
    chosen, _ = _sort_out(store, Verb.RESTORE, job_ids)
    _require_room(store, chosen)
    for row in chosen:
        if row.operation in store.operations:
            store.operations[row.operation].undone = True

    def act(row: Row) -> None:
        _make_free(store, row, row.queue)
        apply(store, row, Verb.RESTORE, How(detail=f"to {row.trashed_from}"))

    return _bulk(store, Verb.RESTORE, job_ids, act)


def erase_all(store: Store, job_ids: Sequence[str]) -> BulkResult:
    """Delete jobs in the trash for good."""

    def act(row: Row) -> None:
        erase(store, row, row.trashed_from or State.CANCELLED)

    return _bulk(store, Verb.ERASE, job_ids, act)
