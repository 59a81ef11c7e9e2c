"""A filter as a query: `parse_query(to_text(where)) == where`.

Owns the writing: what has to be quoted, what escaped, and the shortest length of time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pillarbox_engine import payload
from pillarbox_engine.comparing import PAYLOAD, Bound
from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.filters import Filter
from pillarbox_engine.model import JsonValue
from pillarbox_engine.states import State

LISTS = {
    "queue": "queues", "type": "types", "id": "ids", "group": "groups", "schedule": "schedules",
    "parent": "parents", "worker": "workers",
}  # fmt: skip
"""Keys whose values are alternatives, and the part of a filter they are kept in."""

SINGLES = ("fingerprint", "error", "operation", "unique")
"""Keys with one value, each a part of a filter of its own."""

SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}

_NEGATED = re.compile(r'["\w]')
_BARE = re.compile(r'[^\s"\\:<>,\-][^\s"\\:<>,]*')


def to_text(where: Filter) -> str:
    """`where` as a query."""
    return " ".join(_terms(where))


def _terms(where: Filter) -> Iterator[str]:
    if where.states:
        yield "state:" + ",".join(state for state in State if state in where.states)
    if where.retrying:
        yield "is:retrying"
    for key, name in LISTS.items():
        values = getattr(where, name)
        if values:
            yield f"{key}:" + ",".join(map(written, values))
    for group in where.either:
        yield _group(group)
    yield from _values(where)
    for one in where.without:
        yield from map(_negated, _terms(replace(one, without=(), either=())))


def _negated(term: str) -> str:
    """`term` with a minus, which negates only what begins as a key or a word does, or a quote."""
    return f"-{term}" if _NEGATED.match(term) else f"-{_quoted(term)}"


def _values(where: Filter) -> Iterator[str]:
    """The parts of one value each; a word comes last."""
    for key in SINGLES:
        value = getattr(where, key)
        if value is not None:
            yield f"{key}:{written(value)}"
    for path, wanted in where.payload:
        yield f"{PAYLOAD}{_escaped(path)}:{_written_json(wanted)}"
    for bound in where.bounds:
        yield _compared(bound)
    for op, age in ((">", where.older_than), ("<", where.younger_than)):
        if age is not None:
            yield f"age{op}{written_span(age)}"
    yield from map(written, where.text)


def _group(group: Sequence[Filter]) -> str:
    """Alternatives of one kind, parted by commas; they share what stands before their values."""
    one = group[0]
    if one.payload:
        values = (_written_json(wanted) for each in group for _, wanted in each.payload)
        return f"{PAYLOAD}{_escaped(one.payload[0][0])}:" + ",".join(values)
    if one.bounds:
        return f"{one.bounds[0].key}:" + ",".join(_number(w.bounds[0].value) for w in group)
    key = next(key for key in SINGLES if getattr(one, key) is not None)
    return f"{key}:" + ",".join(written(getattr(w, key)) for w in group)


def _compared(bound: Bound) -> str:
    if bound.path is not None:
        value = bound.value
        text = _quoted(value) if isinstance(value, str) else _number(value)
        return f"{PAYLOAD}{_escaped(bound.path)}{bound.op}{text}"
    op = ":" if bound.op == "=" else bound.op
    return f"{bound.key}{op}{_limit(bound)}"


def _limit(bound: Bound) -> str:
    if isinstance(bound.value, datetime):
        return bound.value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    timed = bound.key in ("enqueued", "started", "ended", "due")
    return written_span(float(bound.value)) if timed else _number(bound.value)


def _number(value: object) -> str:
    return repr(value)


def written_span(seconds: float) -> str:
    """Seconds in the largest unit that says them whole: `90m`, `2d`."""
    for unit in "wdhm":
        if seconds and seconds % SECONDS[unit] == 0 and seconds < 2**53:
            return f"{int(seconds // SECONDS[unit])}{unit}"
    return f"{int(seconds)}s" if float(seconds).is_integer() else f"{seconds!r}s"


def written(value: str) -> str:
    """A value, quoted where it has to be."""
    return value if _BARE.fullmatch(value) else _quoted(value)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written_json(value: JsonValue) -> str:
    """What could be read as another kind of value is quoted; so is what is no word."""
    if isinstance(value, (dict, list)):
        return _escaped(payload.encode(value), keep=':"<>')
    if not isinstance(value, str):
        return _escaped(payload.encode(value), keep=':"<>,')
    try:
        payload.parse(value)
    except InvalidPayload:
        return written(value)
    return _quoted(value)


def _escaped(text: str, keep: str = "") -> str:
    return "".join(
        f"\\{c}" if (c in '":<>\\,' or c.isspace()) and c not in keep else c for c in text
    )
