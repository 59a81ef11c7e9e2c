"""`pillarbox demo`: the story of the sign-ups, in the window or in the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from pillarbox import locations
from pillarbox.cli import output
from pillarbox.cli.display import has_display
from pillarbox.cli.failures import DONE, FAILED
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.journal import quiet
from pillarbox.cli.options import Common, common, examples

if TYPE_CHECKING:
    from pillarbox.demo.running import Demo

SECONDS = 60.0
SEED = 7


@click.command(
    name="demo",
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
@click.option("--seed", type=int, default=SEED, show_default=True, help="Where chance begins.")
@common
def command(common: Common, headless: bool, seconds: float | None, seed: int) -> int:
    """Watch 500 sign-ups a minute arrive where 20 used to.

    Ten workers send welcome mails, set up billing, which times out now and then, and make
    checklists. Poison jobs end as dead letters, a queue fills up against its bound, another keeps
    to 50 starts a minute. All of it is real: the jobs are in a queue file, the demo's own or the
    one given by --file. Run it again, and it goes on with what is left there.

    Without a display, or with --headless or --json, it runs in the terminal and ends with a
    ledger: enqueued = done + dead + cancelled + waiting.
    """
    path = locations.demo_file(common.file)
    if headless or common.json:
        return _terminal(path, seed, seconds or SECONDS, as_json=common.json)
    if has_display():
        from pillarbox.cli.window import open_demo

        return open_demo(path, seed=seed, seconds=seconds)
    output.say("There is no display to open a window on: the demo runs in the terminal.")
    return _terminal(path, seed, seconds or SECONDS, as_json=False)


def _terminal(path: str, seed: int, seconds: float, *, as_json: bool) -> int:
    from random import Random

    from pillarbox.demo.measures import Measures
    from pillarbox.demo.running import Demo, watching
    from pillarbox.root import open_engine

    measures, draw = Measures(), Random(seed).random
    with open_engine(path, kind="demo", random_source=draw, watch=watching(measures)) as engine:
        demo = Demo(engine, measures, seed=seed, seconds=seconds)
        if demo.producer.continues:
            output.say("Jobs of an earlier run are left: they are finished, no new ones arrive.")
        with quiet(), interruptible() as stop:
            report = _run(demo, stop, as_json=as_json)
    _tell(report, as_json=as_json)
    if stop.is_set():
        output.say("Interrupted. Everything is stored; run it again to go on.")
        return FAILED
    return DONE


def _run(demo: Demo, stop: Any, *, as_json: bool) -> dict[str, Any]:
    from pillarbox.demo.screen import PlainScreen, live_screen
    from pillarbox.demo.terminal import run_in_terminal

    if as_json or not output.on_terminal(sys.stdout):
        return run_in_terminal(demo, PlainScreen(output.say), stop)
    with live_screen(output.console()) as screen:
        return run_in_terminal(demo, screen, stop)


def _tell(report: dict[str, Any], *, as_json: bool) -> None:
    from pillarbox.demo.screen import ledger_lines

    if as_json:
        output.document(report)
        return
    for text in ledger_lines(report):
        output.line(text)
