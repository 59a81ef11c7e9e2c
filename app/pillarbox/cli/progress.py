"""A progress bar on stderr, where a person looks at it and it takes long enough to want one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pillarbox.cli.output import console, on_terminal

Progress = Callable[[int, int], None]
"""Told (done, in all)."""


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A function to tell (done, total); it draws a bar where stderr is a terminal."""
    if not on_terminal(sys.stderr):
        yield _unseen
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeRemainingColumn(), console=console(err=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _unseen(done: int, total: int) -> None:
    """Nobody is looking."""
