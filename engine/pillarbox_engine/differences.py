"""Where a program's defaults for a queue differ from the settings the store has.

Owns the comparison and its words. The store's settings are the truth for every process, and a
program's defaults count only when it creates the queue; what was asked for in vain is told.
"""

from __future__ import annotations

import json
from dataclasses import fields

from pillarbox_engine.settings import QueueSettings, settings_to_builtins


def notices(queue: str, wanted: QueueSettings, actual: QueueSettings) -> tuple[str, ...]:
    """A sentence for each setting that is not as the program wanted it."""
    mine, kept = settings_to_builtins(wanted), settings_to_builtins(actual)
    return tuple(
        f"Queue {queue}: {entry.name} is {_text(kept[entry.name])} in the store, "
        f"this program asked for {_text(mine[entry.name])}"
        for entry in fields(QueueSettings)
        if mine[entry.name] != kept[entry.name]
    )


def _text(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
