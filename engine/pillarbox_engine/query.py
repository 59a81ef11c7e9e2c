"""The query language: `state:dead,done queue:email payload.customer.id:42 -error:timeout age>1h`.

Owns what each term means. Terms stand side by side and must all hold; a comma parts alternatives,
and so does repeating `state:`, `queue:`, `type:`, `id:` and the other lists. A minus in front turns
a term round. A value with spaces goes in double quotes; a backslash takes the next character as it
is. Words without a key are looked for in id, type and payload. docs/queries.md is the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pillarbox_engine import comparing, payload
from pillarbox_engine.comparing import NUMBERS, PAYLOAD, TIMES, Bound
from pillarbox_engine.errors import InvalidPayload, QueryError
from pillarbox_engine.filters import Filter, check
from pillarbox_engine.json_fault import printable
from pillarbox_engine.model import JsonValue
from pillarbox_engine.query_terms import Term, Value, error, terms
from pillarbox_engine.query_text import LISTS, SECONDS, SINGLES, to_text
from pillarbox_engine.states import State

__all__ = ["KEYS", "given", "parse_duration", "parse_query", "to_text"]

KEYS = (
    "state:",
    *(f"{key}:" for key in LISTS),
    *("is:retrying", "error:", "fingerprint:", "operation:", "key:", "payload.PATH:", "age>"),
    *(f"{key}>" for key in (*NUMBERS, *TIMES)),
)
"""The keys a query may use, as a help text lists them."""

_ALIASES = {"key": "unique", "unique": "unique"}
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?[smhdw])+")
_DURATION_PART = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?)([smhdw])")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-")
_TIME_REMEDY = "Use a number and s, m, h, d or w, as in {0}>1h, or a date: {0}>2026-05-01T09:30Z"


@dataclass(slots=True)
class _Parts:
    """The filter as it grows."""

    one: dict[str, Any] = field(default_factory=dict)
    many: dict[str, list[Any]] = field(default_factory=dict)

    def set(self, name: str, value: Any, term: Term) -> None:
        if name in self.one:
            remedy = "Keep one of the two, or part alternatives by a comma"
            raise error(term.key_column, f"{term.key}{term.op} is there twice", remedy)
        self.one[name] = value

    def add(self, name: str, *values: Any) -> None:
        kept = self.many.setdefault(name, [])
        kept += [value for value in dict.fromkeys(values) if value not in kept]

    def append(self, name: str, value: Any) -> None:
        self.many.setdefault(name, []).append(value)

    def finished(self) -> Filter:
        parts: dict[str, Any] = {name: tuple(values) for name, values in self.many.items()}
        parts["states"] = frozenset(parts.get("states", ()))
        return Filter(**parts, **self.one)


def parse_query(text: str) -> Filter:
    """The filter that `text` describes; `QueryError` with the 1-based `column` of a mistake."""
    parts = _Parts()
    try:
        for term in terms(text):
            _take(term, parts)
    except QueryError as fault:
        fault.query = text
        raise
    return parts.finished()


def given(where: Filter | str) -> Filter:
    """A filter or a query as a program hands it over: `InvalidOption`, `QueryError`."""
    return parse_query(where) if isinstance(where, str) else check(where)


def parse_duration(text: str) -> float | None:
    """Seconds of `90s`, `1.5h` or `1h30m` (units s m h d w), or None if it is none of that."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(n) * SECONDS[unit] for n, unit in _DURATION_PART.findall(text))


def _take(term: Term, parts: _Parts) -> None:
    if term.negated:
        for one in _turned(term):
            parts.append("without", one)
    elif not _is_term(term):
        parts.append("text", term.value.text if not term.key else term.raw)
    elif term.op != ":":
        _take_comparison(term, parts)
    else:
        _take_values(term, parts)


def _turned(term: Term) -> list[Filter]:
    """What may not hold: each alternative of a term on its own, a list's together."""
    parts = _Parts()
    if not _is_term(term):
        return [Filter(text=(term.value.text if not term.key else term.raw,))]
    if term.op != ":":
        _take_comparison(term, parts)
        return [parts.finished()]
    _take_values(term, parts)
    found = parts.finished()
    return [one for group in found.either for one in group] or [found]


def _is_term(term: Term) -> bool:
    """Whether it says something about a property, or is a word that has a colon or an arrow."""
    if not term.key:
        return False
    if term.op == ":":
        return term.key.startswith(PAYLOAD) or any(c.isalpha() for c in term.key)
    key = term.key.lower()
    known = key == "age" or key in NUMBERS or key in TIMES or key.startswith(PAYLOAD)
    return known or (key.isidentifier() and term.value.text[:1].isdigit())


def _take_values(term: Term, parts: _Parts) -> None:
    for value in term.values:
        if not (value.text or value.quoted):
            remedy = f"Write the value after the colon, without a space: {term.key}:…"
            raise error(value.column, f"{term.key}: has no value", remedy)
    if term.key.startswith(PAYLOAD):
        path = _path(term)
        _take_either(term, parts, "payload", lambda value: (path, _json(value)))
    else:
        _take_property(term, term.key.lower(), parts)


