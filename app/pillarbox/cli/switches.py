"""What `pause`, `resume` and `drain` share: a switch thrown for each queue that was named.

Owns that all the queues are looked up first, so a mistyped name changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pillarbox.cli import output
from pillarbox.cli.options import Common
from pillarbox_engine.errors import NotFound

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine
    from pillarbox_engine.queues import Queue


def throw(
    common: Common, names: Sequence[str], verb: str, told: str, act: Callable[[Queue], None]
) -> int:
    """Do `act` to each queue of `names` and say what it did; the exit code."""
    with common.engine() as engine:
        demand(engine, names)
        for name in names:
            act(engine.queue(name))
    if common.json:
        output.document({"verb": verb, "queues": list(names)})
    else:
        for name in names:
            output.say(f"{name}: {told}")
    return 0


def demand(engine: Engine, names: Sequence[str]) -> None:
    """`NotFound` names the first of `names` that is not a queue in the file."""
    known = [queue.name for queue in engine.queues()]
    for name in names:
        if name not in known:
            raise NotFound(
                f"There is no queue called {output.one_line(name, 60)!r}",
                f"{engine.backend.file_info().label} has {', '.join(known) or 'no queues'}",
                "Choose one of them",
            )
