"""`pillarbox stats`: a row per queue, once or live."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from pillarbox.cli import output
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.options import Common, common, examples

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine

EVERY = 1.0


@click.command(
    name="stats",
    short_help="Show a row per queue, once or live.",
    epilog=examples(
        "pillarbox stats",
        "pillarbox stats --watch",
        "pillarbox stats --json | jq '.queues[] | {name, ready: .counts.ready}'",
    ),
)
@click.option("--watch", is_flag=True, help="Show it again each second, until Ctrl-C.")
@common
def command(common: Common, watch: bool) -> int:
    """Show a row per queue: what is ready, running, retrying, done and dead; then open alarms.

    With --watch and --json, writes one JSON document a line, each second.
    """
    with common.engine(read_only=True) as engine:
        if watch:
            _watch(engine, as_json=common.json)
        elif common.json:
            output.document(snapshot(engine))
        else:
            _show(engine)
    return 0


def snapshot(engine: Engine) -> dict[str, Any]:
    """All queues and the ledger of the file, as one JSON object."""
    from pillarbox.cli.tables import queue_json

    return {
        "file": engine.backend.file_info().label,
        "as_of": datetime.now(UTC),
        "ledger": engine.counts().ledger(),
        "queues": [queue_json(queue) for queue in engine.queues()],
        "alarms": [alarm for alarm in engine.alarms() if alarm.is_open],
    }


def _show(engine: Engine) -> None:
    from pillarbox.cli.tables import queues_table

    queues = engine.queues()
    if queues:
        output.table(queues_table(queues, datetime.now(UTC)))
        for text in alarm_lines(engine):
            output.line(text)
    else:
        output.say(f"{engine.backend.file_info().label} has no queues yet.")


def alarm_lines(engine: Engine) -> list[str]:
    """A line for each alarm that is open."""
    from pillarbox.cli.tables import moment
    from pillarbox_engine.alarms import sentence

    return [
        f"ALARM  {output.one_line(sentence(alarm), 200)}, since {moment(alarm.raised_at)}"
        for alarm in engine.alarms()
        if alarm.is_open
    ]


def _watch(engine: Engine, *, as_json: bool) -> None:
    """Until Ctrl-C, which is how a person ends watching. It is heeded between two looks: raised
    wherever the program stands, it may come where nothing can be raised, and be lost."""
    with interruptible() as stop:
        if as_json:
            _watch_json(engine, stop)
        else:
            _watch_table(engine, stop)


def _watch_json(engine: Engine, stop: Event) -> None:
    while not stop.is_set():
        output.document(snapshot(engine))
        stop.wait(EVERY)


def _watch_table(engine: Engine, stop: Event) -> None:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from pillarbox.cli.tables import queues_table

    console = output.console()
    with Live(console=console, screen=False, auto_refresh=False) as live:
        while not stop.is_set():
            table = queues_table(engine.queues(), datetime.now(UTC))
            alarms = [Text(text) for text in alarm_lines(engine)]
            live.update(Group(table, *alarms), refresh=True)
            stop.wait(EVERY)
