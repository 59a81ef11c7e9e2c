"""Options and arguments that several commands share.

Owns `--file` and `--json`, which every command takes, and how a command opens the queue file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pillarbox import locations
from pillarbox.cli.output import say

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.protocols import Backend

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Common:
    """What every command is told: the queue file, if one was named, and the form of its output."""

    file: str | None
    json: bool

    @property
    def path(self) -> str:
        """The queue file to use."""
        return locations.queue_file(self.file)

    @contextmanager
    def engine(
        self,
        *,
        kind: str = "cli",
        read_only: bool = False,
        accept_copy: bool = False,
        watch: Callable[[Backend], Backend] | None = None,
    ) -> Iterator[Engine]:
        """The open queue file; closed again at the end, whatever happens."""
        from pillarbox.root import open_engine

        with open_engine(
            self.path, kind=kind, read_only=read_only, accept_copy=accept_copy, watch=watch
        ) as engine:
            for notice in engine.backend.file_info().notices:
                say(notice)
            yield engine


def common(command: F) -> F:
    """Give a command `--file` and `--json`; it gets them as `common`, a `Common`."""
    command = _json_option(command)
    return _file_option(command)


def _gather(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    found = context.params.get("common") or Common(_inherited(context), False)
    if parameter.name == "as_json":
        found = Common(found.file, bool(value))
    elif value is not None:
        found = Common(value, found.json)
    context.params["common"] = found


def _inherited(context: click.Context) -> str | None:
    """The `--file` given before the command's name."""
    parent = context.parent
    return parent.obj if parent is not None and isinstance(parent.obj, str) else None


_file_option = click.option(
    "--file",
    "file",
    metavar="PATH",
    type=click.Path(),
    callback=_gather,
    expose_value=False,
    help="The queue file [default: $PILLARBOX_FILE, else one in your data folder].",
)
_json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    callback=_gather,
    expose_value=False,
    help="Write JSON on stdout and nothing else.",
)


def examples(*shown: str) -> str:
    """An epilog for a command's help: its examples, one a line."""
    return "\b\nExamples:\n" + "\n".join(f"  {example}" for example in shown)


def complete_queue(context: click.Context, parameter: click.Parameter, start: str) -> list[str]:
    """Names of queues in the file that begin with `start`, for the shell to offer."""
    from pillarbox.root import open_engine
    from pillarbox_engine.errors import PillarboxError

    found = context.params.get("common") or Common(_inherited(context), False)
    try:
        with open_engine(found.path, kind="cli", read_only=True) as engine:
            names = [queue.name for queue in engine.queues()]
    except PillarboxError:
        return []  # a file that cannot be opened has nothing to offer; the command will say why
    return [name for name in names if name.startswith(start)]
