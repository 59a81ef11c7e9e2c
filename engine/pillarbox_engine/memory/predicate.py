"""Whether a job is among those a filter means.

Owns `matches`: `filters.Filter` read word for word, with no index to help.
"""

from __future__ import annotations

import json

from pillarbox_engine.filters import Filter
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.model import JsonValue

_MISSING = object()


def matches(row: Row, where: Filter, now: int) -> bool:
    """Whether all parts of `where` hold for the job at time `now` (microseconds)."""
    return (
        _is_listed(row, where)
        and (row.retrying or not where.retrying)
        and _has_error(row, where)
        and all(_has_text(row, word.lower()) for word in where.text)
        and _has_age(row, where, now)
        and _has_payload(row, where)
    )


def _is_listed(row: Row, where: Filter) -> bool:
    return (
        (not where.ids or row.job_id in where.ids)
        and (not where.states or row.state in where.states)
        and (not where.queues or row.queue in where.queues)
        and (not where.types or row.type in where.types)
        and (where.operation is None or row.operation == where.operation)
        and (where.unique is None or row.unique_key == where.unique)
    )


def _has_error(row: Row, where: Filter) -> bool:
    error = row.error
    if where.fingerprint is not None:
        known = "" if error is None else error.fingerprint
        if known != where.fingerprint:
            return False
    if not where.error:
        return True
    wanted = where.error.lower()
    return error is not None and (wanted in error.type.lower() or wanted in error.message.lower())


def _has_text(row: Row, word: str) -> bool:
    return any(word in part.lower() for part in (row.job_id, row.type, row.payload))


def _has_age(row: Row, where: Filter, now: int) -> bool:
    age = (now - row.enqueued_us) / 1e6
    return (where.older_than is None or age >= where.older_than) and (
        where.younger_than is None or age <= where.younger_than
    )


def _has_payload(row: Row, where: Filter) -> bool:
    if not where.payload:
        return True
    payload = json.loads(row.payload)
    return all(_same(_at(payload, path), value) for path, value in where.payload)


def _at(value: JsonValue, path: str) -> JsonValue:
    """What a dotted path leads to: keys of objects, places (from 0) in arrays."""
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _MISSING
    return value


def _same(left: JsonValue, right: JsonValue) -> bool:
    """Equality as JSON has it: `true` is not 1."""
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)
