"""`pillarbox backup FILE OUT`: a consistent copy of a queue file while others work."""

from __future__ import annotations

import click

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED, PARTLY
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.options import Common, common, examples
from pillarbox.cli.progress import progress_bar
from pillarbox_engine.backups import Backup

_PARTS = 1_000


@click.command(
    name="backup",
    short_help="Copy a queue file, consistent while others work.",
    epilog=examples(
        "pillarbox backup shop.pillarbox /backups/shop-monday.pillarbox",
        "pillarbox backup copy.pillarbox          of your own queue file",
    ),
)
@click.argument("places", metavar="[FILE] OUT", nargs=-1, required=True, type=click.Path())
@common
def command(common: Common, places: tuple[str, ...]) -> int:
    """Copy FILE (or your own queue file) to the new file OUT, as it is at one moment.

    Producers and workers go on meanwhile. Payloads kept beside the file come along in OUT.d. OUT is
    a queue file of its own, readable by you alone: open it, or put it in FILE's place. What workers
    have in flight in FILE is ready in OUT. Nothing that is there already is written over.
    """
    if len(places) > 2:
        raise click.UsageError("give the queue file and the new one: pillarbox backup FILE OUT")
    chosen = Common(places[0] if len(places) == 2 else common.file, common.json)
    with (
        chosen.engine(read_only=True) as engine,
        interruptible("Stopping.") as stop,
        progress_bar("backup", counted=False) as draw,
    ):
        made = engine.backup(
            places[-1], tell=lambda share: draw(round(share * _PARTS), _PARTS), stop=stop.is_set
        )
    return _tell(common, made)


def _tell(common: Common, made: Backup) -> int:
    if made.missing:
        output.say(f"{made.missing:,} payloads beside the file are gone, and so not in the copy.")
    if common.json:
        output.document(
            {"file": made.label, "bytes": made.size, "payloads": made.payloads,
             "missing": made.missing, "interrupted": made.cancelled}
        )  # fmt: skip
    elif made.cancelled:
        output.say(f"Interrupted: {made.label} was not made.")
    else:
        output.line(f"{made.label} is a copy, {made.size:,} bytes.")
    if made.cancelled:
        return FAILED
    return PARTLY if made.missing else DONE
