"""`pillarbox replay [QUERY]`: dead letters back to work."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, complete_queue, examples
from pillarbox.cli.selection import act, dry_run_option, query_argument
from pillarbox_engine.states import Verb


@click.command(
    name="replay",
    short_help="Put dead letters back to work.",
    epilog=examples(
        "pillarbox replay",
        "pillarbox replay 'queue:mail error:\"timed out\"' --rate 10",
        "pillarbox replay type:welcome --to mail-retry",
        "pillarbox replay 'age<1d' --dry-run",
    ),
)
@query_argument(required=False)
@click.option("--to", metavar="QUEUE", shell_complete=complete_queue, help="Into another queue.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="R",
    help="At most R jobs a second [default: all at once].",
)
@dry_run_option()
@common
def command(
    common: Common, query: tuple[str, ...], to: str | None, rate: float | None, dry_run: bool
) -> int:
    """Put dead letters back to work, their attempts reset; with QUERY only those it finds.

    They keep their ids and their history, and count against the queue's bound.
    """
    return act(common, Verb.REPLAY, query, dry_run=dry_run, to=to, rate=rate)
