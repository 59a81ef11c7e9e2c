"""`pillarbox check`: is the file whole, and is any promise broken."""

from __future__ import annotations

import click

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED
from pillarbox.cli.options import Common, common, examples


@click.command(
    name="check",
    short_help="Say whether a queue file is whole.",
    epilog=examples("pillarbox check", "pillarbox check shop.pillarbox --json")
    + "\n\n\b\nExit codes:\n  0 whole   1 something is broken   4 the file cannot be used",
)
@click.argument("queue_file", metavar="[FILE]", required=False)
@click.option(
    "--accept-copy",
    is_flag=True,
    help="Take a file that has lost commits, such as a restored copy, for the truth from now on.",
)
@common
def command(common: Common, queue_file: str | None, accept_copy: bool) -> int:
    """Read all of FILE (or your own queue file) and say whether it is whole.

    Checks the database itself, the chain of commits, the head kept beside the file, the counters
    against the jobs, and each payload's checksum. Changes nothing (but for --accept-copy); others
    may work meanwhile.
    """
    chosen = Common(queue_file or common.file, common.json)
    with chosen.engine(read_only=not accept_copy, accept_copy=accept_copy) as engine:
        label = engine.backend.file_info().label
        problems, remarks = engine.backend.check(), engine.backend.remarks()
    if common.json:
        output.document({"file": label, "whole": not problems, "problems": list(problems),
                         "remarks": list(remarks)})  # fmt: skip
    else:
        _tell(label, problems)
        for remark in remarks:
            output.say(remark)
    return FAILED if problems else DONE


def _tell(label: str, problems: tuple[str, ...]) -> None:
    if not problems:
        output.line(f"{label} is whole.")
        return
    output.line(f"{label} is broken:")
    for problem in problems:
        output.line(f"  {problem}")
    output.say("Keep a copy of the file and of the folder beside it before anything else.")
