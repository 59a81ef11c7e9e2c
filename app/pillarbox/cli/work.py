"""`pillarbox work QUEUE… --handlers FILE`: workers without a window."""

from __future__ import annotations

import click

from pillarbox.cli.options import Common, common, complete_queue, examples

CONCURRENCY = 4


@click.command(
    name="work",
    short_help="Run jobs with the handlers of a file, no window needed.",
    epilog=examples(
        "pillarbox work mail --handlers handlers.toml",
        "pillarbox work mail sms --handlers handlers.toml --concurrency 16",
        "pillarbox work --handlers handlers.toml --until-idle",
    )
    + '\n\n\b\nA handlers file binds job types to what runs; "*" is any other type:\n'
    "  [handlers.welcome]\n"
    '  python = "shop.jobs:welcome"     # a module beside the file, or installed\n'
    "  timeout = 30                     # seconds\n"
    "  [handlers.thumbnail]\n"
    '  command = ["convert", "-", "out/{id}.png"]     # no shell; the payload on stdin\n'
    "  [handlers.charge]\n"
    '  http = { url = "https://billing.example/charge" }\n'
    "  [queues.mail]\n"
    "  concurrency = 10\n"
    "  [events.dead]                    # told of dead letters; alarm: of alarms\n"
    '  command = ["notify-send", "Dead letters"]',
)
@click.argument("queues", metavar="[QUEUE]...", nargs=-1, shell_complete=complete_queue)
@click.option(
    "--handlers",
    metavar="FILE",
    type=click.Path(),
    required=True,
    help="The TOML file that says what runs for which type of job.",
)
@click.option(
    "--concurrency",
    metavar="N",
    type=click.IntRange(1, 1_000),
    default=CONCURRENCY,
    show_default=True,
    help="Threads for the queues that the handlers file does not name.",
)
@click.option("--until-idle", is_flag=True, help="Stop when nothing is ready or in flight.")
@common
def command(
    common: Common, queues: tuple[str, ...], handlers: str, concurrency: int, until_idle: bool
) -> int:
    """Run the jobs of the QUEUEs, or of all queues in the file, until told to stop.

    Ctrl-C or SIGTERM drains: no more is claimed, what runs is finished. A second one stops at
    once: what runs is given back and costs no attempt. A process that dies loses nothing either;
    its jobs run again elsewhere.

    Only the handlers file says what runs, never a job or a queue file. With --json, writes a line
    as it begins to serve and a line at the end.
    """
    from pillarbox.cli.serving import serve

    return serve(common, queues, handlers, concurrency, until_idle=until_idle)
