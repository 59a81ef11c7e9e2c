"""Whether a job is among those a filter means.

Owns `matches`: `filters.Filter` read word for word, with no index to help.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pillarbox_engine import comparing
from pillarbox_engine.comparing import COMPARE, TIMES, Bound, moment
from pillarbox_engine.filters import Filter, folded
from pillarbox_engine.memory.rows import Row
from pillarbox_engine.memory.scheduling import fire_of
from pillarbox_engine.memory.store import Store
from pillarbox_engine.model import JsonValue
from pillarbox_engine.states import State

_MISSING = object()


def matches(store: Store, row: Row, where: Filter) -> bool:
    """Whether all parts of `where` hold for the job, now."""
    now = store.now
    return (
        _is_listed(row, where)
        and _is_related(store, row, where)
        and (row.retrying or not where.retrying)
        and _has_error(row, where)
        and all(_has_text(row, folded(word)) for word in where.text)
        and _has_age(row, where, now)
        and _has_payload(row, where)
        and all(_keeps(row, bound, now) for bound in where.bounds)
        and not any(matches(store, row, one) for one in where.without)
        and all(any(matches(store, row, one) for one in group) for group in where.either)
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


def _is_related(store: Store, row: Row, where: Filter) -> bool:
    if where.groups and row.group not in where.groups:
        return False
    if where.parents and str(row.parent) not in where.parents:
        return False
    if where.workers and not _within(folded(row.worker or ""), map(folded, where.workers)):
        return False
    if not where.schedules:
        return True
    fired = fire_of(store, row.job_id)
    return fired is not None and fired[0] in where.schedules


def _within(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


def _has_error(row: Row, where: Filter) -> bool:
    error = row.error
    if where.fingerprint is not None:
        known = "" if error is None else error.fingerprint
        if known != where.fingerprint:
            return False
    if where.error is None:
        return True
    told = ("", "") if error is None else (folded(error.type), folded(error.message))
    return any(folded(where.error) in text for text in told)


def _has_text(row: Row, word: str) -> bool:
    return row.job_id == word or any(word in folded(part) for part in (row.type, row.payload))


def _has_age(row: Row, where: Filter, now: int) -> bool:
    age = (now - row.enqueued_us) / 1e6
    return (where.older_than is None or age >= where.older_than) and (
        where.younger_than is None or age <= where.younger_than
    )


def _keeps(row: Row, bound: Bound, now: int) -> bool:
    """Whether a comparison holds; a job without such a value keeps none."""
    if bound.path is not None:
        return comparing.holds(bound, _at(json.loads(row.payload), bound.path))
    if bound.key in TIMES:
        op, at = moment(bound, now)
        value = _moment_of(row, bound.key)
        return value is not None and COMPARE[op](value, at)
    numbers = {
        "priority": row.priority, "attempt": row.attempt, "lost": row.lost,
        "size": row.payload_bytes, "progress": row.progress,
    }  # fmt: skip
    return comparing.holds(bound, numbers[bound.key])


def _moment_of(row: Row, key: str) -> int | None:
    if key == "due":
        return row.run_us if row.state is State.SCHEDULED else None
    return {"enqueued": row.enqueued_us, "started": row.started_us, "ended": row.ended_us}[key]


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
