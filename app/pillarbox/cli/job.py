"""`pillarbox job ID`: one job whole, with its history."""

from __future__ import annotations

import click

from pillarbox.cli import output
from pillarbox.cli.options import Common, common, examples


@click.command(
    name="job",
    short_help="Show one job whole, with its attempts.",
    epilog=examples("pillarbox job 42", "pillarbox job 42 --json | jq .payload"),
)
@click.argument("job_id", metavar="ID")
@common
def command(common: Common, job_id: str) -> int:
    """Show one job: why it is not running, its payload, options, attempts, error and log.

    A flow's parent and children are listed as well.
    """
    from pillarbox.cli.tables import flow_json, job_json
    from pillarbox.cli.telling import job_lines

    with common.engine(read_only=True) as engine:
        job, flow, said = engine.job(job_id), engine.flow(job_id), engine.why(job_id)
    if common.json:
        output.document(job_json(job) | flow_json(flow) | {"why": said})
    else:
        for text in job_lines(job, flow, said):
            output.line(text)
    return 0
