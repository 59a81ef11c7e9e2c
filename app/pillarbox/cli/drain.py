"""`pillarbox drain`: the window's button, for one queue or several."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, complete_queue, examples


@click.command(
    name="drain",
    short_help="Finish what is in flight and claim no more.",
    epilog=examples("pillarbox drain mail", "pillarbox drain mail sms --json"),
)
@click.argument(
    "queues", metavar="QUEUE...", nargs=-1, required=True, shell_complete=complete_queue
)
@common
def command(common: Common, queues: tuple[str, ...]) -> int:
    """Finish what is in flight in QUEUE and claim no more, until it is resumed."""
    from pillarbox.cli.switches import throw

    told = "draining; what is in flight finishes, no more is claimed until it is resumed"
    return throw(common, queues, "drain", told, lambda queue: queue.drain())
