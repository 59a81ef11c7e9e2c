"""`pillarbox schedules`: what is planned, and the sub-commands that plan, stop and remove it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pillarbox.cli import output
from pillarbox.cli.options import Common, common, complete_queue, examples

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine

UPCOMING = 5


@click.group(
    name="schedules",
    invoke_without_command=True,
    short_help="List what is planned; add, pause, run, remove.",
    epilog=examples(
        "pillarbox schedules",
        "pillarbox schedules add nightly reports --cron '0 3 * * *' --zone Europe/Berlin",
        'pillarbox schedules add beat mail --every 60 --payload \'{"to": "ada"}\'',
        "pillarbox schedules run nightly",
        "pillarbox schedules pause nightly",
    ),
)
@common
@click.pass_context
def command(context: click.Context, common: Common) -> int:
    """List the schedules, with when each fires next; or act on them by a sub-command.

    A schedule enqueues its job at the times of a cron line, or each so many seconds. It is fired by
    whatever process has the queue file open: a window, or workers.
    """
    context.obj = common.file
    if context.invoked_subcommand is not None:
        return 0
    from pillarbox.cli.schedule_rows import schedule_json, schedules_table

    with common.engine(read_only=True) as engine:
        found = engine.schedules()
    if common.json:
        output.json_lines(schedule_json(one) for one in found)
    elif found:
        output.table(schedules_table(found, datetime.now(UTC)))
    else:
        output.say("Nothing is scheduled.")
    return 0


@command.command(name="add", short_help="Plan a job, or change a plan.")
@click.argument("name")
@click.argument("queue", shell_complete=complete_queue)
@click.option("--cron", metavar="LINE", help="Minute, hour, day of month, month, day of week.")
@click.option("--every", metavar="S", type=float, help="Seconds between runs.")
@click.option(
    "--zone", metavar="ZONE", default="UTC", show_default=True, help="Whose clock --cron goes by."
)
@click.option("--payload", metavar="JSON", default="null", help="The job's payload.")
@click.option("--type", "type", metavar="T", default="default", show_default=True, help="Job type.")
@click.option("--priority", metavar="N", type=int, help="0 to 1000, the lower the sooner.")
@click.option(
    "--overlap", metavar="P", default="skip", show_default=True,
    help="While a job of an earlier run is live: skip or allow.",
)  # fmt: skip
@click.option(
    "--missed", metavar="P", default="latest", show_default=True,
    help="Of runs that nobody was there to fire: none, latest or all.",
)  # fmt: skip
@click.option(
    "--missed-window", metavar="S", type=float, default=86_400.0, show_default=True,
    help="How many seconds back --missed all looks.",
)  # fmt: skip
@common
def add(
    common: Common,
    name: str,
    queue: str,
    cron: str | None,
    every: float | None,
    zone: str,
    payload: str,
    type: str,
    priority: int | None,
    overlap: str,
    missed: str,
    missed_window: float,
) -> int:
    """Plan a job of QUEUE under NAME. A plan of that name is changed; the same again does nothing.

    A time the clocks skip fires at the end of the gap, one that comes twice fires at the first;
    --every goes by elapsed time. Times missed are those at which no process was there for more
    than 15 seconds.
    """
    from pillarbox.cli.schedule_rows import schedule_json, upcoming
    from pillarbox_engine.payload import parse

    value = parse(payload)
    with common.engine() as engine:
        made = engine.queue(queue).schedule(
            name, value, cron=cron, every=every, zone=zone, type=type, priority=priority,
            overlap=overlap, missed=missed, missed_window=missed_window,
        )  # fmt: skip
    if common.json:
        output.document(schedule_json(made))
    else:
        output.line(f"{name} is planned; it fires")
        for moment in upcoming(made, UPCOMING):
            output.line(f"  {moment}")
    return 0


def _act(common: Common, verb: str, name: str, told: str, act: Callable[[Engine], None]) -> int:
    """Do `act` and say what it did; the exit code."""
    with common.engine() as engine:
        act(engine)
    if common.json:
        output.document({"verb": verb, "schedule": name})
    else:
        output.line(f"{output.one_line(name)} {told}.")
    return 0


@command.command(name="remove", short_help="Forget a plan; its jobs stay.")
@click.argument("name")
@common
def remove(common: Common, name: str) -> int:
    """Forget the plan NAME; the jobs it enqueued stay."""
    return _act(common, "remove", name, "is removed", lambda e: e.remove_schedule(name))


@command.command(name="pause", short_help="Stop a plan until it is resumed.")
@click.argument("name")
@common
def pause(common: Common, name: str) -> int:
    """Stop the plan NAME until it is resumed; what falls in between is not made up for."""
    return _act(common, "pause", name, "is paused", lambda e: e.pause_schedule(name))


@command.command(name="resume", short_help="Start a paused plan again.")
@click.argument("name")
@common
def resume(common: Common, name: str) -> int:
    """Start the plan NAME again, at its next time."""
    return _act(common, "resume", name, "goes on", lambda e: e.resume_schedule(name))


@command.command(name="run", short_help="Enqueue a plan's job now.")
@click.argument("name")
@common
def run(common: Common, name: str) -> int:
    """Enqueue the job of NAME now, besides its times and though it is paused."""
    with common.engine() as engine:
        answer = engine.run_schedule(name)
    if common.json:
        output.document({"schedule": name, "id": answer.id, "conflict": answer.conflict})
    elif answer.conflict:
        output.line(f"{answer.id} was there already: nothing was added.")
    else:
        output.line(f"{answer.id} is enqueued.")
    return 0
