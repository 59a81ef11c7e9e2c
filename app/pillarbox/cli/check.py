"""`pillarbox check`: is the file whole, and is any promise broken."""

from __future__ import annotations

import click

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED, PARTLY
from pillarbox.cli.options import Common, common, examples


@click.command(
    name="check",
    short_help="Say whether a queue file is whole; take out what can be read.",
    epilog=examples(
        "pillarbox check",
        "pillarbox check shop.pillarbox --json",
        "pillarbox check shop.pillarbox --salvage saved.jsonl",
    )
    + "\n\n\b\nExit codes:\n  0 whole   1 something is broken   4 the file cannot be used"
    + "\n  With --salvage: 0 all was read   3 not all   4 nothing in it is ours",
)
@click.argument("queue_file", metavar="[FILE]", required=False)
@click.option(
    "--accept-copy",
    is_flag=True,
    help="Take a file that has lost commits, such as a restored copy, for the truth from now on.",
)
@click.option(
    "--salvage",
    "out",
    metavar="OUT",
    type=click.Path(),
    help="Write the jobs that can be read to OUT, as job files; check nothing.",
)
@common
def command(common: Common, queue_file: str | None, accept_copy: bool, out: str | None) -> int:
    """Read all of FILE (or your own queue file) and say whether it is whole.

    Checks the database itself, its schema, the chain of commits, the head kept beside the file, the
    counters against the jobs, leases, groups, and each payload's checksum. Changes nothing (but for
    --accept-copy); others may work meanwhile, and a copy that is write-protected will do.

    With --salvage OUT, what can still be read of a damaged file is written as job files that
    `pillarbox enqueue` takes: OUT has the jobs that were still to be done, in their order.
    Files beside it, such as saved.dead.jsonl, have the others: waiting, done, dead, cancelled,
    trashed, damaged. Attempts begin anew. Nothing is ever overwritten, and FILE is only read.
    """
    chosen = Common(queue_file or common.file, common.json)
    if out is not None:
        if accept_copy:
            raise click.UsageError("--salvage and --accept-copy do not go together")
        return _salvage(chosen, out)
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


def _salvage(common: Common, out: str) -> int:
    from pillarbox.root import salvage

    told = salvage(common.path, out)
    if common.json:
        output.document({"file": told.label, "jobs": told.files, "faults": told.faults,
                         "more_faults": told.unsaid})  # fmt: skip
    else:
        for path, number in told.files.items():
            output.line(f"{number:,} {'job' if number == 1 else 'jobs'} in {path}")
        if not told.files:
            output.line(f"{told.label} has no jobs.")
        for fault in told.faults:
            output.say(fault)
        if told.unsaid:
            output.say(f"and {told.unsaid:,} more faults")
    return PARTLY if told.faults else DONE


def _tell(label: str, problems: tuple[str, ...]) -> None:
    if not problems:
        output.line(f"{label} is whole.")
        return
    output.line(f"{label} is broken:")
    for problem in problems:
        output.line(f"  {problem}")
    output.say("Keep a copy of the file and of the folder beside it before anything else.")
