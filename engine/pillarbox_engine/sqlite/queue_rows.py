"""Queues as rows: look-up by name, creation, settings and mode.

Owns the parsed form of a queue's settings, cached by their text, so obeying what another process
configured costs one row a transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from pillarbox_engine.names import check_queue_name
from pillarbox_engine.refusals import no_queue
from pillarbox_engine.settings import (
    QueueSettings,
    check,
    settings_from_builtins,
    settings_to_builtins,
)
from pillarbox_engine.sqlite.damage import of_settings
from pillarbox_engine.sqlite.transaction import Transaction


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A queue as its row tells it. `mode`: running, paused or draining."""

    id: int
    name: str
    settings: QueueSettings
    mode: str


@lru_cache(maxsize=256)
def parse_settings(text: str) -> QueueSettings:
    """Settings from their stored JSON; `DamagedFile` where it is not what was stored."""
    try:
        return settings_from_builtins(json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise of_settings(error) from error


def encode_settings(settings: QueueSettings) -> str:
    """Settings as stored JSON."""
    return json.dumps(settings_to_builtins(settings), separators=(",", ":"))


def find(transaction: Transaction, name: str) -> QueueRow | None:
    """The queue called `name`, or None."""
    known = transaction.memo.queues.get(name)
    if known is None:
        row = transaction.row("queue_by_name", (name,))
        if row is None:
            return None
        known = QueueRow(row[0], name, parse_settings(row[1]), row[2])
        transaction.memo.queues[name] = known
    return known


def need(transaction: Transaction, name: str) -> QueueRow:
    """The queue called `name`, or `NotFound`."""
    queue = find(transaction, name)
    if queue is None:
        raise no_queue(name)
    return queue


def find_or_add(
    transaction: Transaction, name: str, defaults: QueueSettings | None = None
) -> QueueRow:
    """The queue called `name`, made with `defaults` where there is none."""
    queue = find(transaction, name)
    if queue is not None:
        return queue
    check_queue_name(name)
    settings = defaults or QueueSettings()
    check(settings)
    row = transaction.row("add_queue", (name, encode_settings(settings), transaction.now))
    transaction.execute("add_counters", (row[0],))
    changed(transaction, name)
    return QueueRow(row[0], name, settings, "running")


def of_id(transaction: Transaction, number: int) -> QueueRow:
    """The queue with that row id."""
    return by_id(transaction)[number]


def by_id(transaction: Transaction) -> dict[int, QueueRow]:
    """Every queue, by its row id."""
    known = transaction.memo.by_id
    if known is None:
        rows = transaction.rows("all_queues")
        known = {row[0]: QueueRow(row[0], row[1], parse_settings(row[2]), row[3]) for row in rows}
        transaction.memo.by_id = known
    return known


def changed(transaction: Transaction, name: str) -> None:
    """A queue was made or set otherwise: read its row anew."""
    transaction.memo.queues.pop(name, None)
    transaction.memo.by_id = None
    transaction.touched.add(name)