def _take_property(term: Term, key: str, parts: _Parts) -> None:
    if key == "state":
        parts.add("states", *map(_state, term.values))
    elif key in LISTS:
        parts.add(LISTS[key], *(value.text for value in term.values))
    elif _ALIASES.get(key, key) in SINGLES:
        _take_single(term, _ALIASES.get(key, key), parts)
    elif key in NUMBERS:
        _take_either(term, parts, "bounds", lambda value: Bound(key, "=", _number(term, value)))
    elif key == "is" and term.whole == "retrying":
        parts.one["retrying"] = True
    else:
        raise _misused(term, key)


def _take_single(term: Term, name: str, parts: _Parts) -> None:
    values = list(dict.fromkeys(value.text for value in term.values))
    if len(values) == 1:
        parts.set(name, values[0], term)
    else:
        parts.append("either", tuple(_alone(name, value) for value in values))


def _take_either(term: Term, parts: _Parts, name: str, read: Callable[[Value], Any]) -> None:
    """One value must hold; of several, any."""
    found: list[Any] = []
    for value in term.values:
        one = read(value)
        if repr(one) not in map(repr, found):  # 1 is not True here
            found.append(one)
    if len(found) == 1:
        parts.append(name, found[0])
    else:
        parts.append("either", tuple(_alone(name, (one,)) for one in found))


def _alone(name: str, part: Any) -> Filter:
    """A filter that says one thing."""
    parts: dict[str, Any] = {name: part}
    return Filter(**parts)


def _misused(term: Term, key: str) -> QueryError:
    column = term.key_column
    if key == "is":
        return error(term.value.column, f"is:{printable(term.whole)} is unknown", "is:retrying")
    if key == "payload":
        return error(column, "payload: does not say which part", "Write payload.PATH:VALUE")
    if key == "age" or key in TIMES:
        remedy = f"Write {key}>1h or {key}<2d"
        return error(column + len(key), f"{key} is compared", remedy)
    return error(column, f"there is no key {printable(term.key)}:", _known())


def _take_comparison(term: Term, parts: _Parts) -> None:
    key = term.key.lower()
    if not (term.value.text or term.value.quoted):
        raise error(term.value.column, f"{term.key}{term.op} has no value", _example(key))
    if key == "age":
        name = "older_than" if term.op[0] == ">" else "younger_than"
        parts.set(name, _span(term, key), term)
    elif key in NUMBERS:
        parts.append("bounds", Bound(key, term.op, _number(term, term.value)))
    elif key in TIMES:
        parts.append("bounds", Bound(key, term.op, _time(term, key)))
    elif term.key.startswith(PAYLOAD):
        parts.append("bounds", Bound(f"{PAYLOAD}{_path(term)}", term.op, _comparable(term)))
    else:
        raise error(term.key_column, f"{printable(term.key)} cannot be compared", _known())


def _example(key: str) -> str:
    if key in NUMBERS:
        return f"Write a number: {key}>1"
    if key.startswith(PAYLOAD):
        return 'Write a number or text: payload.total>10, payload.name>"m"'
    return _TIME_REMEDY.format(key)


def _span(term: Term, key: str) -> float:
    seconds = parse_duration(term.value.text)
    if seconds is None or seconds > _LONGEST:
        what = f"{printable(term.value.text)} is not a length of time"
        raise error(term.value.column, what, "Use a number and s, m, h, d or w: age>1h")
    return seconds


_LONGEST = 1e10


def _time(term: Term, key: str) -> float | datetime:
    """Seconds, or a moment: in UTC where it names no zone."""
    text = term.value.text
    try:
        if _DATE.match(text):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError as fault:
        what = f"{printable(text)} is no moment ({fault})"
        raise error(term.value.column, what, _TIME_REMEDY.format(key)) from None
    return _span(term, key)


def _number(term: Term, value: Value) -> float:
    number = float(value.text) if _NUMBER.fullmatch(value.text) else None
    if number is None or abs(number) > comparing.MOST:
        what = f"{printable(value.text)} is not a number"
        raise error(value.column, what, f"Write {term.key}:5 or {term.key}>5")
    return int(value.text) if value.text.lstrip("-").isdigit() else number


def _comparable(term: Term) -> float | str:
    value = term.value
    found = value.text if value.quoted else _json(value)
    if isinstance(found, str):
        return found
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        what = f"{printable(value.text)} is neither a number nor text"
        raise error(value.column, what, _example(PAYLOAD))
    if abs(found) > comparing.MOST:
        raise error(value.column, "the number is too large to compare", "Use a smaller one")
    return found


def _state(value: Value) -> State:
    try:
        return State(value.text.lower())
    except ValueError:
        what = f"there is no state {printable(value.text)!r}"
        raise error(value.column, what, f"Use one of: {', '.join(State)}") from None


def _path(term: Term) -> str:
    path = term.key.removeprefix(PAYLOAD)
    if not path:
        what = "payload. does not say which part"
        raise error(term.key_column, what, "Write payload.PATH:VALUE")
    return path


def _json(value: Value) -> JsonValue:
    """A payload value: what is quoted is text, the rest JSON where it can be read so."""
    if value.quoted:
        return value.text
    try:
        return payload.parse(value.text)
    except InvalidPayload:
        return value.text


def _known() -> str:
    return f'Known keys: {", ".join(KEYS)}; put text with a colon in "quotes"'
