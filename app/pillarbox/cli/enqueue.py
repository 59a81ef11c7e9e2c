"""`pillarbox enqueue QUEUE [SOURCE…]`: job files, a pipe, or a single job."""

from __future__ import annotations

import click

from pillarbox.cli import output
from pillarbox.cli.failures import DONE
from pillarbox.cli.options import Common, common, complete_queue, examples
from pillarbox_engine import payload
from pillarbox_engine.importing import ImportOptions
from pillarbox_engine.importing.records import FORMATS, Format


@click.command(
    name="enqueue",
    short_help="Put jobs in, from files, a pipe or the command line.",
    epilog=examples(
        "pillarbox enqueue mail jobs.jsonl more.json.gz people.csv",
        "pillarbox enqueue mail jobs.jsonl --dry-run",
        "pillarbox enqueue mail jobs.jsonl --rejected bad.jsonl",
        'pillarbox enqueue mail --payload \'{"to": "ada@mail.example"}\' --type welcome',
        "make-jobs | pillarbox enqueue mail - --import-id 2026-01-31",
    ),
)
@click.argument("queue", metavar="QUEUE", shell_complete=complete_queue)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=click.Path())
@click.option("--type", "type", metavar="T", default="default", show_default=True, help="Job type.")
@click.option("--priority", metavar="N", type=int, help="0 to 1000, the lower the sooner.")
@click.option("--delay", metavar="S", type=float, help="Seconds before they may run.")
@click.option("--group", metavar="G", help="Run them one at a time, in order, in this group.")
@click.option("--payload", "text", metavar="JSON", help="Enqueue one job with this payload.")
@click.option("--key", metavar="K", help="Its idempotency key: a second time adds nothing.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Where the name does not tell.")
@click.option("--bare", is_flag=True, help="Take each value as a payload, whatever it looks like.")
@click.option("--import-id", metavar="ID", help="Names the import in place of the file's digest.")
@click.option("--again", is_flag=True, help="Import again what was imported before.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken; store nothing.")
@click.option("--rejected", metavar="FILE", type=click.Path(), help="Save what is rejected here.")
@common
def command(
    common: Common,
    queue: str,
    sources: tuple[str, ...],
    type: str,
    priority: int | None,
    delay: float | None,
    group: str | None,
    text: str | None,
    key: str | None,
    form: Format | None,
    bare: bool,
    import_id: str | None,
    again: bool,
    dry_run: bool,
    rejected: str | None,
) -> int:
    """Put jobs into QUEUE: from job files, from standard input (-), or one by --payload.

    A job file is JSON (an object or an array), JSON Lines or CSV, in UTF-8, packed by gzip or not.
    An object with a `payload` key is an envelope, whose other keys are options: type, queue,
    priority, delay, run_at, unique_key, idempotency_key, group, max_attempts, backoff, retry_for,
    timeout, expires_at. Anything else is the payload itself. BullMQ's {name, data, opts} is taken
    too. Of a CSV file each column is a field of the payload, unless some are called `payload` or
    `payload.FIELD`: then the others are options.

    Good lines go in, bad ones are named with their line and the place inside it. Importing the
    same file a second time adds nothing, so an import that was cut short can simply be repeated.
    """
    options = ImportOptions(
        queue=queue,
        type=type,
        priority=priority,
        delay=delay,
        group=group,
        bare=bare,
        again=again,
        import_id=import_id,
        format=form,
    )
    if text is not None:
        _demand(not sources, "give job files or --payload, not both")
        _demand(not dry_run and rejected is None, "--dry-run and --rejected are for job files")
        return _enqueue_one(common, options, text, key)
    _demand(bool(sources), "give job files, - for standard input, or --payload JSON")
    _demand(key is None, "--key is for --payload; --import-id names the import of a job file")
    from pillarbox.cli.intake import survey, take_in

    if dry_run:
        return survey(common, options, sources, rejected)
    return take_in(common, options, sources, rejected)


def _demand(kept: bool, usage: str) -> None:
    if not kept:
        raise click.UsageError(usage, click.get_current_context())


def _enqueue_one(common: Common, options: ImportOptions, text: str, key: str | None) -> int:
    value = payload.parse(text)
    with common.engine() as engine:
        answer = engine.queue(options.queue).enqueue(
            value,
            type=options.type,
            priority=options.priority,
            delay=options.delay,
            group=options.group,
            idempotency_key=key,
        )
    if common.json:
        output.document({"queue": options.queue, "id": answer.id, "conflict": answer.conflict})
    elif answer.conflict:
        output.line(f"{answer.id} was there already: nothing was added.")
    else:
        output.line(f"{answer.id} is in {options.queue}.")
    return DONE
