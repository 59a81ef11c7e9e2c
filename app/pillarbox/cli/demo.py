"""`pillarbox demo`: the story of the sign-ups, in the window or in the terminal."""

from __future__ import annotations

import click

from pillarbox import locations
from pillarbox.cli import output
from pillarbox.cli.display import has_display
from pillarbox.cli.options import Common, common, examples

SECONDS = 60.0
GRACE = 10.0
SEED = 7


@click.command(
    name="demo",
    short_help="Watch a story of sign-ups run, live.",
    epilog=examples(
        "pillarbox demo",
        "pillarbox demo --headless --seconds 20",
        "pillarbox demo --headless --seconds 60 --seed 7 --json | jq .ledger",
        "pillarbox demo --file /tmp/story.pillarbox",
    ),
)
@click.option("--headless", is_flag=True, help="In the terminal, even where there is a display.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.5, max=86_400),
    metavar="S",
    help=f"How long sign-ups arrive [default: {SECONDS:g}, in the window for ever].",
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0, max=86_400),
    metavar="S",
    default=GRACE,
    show_default=True,
    help="In the terminal: how long the queues may drain after that.",
)
@click.option(
    "--seed", metavar="N", type=int, default=SEED, show_default=True, help="Where chance begins."
)
@common
def command(common: Common, headless: bool, seconds: float | None, grace: float, seed: int) -> int:
    """Watch 500 sign-ups a minute arrive where 20 used to.

    Ten workers send welcome mails, set up billing, which times out now and then, and make
    checklists. Poison jobs end as dead letters, a queue fills up against its bound, another keeps
    to 50 starts a minute. All of it is real: the jobs are in a queue file, the demo's own or the
    one given by --file. Run it again, and it goes on with what is left there.

    Without a display, or with --headless or --json, it runs in the terminal and ends with a
    ledger: enqueued = done + dead + cancelled + waiting.
    """
    path = locations.demo_file(common.file)
    if not headless and not common.json:
        if has_display():
            from pillarbox.cli.window import open_demo

            return open_demo(path, seed=seed, seconds=seconds)
        output.say("There is no display to open a window on: the demo runs in the terminal.")
    from pillarbox.cli.headless import run_headless

    return run_headless(path, seed, seconds or SECONDS, grace, as_json=common.json)
