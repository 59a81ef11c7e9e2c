"""`pillarbox export [QUERY]`: jobs as a job file, which `enqueue` takes back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillarbox.cli import output
from pillarbox.cli.failures import DONE, FAILED, PARTLY
from pillarbox.cli.interrupting import interruptible
from pillarbox.cli.options import Common, common, examples
from pillarbox.cli.progress import progress_bar
from pillarbox.cli.selection import parse, query_argument
from pillarbox_engine.exporting.records import FORMS, TO_RUN, ExportOptions, Form, form_of

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.exporting import ExportResult
    from pillarbox_engine.filters import Filter

STANDARD_OUTPUT = "-"
_PARTS = 1_000


@click.command(
    name="export",
    short_help="Write jobs to a file or a pipe, as enqueue takes them.",
    epilog=examples(
        "pillarbox export queue:mail -o mail.jsonl.gz",
        "pillarbox export queue:a | pillarbox enqueue b -",
        "pillarbox export state:dead --format csv -o dead.csv",
        "pillarbox export --keep-queue -o all.jsonl",
    ),
)
@query_argument(required=False)
@click.option("--format", "form", type=click.Choice(FORMS), help="JSON Lines [default], or CSV.")
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(),
    help="Where to write; packed if it ends in .gz [default: standard output].",
)  # fmt: skip
@click.option("--keep-queue", is_flag=True, help="Let each job say its queue, to go back there.")
@click.option("--force", is_flag=True, help="Write over FILE.")
@common
def command(
    common: Common,
    query: tuple[str, ...],
    form: Form | None,
    target: str | None,
    keep_queue: bool,
    force: bool,
) -> int:
    """Write the jobs that QUERY finds, oldest first, as a job file: payloads and options.

    Where it names no state, those that are still to run: waiting, scheduled, ready, leased. The
    jobs stay where they are. What a job follows its queue's settings in is left out, and so are its
    history, its idempotency key, its parent and its children. No cell of CSV is a formula.

    FILE appears when it is whole, readable by you alone, and never takes another one's place
    unless --force says so. With --json, which needs -o, one document says what was written.
    """
    where = parse(query)
    to_stdout = target in (None, STANDARD_OUTPUT)
    if common.json and to_stdout:
        raise click.UsageError("--json needs -o FILE: standard output is for the jobs")
    held = not where.states
    if held:
        where = where.narrowed(states=TO_RUN)
    chosen = form or form_of("" if to_stdout else str(target))
    options = ExportOptions(form=chosen, keep_queue=keep_queue)
    with common.engine(read_only=True) as engine:
        result = _write(engine, where, options, None if to_stdout else str(target), force)
    if held and not result.jobs and not result.cancelled:
        output.say("Only jobs that are still to run were looked for: state:done finds others.")
    return _tell(common, result, str(target), to_stdout=to_stdout)


def _write(
    engine: Engine, where: Filter, options: ExportOptions, target: str | None, force: bool
) -> ExportResult:
    from pillarbox_engine import exporting

    with interruptible("Stopping.") as stop:
        if target is None:  # no bar: what reads the pipe may well draw one of its own
            return exporting.run(
                engine.backend, sys.stdout.buffer, where, options=options, cancelled=stop.is_set
            )
        with progress_bar("export", counted=False) as draw:
            return exporting.to_file(
                engine.backend,
                Path(target),
                where,
                options=options,
                replace=force,
                progress=lambda now: draw(round(now.share * _PARTS), _PARTS),
                cancelled=stop.is_set,
            )


def _tell(common: Common, result: ExportResult, target: str, *, to_stdout: bool) -> int:
    jobs = f"{result.jobs:,} {'job' if result.jobs == 1 else 'jobs'}"
    if result.damaged:
        output.say(f"Left out, for their payloads are damaged: {_some(result.damaged)}.")
    if common.json:
        output.document(
            {"file": target, "jobs": result.jobs, "bytes": result.size,
             "damaged": list(result.damaged), "interrupted": result.cancelled}
        )  # fmt: skip
    elif result.cancelled:
        output.say("Interrupted." if to_stdout else f"Interrupted: {target} was not written.")
    elif to_stdout:
        output.say(f"{jobs} exported.")
    else:
        output.line(f"{jobs} exported to {target}.")
    if result.cancelled:
        return FAILED
    return PARTLY if result.damaged else DONE


def _some(ids: tuple[str, ...], shown: int = 20) -> str:
    more = f" and {len(ids) - shown:,} more" if len(ids) > shown else ""
    return f"jobs {', '.join(ids[:shown])}{more}"
