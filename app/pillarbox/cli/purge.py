"""`pillarbox purge QUERY`: to the trash, with a question first where it is many."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pillarbox.cli import output
from pillarbox.cli.failures import FAILED
from pillarbox.cli.options import Common, common, examples
from pillarbox.cli.selection import (
    dry_run_option,
    parse,
    plan_of,
    query_argument,
    run,
    tell_count,
)
from pillarbox_engine import bulk
from pillarbox_engine.states import Verb

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine

ASK_ABOVE = 1_000
"""Jobs that are purged without a question."""


@click.command(
    name="purge",
    short_help="Move jobs to the trash.",
    epilog=examples(
        "pillarbox purge 'state:done queue:mail'",
        "pillarbox purge 'state:dead age>30d' --dry-run",
        "pillarbox purge queue:mail --yes",
    ),
)
@query_argument(required=True)
@click.option("--yes", is_flag=True, help=f"Do not ask, even for more than {ASK_ABOVE:,} jobs.")
@dry_run_option()
@common
def command(common: Common, query: tuple[str, ...], yes: bool, dry_run: bool) -> int:
    """Move the jobs that QUERY finds to the trash.

    Jobs in flight are skipped. `pillarbox restore` takes the others back.
    """
    where, what = parse(query), " ".join(query)
    with common.engine(read_only=dry_run) as engine:
        jobs = bulk.count(engine.backend, Verb.PURGE, where)
        if dry_run:
            return tell_count(common, Verb.PURGE, jobs)
        if jobs > ASK_ABOVE and not (yes or _agreed(engine, jobs, what)):
            output.say("Nothing was purged.")
            return FAILED
        return run(common, engine, plan_of(Verb.PURGE, where, query))


def _agreed(engine: Engine, jobs: int, what: str) -> bool:
    label = engine.backend.file_info().label
    question = f"Move {jobs:,} jobs in {label} matching '{what}' to the trash?"
    if not output.on_terminal(sys.stdin):
        raise click.UsageError(f"{jobs:,} jobs match '{what}': say --yes to purge so many")
    return click.confirm(output.plain(question), err=True)
