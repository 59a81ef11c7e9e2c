"""`pillarbox operations`: what was done to many jobs, what is being done, and stopping that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from pillarbox.cli import output
from pillarbox.cli.options import Common, common, examples

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.model import Operation


@click.command(
    name="operations",
    short_help="List what was done to many jobs; cancel it or take it back.",
    epilog=examples(
        "pillarbox operations",
        "pillarbox operations --json | jq 'select(.state == \"running\")'",
        "pillarbox operations cancel 12",
        "pillarbox operations undo 12",
    ),
)
@click.argument("action", type=click.Choice(["cancel", "undo"]), required=False)
@click.argument("operation", metavar="[ID]", required=False)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="At most so many.",
)
@common
def command(common: Common, action: str | None, operation: str | None, limit: int) -> int:
    """List operations, newest first: verbs over many jobs, with how far each is.

    `cancel ID` stops one for good, what it did stays done. `undo ID` takes one back: of a purge
    the jobs are restored, of a cancel requeued, of a replay those not started yet cancelled.
    With --json, writes JSON Lines: an operation a line.
    """
    if action is not None and operation is None:
        raise click.UsageError(f"which operation? Say `pillarbox operations {action} ID`")
    with common.engine(read_only=action is None) as engine:
        if action is None or operation is None:
            return _list(common, engine.backend.operations(limit))
        return _act(common, engine, action, operation)


def _act(common: Common, engine: Engine, action: str, operation: str) -> int:
    from pillarbox.cli.selection import tell_operation
    from pillarbox_engine import bulk

    if action == "undo":
        begun = engine.backend.undo_operation(operation)
        return tell_operation(common, bulk.drive(engine.backend, begun))
    found = engine.backend.cancel_operation(operation)
    if common.json:
        output.document(operation_json(found))
    else:
        said = f": {found.said}" if found.said else ""
        output.line(f"Operation {found.id} is {found.state}{said}.")
    return 0


def _list(common: Common, operations: tuple[Operation, ...]) -> int:
    if common.json:
        output.json_lines(operation_json(one) for one in operations)
    elif operations:
        from pillarbox.cli.tables import operations_table

        output.table(operations_table(operations, datetime.now(UTC)))
    else:
        output.say("No operations yet.")
    return 0


def operation_json(operation: Operation) -> dict[str, Any]:
    """An operation as a JSON object."""
    from dataclasses import asdict

    return asdict(operation)
