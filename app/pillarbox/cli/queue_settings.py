"""`pillarbox queue NAME`: a queue's settings, shown and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pillarbox.cli import output
from pillarbox.cli.options import Common, common, complete_queue, examples
from pillarbox_engine import names

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.settings import QueueSettings


@click.command(
    name="queue",
    short_help="Show or change a queue's settings.",
    epilog=examples(
        "pillarbox queue mail",
        "pillarbox queue mail --set max_attempts=3 --set rate_limit=50/60s",
        "pillarbox queue mail --set backoff=exponential:first=3,jitter=0.2 --set retry_for=1h",
        "pillarbox queue mail --set alarm_depth=10000 --set alarm_oldest=5m",
        'pillarbox queue mail --set \'retry_rules=[{"error": "KeyError", "then": "dead"}]\'',
    )
    + "\n\n\b\nValues:\n"
    "  30s 5m 1h 2d   lengths of time; a number alone is seconds\n"
    "  50/60s         a rate limit: starts in a length of time\n"
    "  exponential:first=3,factor=2,cap=1h,jitter=0.2   or fixed:seconds=10,\n"
    "                 linear:first=5,step=5, table:delays=1/10/60\n"
    "  none           no limit, no rules\n"
    "  JSON           for retry_rules",
)
@click.argument("name", metavar="NAME", shell_complete=complete_queue)
@click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a setting, for every process; can be given several times.",
)
@common
def command(common: Common, name: str, assignments: tuple[str, ...]) -> int:
    """Show the settings of queue NAME, in the form that --set takes them.

    With --set they are changed, all or none, at once and for every process that has the file open;
    a queue that is not there yet is made with them.
    """
    names.check_queue_name(name)
    if assignments:
        return _change(common, name, assignments)
    with common.engine(read_only=True) as engine:
        _demand(engine, name)
        _show(common, engine, name)
    return 0


def _demand(engine: Engine, name: str) -> None:
    from pillarbox.cli.switches import demand

    demand(engine, [name])


def _change(common: Common, name: str, assignments: tuple[str, ...]) -> int:
    from pillarbox_engine.settings import QueueSettings
    from pillarbox_engine.settings_text import changed

    changed(QueueSettings(), assignments)  # refused before the file is opened for writing
    with common.engine() as engine:
        before = engine.queue(name).settings
        after = changed(before, assignments)
        engine.backend.configure(name, after)
        if common.json:
            _show(common, engine, name)
        else:
            _tell(name, before, after)
    return 0


def _tell(name: str, before: QueueSettings, after: QueueSettings) -> None:
    from pillarbox_engine.settings_text import lines

    pairs = [
        (key, old, new) for (key, old), (_, new) in zip(lines(before), lines(after), strict=True)
    ]
    changes = [f"{name}: {key} {old} → {new}" for key, old, new in pairs if old != new]
    for text in changes or [f"{name}: nothing changed"]:
        output.say(text)


def _show(common: Common, engine: Engine, name: str) -> None:
    (queue,) = [one for one in engine.queues() if one.name == name]
    if common.json:
        output.document(_document(queue))
        return
    from pillarbox_engine.settings import QueueSettings
    from pillarbox_engine.settings_text import lines

    usual = dict(lines(QueueSettings()))
    state = "draining" if queue.draining else "paused" if queue.paused else "running"
    output.line(f"{name} · {state}")
    for key, value in lines(queue.settings):
        note = "" if value == usual[key] else f"   (default {usual[key]})"
        output.line(f"  {key:<18} {value}{note}")


def _document(queue: Any) -> dict[str, Any]:
    from pillarbox_engine.settings import settings_to_builtins

    return {
        "name": queue.name, "paused": queue.paused, "draining": queue.draining,
        "settings": settings_to_builtins(queue.settings),
    }  # fmt: skip
