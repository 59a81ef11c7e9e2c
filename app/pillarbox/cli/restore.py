"""`pillarbox restore QUERY`: the window's button, for what a query finds."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, examples
from pillarbox.cli.selection import act, dry_run_option, query_argument
from pillarbox_engine.states import Verb


@click.command(
    name="restore",
    short_help="Take jobs back out of the trash.",
    epilog=examples(
        "pillarbox restore queue:mail",
        "pillarbox restore 'type:welcome age<1h'",
    ),
)
@query_argument(required=True)
@dry_run_option()
@common
def command(common: Common, query: tuple[str, ...], dry_run: bool) -> int:
    """Take the jobs that QUERY finds back out of the trash.

    Each returns to the state it was purged from.
    """
    return act(common, Verb.RESTORE, query, dry_run=dry_run)
