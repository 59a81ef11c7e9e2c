"""A filter as SQL: named parts joined by AND, values always bound.

Owns the translation of `filters.Filter`. States stand as literals, so SQLite can use the partial
indexes; everything a person typed is a bound parameter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.comparing import TIMES, Bound, moment
from pillarbox_engine.filters import Filter, folded
from pillarbox_engine.sqlite.job_rows import number_of
from pillarbox_engine.sqlite.statements import statement
from pillarbox_engine.states import State


@dataclass(slots=True)
class Where:
    """Conditions and their values."""

    parts: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def bind(self, value: Any) -> str:
        """A placeholder for `value`."""
        name = f"w{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def add(self, name: str, *values: Any) -> None:
        """Add the named condition with its values bound."""
        self.parts.append(statement(name).format(*(self.bind(value) for value in values)))

    @property
    def text(self) -> str:
        """The whole condition."""
        return " AND ".join(self.parts) if self.parts else "1"


def translate(wanted: Filter, now: int) -> Where:
    """The conditions of a filter."""
    where = Where()
    _add(where, wanted, now)
    return where


def _add(where: Where, wanted: Filter, now: int) -> None:
    if wanted.ids:
        where.add("where_id", _numbers(wanted.ids))
    _states(where, wanted)
    _lists(where, wanted)
    _texts(where, wanted)
    _ages(where, wanted, now)
    for bound in wanted.bounds:
        _bound(where, bound, now)
    for group in wanted.either:
        held = [_condition(where, one, now) for one in group]
        where.parts.append("(" + " OR ".join(held) + ")")
    for one in wanted.without:
        where.parts.append(statement("where_not").format(_condition(where, one, now)))


def _condition(where: Where, one: Filter, now: int) -> str:
    """A filter that is a part of another as one condition; its values are bound with the rest."""
    inner = Where(values=where.values)
    _add(inner, one, now)
    return f"({inner.text})"


def _numbers(ids: tuple[str, ...]) -> str:
    return json.dumps([number_of(job_id) for job_id in ids])


def _states(where: Where, wanted: Filter) -> None:
    if wanted.retrying:
        where.parts.append(statement("where_retrying"))
    if wanted.states:
        literals = [statement("where_state").format(State(s)) for s in sorted(wanted.states)]
        where.parts.append(literals[0] if len(literals) == 1 else f"({' OR '.join(literals)})")


def _lists(where: Where, wanted: Filter) -> None:
    if wanted.queues:
        where.add("where_queue", json.dumps(wanted.queues))
    if wanted.types:
        where.add("where_type", json.dumps(wanted.types))
    if wanted.groups:
        where.add("where_group", json.dumps(wanted.groups))
    if wanted.schedules:
        where.add("where_schedule", json.dumps(wanted.schedules))
    if wanted.parents:
        where.add("where_parent", _numbers(wanted.parents))
    if wanted.workers:
        where.add("where_worker", json.dumps([folded(worker) for worker in wanted.workers]))
    if wanted.fingerprint is not None:
        where.add("where_fingerprint", wanted.fingerprint)
    if wanted.operation is not None:
        where.add("where_operation", number_of(wanted.operation))
    if wanted.unique is not None:
        where.add("where_unique", wanted.unique)


def _texts(where: Where, wanted: Filter) -> None:
    if wanted.error is not None:
        where.add("where_error", folded(wanted.error))
    for word in wanted.text:
        where.add("where_text", folded(word))
    for path, value in wanted.payload:
        where.add("where_payload", json_path(path), json.dumps(value))


def _ages(where: Where, wanted: Filter, now: int) -> None:
    if wanted.older_than is not None:
        where.add("where_older", now - seconds_to_us(wanted.older_than))
    if wanted.younger_than is not None:
        where.add("where_younger", now - seconds_to_us(wanted.younger_than))


_MOST = 2**63 - 1


def _bound(where: Where, bound: Bound, now: int) -> None:
    """A comparison; its operator is one of five, and stands as a literal."""
    if bound.path is not None:
        kind = "text" if isinstance(bound.value, str) else "number"
        path, value = where.bind(json_path(bound.path)), where.bind(_within(bound.value))
        text = statement(f"where_payload_{kind}").format(path, bound.op, value)
    elif bound.key in TIMES:
        op, at = moment(bound, now)
        text = f"{statement(f'value_{bound.key}')} {op} {where.bind(_within(at))}"
    else:
        text = f"{statement(f'value_{bound.key}')} {bound.op} {where.bind(_within(bound.value))}"
    where.parts.append(f"({text})")


def _within(value: Any) -> Any:
    """What SQLite has no whole number for, as the nearest real one."""
    return float(value) if isinstance(value, int) and abs(value) > _MOST else value


def json_path(dotted: str) -> str:
    """`customer.ids.0` as SQLite's `$."customer"."ids"[0]`."""
    steps = [f"[{s}]" if s.isdecimal() else f".{json.dumps(s, ensure_ascii=False)}"
             for s in dotted.split(".")]  # fmt: skip
    return "$" + "".join(steps)
