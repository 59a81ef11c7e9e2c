"""A progress bar on stderr, where a person looks at it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from pillarbox.cli.output import console, on_terminal

if TYPE_CHECKING:
    from rich.progress import ProgressColumn


class Progress(Protocol):
    """Told (done, in all); None: it is not known how many there are. `label`: what is done now."""

    def __call__(self, done: int, total: int | None, /, *, label: str = "") -> None: ...


@contextmanager
def progress_bar(label: str, *, counted: bool = True) -> Iterator[Progress]:
    """A function to tell (done, total); it draws a bar where stderr is a terminal.

    `counted`: what is done is shown as a number too, not only as a share.
    """
    if not on_terminal(sys.stderr):
        yield _unseen
        return
    from rich.progress import Progress as Bar
    from rich.progress import TimeRemainingColumn

    columns = (*_columns(counted), TimeRemainingColumn())
    with Bar(*columns, console=console(err=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        first = label

        def draw(done: int, total: int | None, /, *, label: str = "") -> None:
            bar.update(task, completed=done, total=total, description=label or first)

        yield draw


def _columns(counted: bool) -> tuple[ProgressColumn, ...]:
    from rich.progress import BarColumn, MofNCompleteColumn, TaskProgressColumn, TextColumn

    figure = MofNCompleteColumn() if counted else TaskProgressColumn()
    return (TextColumn("{task.description}", markup=False), BarColumn(), figure)


def _unseen(done: int, total: int | None, /, *, label: str = "") -> None:
    """Nobody is looking."""
