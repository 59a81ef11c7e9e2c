"""Operations in a queue file: frozen, advanced, cancelled, undone, and what is due of them.

Owns the transactions; the rules are `pillarbox_engine.operating`'s. The jobs are frozen as one
look at the file finds them and written down before the first is touched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pillarbox_engine import operating
from pillarbox_engine.clock import from_us_or_none
from pillarbox_engine.intents import (
    OperationPlan,
    applicable,
    checked,
    described,
    named_ids,
    nothing,
)
from pillarbox_engine.model import Operation
from pillarbox_engine.operation import OperationOptions, options_to_text
from pillarbox_engine.sqlite import operation_rows
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.open_file import OpenFile
from pillarbox_engine.sqlite.operation_desk import Lookout, SqlDesk
from pillarbox_engine.sqlite.operation_rows import load_run, runs_at_work, save_run
from pillarbox_engine.sqlite.queue_rows import need
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.sqlite.where import translate
from pillarbox_engine.states import Verb
from pillarbox_engine.undoing import KEPT_US, UNTOUCHED, cannot_undo, undo_plan

PART = 20_000
"""Ids written down in one transaction."""
FORGET = 2_000


def start(file: OpenFile, plan: OperationPlan, now: int) -> Operation:
    """Freeze the jobs of a plan and let it begin; nothing is written where none matches."""
    plan = checked(plan)
    if plan.options.to is not None:
        to = plan.options.to
        file.write(lambda t: need(t, to))
    ids = _frozen(file, plan, now)
    if not ids:
        return nothing(plan, now)
    own = file.process_id
    number = file.write(lambda t: _open(t, plan, own, ids[:PART], len(ids)))
    for first in range(PART, len(ids), PART):
        part = ids[first : first + PART]
        file.write(_adding(number, first, part, plan.options, len(ids)))
    with file.read() as reading:
        return operation_rows.operation(reading, str(number))


def _frozen(file: OpenFile, plan: OperationPlan, now: int) -> list[int]:
    named = named_ids(plan.where)
    if named:
        return [number_of(job_id) for job_id in named]
    where = translate(applicable(plan.verb, plan.where), now)
    text = statement("frozen_ids").replace("{where}", where.text)
    with file.read() as reading:
        return [row[0] for row in reading.select(text, where.values)]


def _open(
    transaction: Transaction, plan: OperationPlan, own: int | None, ids: Sequence[int], total: int
) -> int:
    values = (
        str(plan.verb), transaction.now, described(plan, total), options_to_text(plan.options), own
    )  # fmt: skip
    number = int(transaction.row("freeze_operation", values)[0])
    _adding(number, 0, ids, plan.options, total)(transaction)
    return number


def _adding(
    number: int, first: int, ids: Sequence[int], options: OperationOptions, total: int
) -> Callable[[Transaction], None]:
    """Write down a part of the ids; with the last one the operation begins."""

    def work(transaction: Transaction) -> None:
        values = {"operation": number, "first": first, "ids": json.dumps(list(ids))}
        transaction.execute("add_items", values)
        if first + len(ids) == total:
            state = str(operating.first_state(options))
            transaction.execute("begin_operation", {"id": number, "state": state, "total": total})

    return work


def advance(transaction: Transaction, operation_id: str) -> Operation:
    """Do a chunk of what may be done now; how it stands, and when it goes on where it waits."""
    run, now = load_run(transaction, operation_id), transaction.now
    before, desk = replace(run, skips=run.skips.copy()), SqlDesk(transaction)
    operating.advance(run, desk, now)
    if run != before:
        save_run(transaction, run)
    told = operation_rows.operation(transaction, operation_id)
    return replace(told, next_at=from_us_or_none(operating.wakes_us(run, desk, now)))


def cancel(transaction: Transaction, operation_id: str) -> Operation:
    """Stop it for good where it has not ended; what was done stays done."""
    run = load_run(transaction, operation_id)
    said = f"{run.total - run.done:,} of {run.total:,} jobs were left as they are"
    transaction.execute("cancel_operation", (said, transaction.now, number_of(operation_id)))
    return operation_rows.operation(transaction, operation_id)


def undo(transaction: Transaction, operation_id: str, own: int | None) -> Operation:
    """Begin the operation that takes another one back; `Conflict` where nothing can be."""
    told = operation_rows.operation(transaction, operation_id)
    plan = undo_plan(told)
    ids = _left_by(transaction, told)
    if not ids:
        raise cannot_undo(told)
    cancel(transaction, operation_id)
    number = _open(transaction, plan, own, ids, len(ids))
    transaction.execute("undo_operation", (number_of(operation_id),))
    return operation_rows.operation(transaction, str(number))


def _left_by(transaction: Transaction, told: Operation) -> list[int]:
    number, verb = number_of(told.id), Verb(told.verb)
    if verb is Verb.PURGE:
        return [row[0] for row in transaction.rows("trashed_by", (number,))]
    values = {"operation": number, "states": json.dumps(UNTOUCHED[verb])}
    return [row[0] for row in transaction.rows("undone_items", values)]


def due(reading: Reading, now: int) -> tuple[str, ...]:
    """The operations that would get on now."""
    desk = Lookout(reading)
    return tuple(run.id for run in runs_at_work(reading) if operating.is_due(run, desk, now))


def wakes(reading: Reading, now: int) -> list[float]:
    """In how many seconds each operation at work is to be looked at again."""
    desk = Lookout(reading)
    moments = [operating.wakes_us(run, desk, now) for run in runs_at_work(reading)]
    return [0.0 if moment is None else (moment - now) / 1e6 for moment in moments]


def has_leavings(reading: Reading, now: int) -> bool:
    """Whether `tidy` has something to do."""
    return bool(
        reading.rows("operations_to_forget", (now - KEPT_US,))
        or reading.rows("orphaned_operations")
    )


def tidy(transaction: Transaction) -> None:
    """Cancel what nobody froze to the end; forget the items of what ended long ago."""
    for (number,) in transaction.rows("orphaned_operations"):
        said = "its process ended before all its jobs were written down: none was touched"
        transaction.execute("cancel_operation", (said, transaction.now, number))
    for (number,) in transaction.rows("operations_to_forget", (transaction.now - KEPT_US,)):
        gone: list[Any] = transaction.rows("forget_items", {"operation": number, "limit": FORGET})
        if len(gone) < FORGET:
            transaction.execute("forget_operation", (number,))
