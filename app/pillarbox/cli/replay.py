"""`pillarbox replay [QUERY]`: dead letters back to work, as an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from pillarbox.cli import output
from pillarbox.cli.failures import DONE
from pillarbox.cli.options import Common, common, complete_queue, examples
from pillarbox.cli.selection import (
    dry_run_option,
    parse,
    plan_of,
    query_argument,
    run,
    tell_count,
)
from pillarbox_engine.states import Verb

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.intents import OperationPlan
    from pillarbox_engine.rehearsal import Rehearsal


@click.command(
    name="replay",
    short_help="Put dead letters back to work.",
    epilog=examples(
        "pillarbox replay",
        "pillarbox replay 'queue:mail error:\"timed out\"' --rate 10",
        "pillarbox replay queue:mail --canary 5 --stop-above 0.1 --detach",
        "pillarbox replay type:welcome --to mail-retry",
        'pillarbox replay \'age<1d\' --patch \'{"region": "eu", "old": null}\' --dry-run',
    ),
)
@query_argument(required=False)
@click.option("--to", metavar="QUEUE", shell_complete=complete_queue, help="Into another queue.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="R",
    help="At most R jobs a second [default: all at once].",
)
@click.option(
    "--canary",
    type=click.IntRange(min=1),
    metavar="N",
    help="N jobs first; the rest only when those have ended and not failed.",
)
@click.option(
    "--stop-above",
    type=click.FloatRange(min=0, max=1),
    metavar="X",
    help="Stop when more than the share X (0 to 1) fail again.",
)
@click.option(
    "--patch",
    metavar="JSON",
    help="Edit each payload by a JSON merge patch (RFC 7396); the old one stays in the history.",
)
@click.option("--keep-attempts", is_flag=True, help="Go on counting attempts where they were.")
@click.option("--detach", is_flag=True, help="Do not wait: workers and windows go on with it.")
@dry_run_option()
@common
def command(
    common: Common, query: tuple[str, ...], detach: bool, dry_run: bool, **options: Any
) -> int:
    """Put dead letters back to work, their attempts reset; with QUERY only those it finds.

    They keep their ids and their history, and count against the queue's bound. Which jobs these
    are is fixed at the start. Ctrl-C cancels the rest; a kill does not: the operation goes on
    when a worker or window has the file open.
    """
    from pillarbox_engine.operation import OperationOptions

    patch = options.pop("patch")
    plan = plan_of(Verb.REPLAY, parse(query), query, OperationOptions(**options, patch_json=patch))
    with common.engine(read_only=dry_run) as engine:
        return _rehearse(common, engine, plan) if dry_run else run(
            common, engine, plan, detach=detach
        )  # fmt: skip


def _rehearse(common: Common, engine: Engine, plan: OperationPlan) -> int:
    from pillarbox_engine.rehearsal import rehearse

    found = rehearse(engine.backend, plan)
    if plan.options.patch_json is None:
        return tell_count(common, Verb.REPLAY, found.count)
    if common.json:
        samples = [_sample(sample) for sample in found.samples]
        output.document(
            {"verb": "replay", "dry_run": True, "jobs": found.count, "samples": samples}
        )
        return DONE
    tell_count(common, Verb.REPLAY, found.count)
    _show(found)
    return DONE


def _sample(sample: Any) -> dict[str, Any]:
    import msgspec

    before, after = (msgspec.Raw(text.encode()) for text in (sample.before, sample.after))
    return {"id": sample.id, "before": before, "after": after, "refused": sample.refused}


def _show(found: Rehearsal) -> None:
    for sample in found.samples:
        output.line(f"{sample.id}  {output.one_line(sample.before, 200)}")
        after = f"left as it is: {sample.refused}" if sample.refused else sample.after
        output.line(f"{' ' * len(sample.id)}  → {output.one_line(after, 200)}")
