"""`pillarbox cancel QUERY`: the window's button, for what a query finds."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, examples
from pillarbox.cli.selection import act, dry_run_option, query_argument
from pillarbox_engine.states import Verb


@click.command(
    name="cancel",
    short_help="End jobs without running them.",
    epilog=examples(
        "pillarbox cancel 'queue:mail state:ready'",
        "pillarbox cancel 'queue:mail payload.campaign:spring' --dry-run",
    ),
)
@query_argument(required=True)
@dry_run_option()
@common
def command(common: Common, query: tuple[str, ...], dry_run: bool) -> int:
    """End the jobs that QUERY finds without running them.

    A job in flight is taken from its worker, which is told. Requeue takes a cancelled job back.
    """
    return act(common, Verb.CANCEL, query, dry_run=dry_run)
