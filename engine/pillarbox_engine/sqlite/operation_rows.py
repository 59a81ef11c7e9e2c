"""Operations as rows: as a `Run` to work on, and as the journal's record.

Owns the columns of both forms, and saving a run where it changed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pillarbox_engine.clock import from_us, from_us_or_none
from pillarbox_engine.model import Operation
from pillarbox_engine.operating import Run
from pillarbox_engine.operation import OperationState, options_from_text
from pillarbox_engine.refusals import no_operation
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.readers import Reading
from pillarbox_engine.sqlite.transaction import Transaction
from pillarbox_engine.states import Verb


def run_of(row: Sequence[Any]) -> Run:
    """A run from its columns, as `operation_row` has them."""
    return Run(
        id=str(row[0]), verb=Verb(row[1]), state=OperationState(row[2]),
        options=options_from_text(row[3]), total=row[4], done=row[5], changed=row[6],
        ended=row[7], failed=row[8], skips=Counter(json.loads(row[9])), next_us=row[10],
        rest_us=row[11], said=row[12],
    )  # fmt: skip


def load_run(place: Transaction | Reading, operation: str) -> Run:
    """The operation as a run, or `NotFound`."""
    row = place.row("operation_row", (number_of(operation),))
    if row is None:
        raise no_operation(operation)
    return run_of(row)


def runs_at_work(reading: Reading) -> list[Run]:
    """What is at work now, oldest first."""
    return [run_of(row) for row in reading.rows("operations_at_work")]


def save_run(transaction: Transaction, run: Run) -> None:
    """Keep how far a run is."""
    values = {
        "id": number_of(run.id), "state": str(run.state), "done": run.done,
        "changed": run.changed, "skipped": run.skipped, "ended": run.ended,
        "failed": run.failed, "skips": json.dumps(run.skips, sort_keys=True),
        "next_us": run.next_us, "rest_us": run.rest_us, "said": run.said,
        "ended_at": None if run.at_work else transaction.now,
    }  # fmt: skip
    transaction.execute("save_operation", values)


def operation(place: Transaction | Reading, operation_id: str) -> Operation:
    """One entry of the journal, or `NotFound`."""
    values = {"id": number_of(operation_id), "limit": 1}
    row = place.row("all_operations", values)
    if row is None:
        raise no_operation(operation_id)
    return _operation(row)


def operations(reading: Reading, limit: int) -> tuple[Operation, ...]:
    """The journal, newest first."""
    rows = reading.rows("all_operations", {"id": None, "limit": limit})
    return tuple(_operation(row) for row in rows)


def _operation(row: Sequence[Any]) -> Operation:
    return Operation(
        id=str(row[0]), verb=row[1], at=from_us(row[2]), what=row[3], changed=row[4],
        skipped=row[5], undone=bool(row[6]), undoable=bool(row[7]) and not row[6],
        state=OperationState(row[8]), options=options_from_text(row[9]), total=row[10],
        done=row[11], failed=row[12], skips=json.loads(row[13]), said=row[14],
        ended_at=from_us_or_none(row[15]),
    )  # fmt: skip
