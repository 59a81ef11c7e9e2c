"""`pillarbox jobs`: the jobs a query finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pillarbox.cli import output
from pillarbox.cli.options import Common, common, examples
from pillarbox.cli.selection import query_argument

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.filters import Filter
    from pillarbox_engine.model import JobSummary
    from pillarbox_engine.ordering import Order

PAGE = 500


@click.command(
    name="jobs",
    short_help="List the jobs that a query finds.",
    epilog=examples(
        "pillarbox jobs",
        "pillarbox jobs 'state:dead queue:mail'",
        "pillarbox jobs 'error:\"timed out\" age>1h' --limit 20",
        "pillarbox jobs 'state:done,dead ended<1h' --sort -duration",
        "pillarbox jobs state:dead --json | jq -r .id",
    ),
)
@query_argument(required=False)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="At most so many.",
)
@click.option("--sort", metavar="KEY", help="Sort by KEY; -KEY turns the order round.")
@common
def command(common: Common, query: tuple[str, ...], limit: int, sort: str | None) -> int:
    """List jobs, newest first; with QUERY only those it finds.

    KEY is id, queue, type, state, priority, attempt, due, started, ended, duration, lease,
    heartbeat, progress, worker, size, error or reason. With --json, writes JSON Lines: a job a
    line. docs/queries.md tells what a QUERY can say.
    """
    from pillarbox.cli.selection import parse
    from pillarbox_engine.ordering import parse_order

    where, order = parse(query), None if sort is None else parse_order(sort)
    with common.engine(read_only=True) as engine:
        if common.json:
            _write_lines(engine, where, limit, order)
        else:
            _show(engine, where, limit, order)
    return 0


def found(
    engine: Engine, where: Filter, limit: int, order: Order | None = None
) -> Iterator[JobSummary]:
    """At most `limit` jobs that match, page by page."""
    cursor: str | None = None
    while limit > 0:
        page = engine.backend.jobs(where, order=order, limit=min(limit, PAGE), cursor=cursor)
        yield from page.rows
        limit, cursor = limit - len(page.rows), page.cursor
        if cursor is None:
            return


def _write_lines(engine: Engine, where: Filter, limit: int, order: Order | None) -> None:
    from pillarbox.cli.tables import job_json

    output.json_lines(job_json(job) for job in found(engine, where, limit, order))


def _show(engine: Engine, where: Filter, limit: int, order: Order | None) -> None:
    from pillarbox.cli.tables import jobs_table

    jobs = list(found(engine, where, limit, order))
    if jobs:
        output.table(jobs_table(jobs, datetime.now(UTC)))
    total = len(jobs) if len(jobs) < limit else engine.backend.count(where)
    if total > len(jobs) or not jobs:
        output.say(f"{len(jobs):,} of {total:,} jobs shown." if jobs else "No job matches.")
