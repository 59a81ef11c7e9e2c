"""`pillarbox requeue QUERY`: the window's button, for what a query finds."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, examples
from pillarbox.cli.selection import act, dry_run_option, query_argument
from pillarbox_engine.states import Verb


@click.command(
    name="requeue",
    short_help="Make jobs ready now.",
    epilog=examples(
        "pillarbox requeue 'queue:mail is:retrying'",
        "pillarbox requeue state:cancelled --dry-run",
    ),
)
@query_argument(required=True)
@dry_run_option()
@common
def command(common: Common, query: tuple[str, ...], dry_run: bool) -> int:
    """Make the jobs that QUERY finds ready now.

    A scheduled job runs at once; a dead, done or cancelled one starts over with its
    attempts reset. A job in flight is left alone.
    """
    return act(common, Verb.REQUEUE, query, dry_run=dry_run)
