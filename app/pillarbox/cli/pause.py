"""`pillarbox pause`: the window's button, for one queue or several."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, complete_queue, examples


@click.command(
    name="pause",
    short_help="Stop claims from queues.",
    epilog=examples("pillarbox pause mail", "pillarbox pause mail sms --json"),
)
@click.argument(
    "queues", metavar="QUEUE...", nargs=-1, required=True, shell_complete=complete_queue
)
@common
def command(common: Common, queues: tuple[str, ...]) -> int:
    """Stop claims from QUEUE: its jobs wait; what is in flight finishes."""
    from pillarbox.cli.switches import throw

    told = "paused; jobs in flight finish"
    return throw(common, queues, "pause", told, lambda queue: queue.pause())
