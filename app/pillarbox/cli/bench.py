"""`pillarbox bench`: how fast the queue is on this machine, beside bare SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from pillarbox.cli import output
from pillarbox.cli.options import Common, common, examples
from pillarbox_engine.errors import FileUnusable

if TYPE_CHECKING:
    from pillarbox.bench.rounds import Measured


@click.command(
    name="bench",
    epilog=examples("pillarbox bench", "pillarbox bench --full", "pillarbox bench --json"),
)
@click.option("--full", is_flag=True, help="Also what takes minutes: large files, the window.")
@click.option("--only", metavar="WORD", help="Only what has WORD in its name.")
@common
def command(common: Common, full: bool, only: str | None) -> int:
    """Measure how fast jobs are stored and run on this machine.

    Bare SQLite loops and Pillarbox take turns, three times over, with full durability; the table
    gives medians, spread, and how they stand to their goals. It takes about a minute, with --full
    up to ten. Works in a folder of its own beside your queue file (or --file), on the same disk,
    and leaves nothing behind; the queue file itself is not touched.
    """
    from pillarbox.bench import probes, room, rounds

    sizes = room.FULL if full else room.QUICK
    with _scratch(common) as folder:
        place = room.Room(folder, sizes, output.say)
        measured = rounds.run(probes.chosen(full=full, only=only), place)
        _show(common, measured, folder, full=full, only=only)
    return 0


@contextmanager
def _scratch(common: Common) -> Iterator[Path]:
    beside = Path(common.path).absolute().parent
    try:
        folder = TemporaryDirectory(prefix="pillarbox-bench-", dir=beside)
    except OSError as error:
        raise FileUnusable(
            f"Cannot work in {beside}",
            error.strerror or str(error),
            "Name a file in a folder that can be written, with --file",
        ) from error
    with folder as path:
        yield Path(path)


def _show(
    common: Common, measured: Measured, folder: Path, *, full: bool, only: str | None
) -> None:
    from pillarbox.bench import report, table

    document = report.document(measured, folder, full=full)
    if common.json:
        output.document(document)
        return
    lines = report.lines(measured, full=full)
    shown = [line for line in lines if line.figure is not None] if only else lines
    output.line(table.headline(document, measured.series("fsync-p50")))
    output.line()
    output.table(table.goals_table(shown))
    output.line()
    output.table(table.rates_table(measured))
