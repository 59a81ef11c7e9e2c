"""A filter as SQL: named parts joined by AND, values always bound.

Owns the translation of `filters.Filter`. States stand as literals, so SQLite can use the partial
indexes; everything a person typed is a bound parameter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pillarbox_engine.clock import seconds_to_us
from pillarbox_engine.filters import Filter
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
    if wanted.ids:
        where.add("where_id", json.dumps([number_of(job_id) for job_id in wanted.ids]))
    _states(where, wanted)
    _lists(where, wanted)
    _texts(where, wanted)
    _ages(where, wanted, now)
    return where


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
    if wanted.fingerprint is not None:
        where.add("where_fingerprint", wanted.fingerprint)
    if wanted.operation is not None:
        where.add("where_operation", number_of(wanted.operation))
    if wanted.unique is not None:
        where.add("where_unique", wanted.unique)


def _texts(where: Where, wanted: Filter) -> None:
    if wanted.error:
        where.add("where_error", wanted.error.lower())
    for word in wanted.text:
        where.add("where_text", word.lower())
    for path, value in wanted.payload:
        where.add("where_payload", json_path(path), json.dumps(value))


def _ages(where: Where, wanted: Filter, now: int) -> None:
    if wanted.older_than is not None:
        where.add("where_older", now - seconds_to_us(wanted.older_than))
    if wanted.younger_than is not None:
        where.add("where_younger", now - seconds_to_us(wanted.younger_than))


def json_path(dotted: str) -> str:
    """`customer.ids.0` as SQLite's `$."customer"."ids"[0]`."""
    steps = [f"[{s}]" if s.isdecimal() else f".{json.dumps(s, ensure_ascii=False)}"
             for s in dotted.split(".")]  # fmt: skip
    return "$" + "".join(steps)
