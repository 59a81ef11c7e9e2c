"""`pillarbox resume`: the window's button, for one queue or several."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, complete_queue, examples


@click.command(
    name="resume",
    short_help="Let queues run again.",
    epilog=examples("pillarbox resume mail", "pillarbox resume mail sms --json"),
)
@click.argument(
    "queues", metavar="QUEUE...", nargs=-1, required=True, shell_complete=complete_queue
)
@common
def command(common: Common, queues: tuple[str, ...]) -> int:
    """Let QUEUE run again after a pause or a drain."""
    from pillarbox.cli.switches import throw

    told = "running"
    return throw(common, queues, "resume", told, lambda queue: queue.resume())
