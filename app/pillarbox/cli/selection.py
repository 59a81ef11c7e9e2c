"""Which jobs a command means: from the QUERY on the command line to a bulk verb over them.

Owns how a query is read from arguments, the progress bar and the interruption of a long verb, and
how its outcome is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.options import Common, F
from pillarbox.cli.progress import progress_bar
from pillarbox_engine import bulk

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.filters import Filter
    from pillarbox_engine.intents import OperationPlan
    from pillarbox_engine.model import Operation
    from pillarbox_engine.operation import OperationOptions
    from pillarbox_engine.states import Verb

_PAST = {
    "replay": "replayed",
    "requeue": "requeued",
    "cancel": "cancelled",
    "purge": "moved to the trash",
    "restore": "restored",
}


def query_argument(*, required: bool) -> Callable[[F], F]:
    """The QUERY argument: its words may be quoted together or given one by one."""
    name = "QUERY..." if required else "[QUERY]..."
    return click.argument("query", metavar=name, nargs=-1, required=required)


def dry_run_option() -> Callable[[F], F]:
    """`--dry-run`: count, change nothing."""
    return click.option("--dry-run", is_flag=True, help="Say how many jobs; change nothing.")


def parse(words: Sequence[str]) -> Filter:
    """The filter that the words of a query mean. Raises `QueryError`."""
    from pillarbox_engine.query import parse_query

    return parse_query(" ".join(words))


def act(common: Common, verb: Verb, words: Sequence[str], *, dry_run: bool = False) -> int:
    """Do `verb` to what the query finds and tell what came of it; the exit code."""
    where = parse(words)
    with common.engine(read_only=dry_run) as engine:
        if dry_run:
            return tell_count(common, verb, bulk.count(engine.backend, verb, where))
        return run(common, engine, plan_of(verb, where, words))


def plan_of(
    verb: Verb, where: Filter, words: Sequence[str], options: OperationOptions | None = None
) -> OperationPlan:
    """The operation a command asks for."""
    from pillarbox_engine.intents import OperationPlan
    from pillarbox_engine.operation import PLAIN

    return OperationPlan(verb=verb, where=where, what=" ".join(words), options=options or PLAIN)


def run(common: Common, engine: Engine, plan: OperationPlan, *, detach: bool = False) -> int:
    """Do what is planned in the open file, to its end unless `detach`; the exit code."""
    if detach:
        return tell_operation(common, engine.backend.start_operation(plan))
    with interruptible() as stop, progress_bar(str(plan.verb)) as progress:
        begun = engine.backend.start_operation(plan)
        ended = bulk.drive(
            engine.backend, begun, progress=progress, cancelled=stop.is_set, wait=stop.wait
        )
    return tell_operation(common, ended)


def tell_count(common: Common, verb: Verb, jobs: int) -> int:
    """Tell how many jobs a dry run found; the exit code."""
    if common.json:
        output.document({"verb": str(verb), "dry_run": True, "jobs": jobs})
    else:
        output.line(f"{jobs:,} {_jobs(jobs)} would be {_PAST[str(verb)]}.")
    return DONE


_LEFT_ALONE = {"unique": "another job holds the unique key"}
"""What is said in place of the words that are no states."""


def tell_operation(common: Common, operation: Operation) -> int:
    """Tell what an operation did, or that it is at work; the exit code."""
    from pillarbox_engine.operation import OperationState

    cut_short = operation.state is OperationState.CANCELLED
    if common.json:
        output.document(_document(operation, cut_short))
    else:
        _say(operation)
    if cut_short and not common.json:
        output.say("Interrupted: the rest was left as it is. Run it again for the rest.")
    return FAILED if cut_short or operation.state is OperationState.STOPPED else DONE


def _document(operation: Operation, cut_short: bool) -> dict[str, Any]:
    return {
        "verb": operation.verb,
        "operation": operation.id or None,
        "state": operation.state,
        "total": operation.total,
        "done": operation.done,
        "changed": operation.changed,
        "skipped": operation.skips,
        "failed": operation.failed,
        "said": operation.said,
        "interrupted": cut_short,
    }


def _say(operation: Operation) -> None:
    changed = operation.changed
    output.line(f"{changed:,} {_jobs(changed)} {_PAST[operation.verb]}.")
    for why, jobs in sorted(operation.skips.items()):
        output.say(f"{jobs:,} {_jobs(jobs)} left alone: {_LEFT_ALONE.get(why, why)}.")
    if operation.said:
        output.say(f"Operation {operation.id} {operation.state}: {operation.said}.")
    if not operation.ended:
        output.say(
            f"Operation {operation.id} goes on, {operation.total:,} jobs in all, wherever a worker "
            "or window has this file open: see `pillarbox operations`."
        )


def _jobs(number: int) -> str:
    return "job" if number == 1 else "jobs"
