"""Other queues, measured in the same run where they are installed."""

from __future__ import annotations

from importlib.util import find_spec

from pillarbox.bench.children import Child
from pillarbox.bench.room import Room

WORKERS = 4


def huey(room: Room) -> dict[str, float]:
    """Tasks a second huey drains; nothing where it is not installed."""
    if find_spec("huey") is None:
        return {}
    with Child("huey_drain", room.fresh("huey.db"), room.sizes.peer, WORKERS) as child:
        return {"huey": child.value("rate")}
