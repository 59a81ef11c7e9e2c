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
    from pillarbox_engine.model import BulkResult
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


def act(
    common: Common, verb: Verb, words: Sequence[str], *, dry_run: bool = False, **options: Any
) -> int:
    """Do `verb` to what the query finds and tell what came of it; the exit code."""
    where = parse(words)
    with common.engine(read_only=dry_run) as engine:
        if dry_run:
            return tell_count(common, verb, bulk.count(engine.backend, verb, where))
        return run(common, engine, verb, where, what=" ".join(words), **options)


def run(
    common: Common, engine: Engine, verb: Verb, where: Filter, *, what: str, **options: Any
) -> int:
    """Do `verb` to what `where` finds in the open file; the exit code."""
    with interruptible() as stop, progress_bar(str(verb)) as progress:
        result = bulk.run(
            engine.backend,
            verb,
            where,
            what=what,
            progress=progress,
            cancelled=stop.is_set,
            **options,
        )
    _tell(common, verb, result, cut_short=stop.is_set())
    return FAILED if stop.is_set() else DONE


def tell_count(common: Common, verb: Verb, jobs: int) -> int:
    """Tell how many jobs a dry run found; the exit code."""
    if common.json:
        output.document({"verb": str(verb), "dry_run": True, "jobs": jobs})
    else:
        output.line(f"{jobs:,} {_jobs(jobs)} would be {_PAST[str(verb)]}.")
    return DONE


_LEFT_ALONE = {"unique": "another job holds the unique key"}
"""What is said in place of the words that are no states."""


def _tell(common: Common, verb: Verb, result: BulkResult, *, cut_short: bool) -> None:
    if common.json:
        output.document(
            {
                "verb": str(verb),
                "changed": result.changed,
                "skipped": result.skipped,
                "operation": result.operation,
                "interrupted": cut_short,
            }
        )
        return
    output.line(f"{result.changed:,} {_jobs(result.changed)} {_PAST[str(verb)]}.")
    for why, jobs in sorted(result.skipped.items()):
        output.say(f"{jobs:,} {_jobs(jobs)} left alone: {_LEFT_ALONE.get(why, why)}.")
    if cut_short:
        output.say("Interrupted: the rest was left as it is. Run it again for the rest.")


def _jobs(number: int) -> str:
    return "job" if number == 1 else "jobs"
