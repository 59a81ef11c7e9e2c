"""The query language: `state:dead queue:email payload.customer.id:42 error:"timeout" age>1h`.

Owns both directions, text → `Filter` and back. Terms stand side by side and must all hold;
repeated `state:`, `queue:`, `type:` and `id:` are alternatives. A value with spaces goes in double
quotes; a backslash takes the next character as it is. Words without a key are looked for in id,
type and payload.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pillarbox_engine import payload
from pillarbox_engine.errors import InvalidPayload, QueryError
from pillarbox_engine.filters import Filter
from pillarbox_engine.json_fault import printable
from pillarbox_engine.model import JsonValue
from pillarbox_engine.states import State

KEYS = ("state:", "queue:", "type:", "id:", "is:retrying", "error:", "fingerprint:", "operation:",
        "unique:", "payload.PATH:", "age>", "age<")  # fmt: skip
"""The keys a query may use, as a help text lists them."""

_TERM = re.compile(
    r"""(?:(?P<key>(?:[^\s":<>\\]|\\.)+)(?P<op>[:<>]))?
        (?P<value>"(?P<quoted>(?:[^"\\]|\\.)*)(?P<close>"?)|(?:[^\s\\]|\\.?)*)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPACE = re.compile(r"\s*")
_BARE = re.compile(r'[^\s"\\:<>]+')
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?[smhdw])+")
_DURATION_PART = re.compile(r"([0-9.]+(?:e[+-]?[0-9]+)?)([smhdw])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_SEVERAL = {"queue": "queues", "type": "types", "id": "ids"}
_SINGLE = ("fingerprint", "error", "operation", "unique")


@dataclass(frozen=True, slots=True)
class _Term:
    """One term, escapes resolved. Columns count from 1."""

    key: str
    op: str
    value: str
    quoted: bool
    column: int
    value_column: int
    raw: str


@dataclass(slots=True)
class _Parts:
    """The filter as it grows."""

    one: dict[str, Any] = field(default_factory=dict)
    many: dict[str, list[Any]] = field(default_factory=dict)

    def set(self, name: str, value: Any, term: _Term) -> None:
        if name in self.one:
            raise _error(term.column, f"{term.key}{term.op} is there twice", "Keep one of the two")
        self.one[name] = value

    def add(self, name: str, value: Any) -> None:
        values = self.many.setdefault(name, [])
        if value not in values:
            values.append(value)

    def finished(self) -> Filter:
        parts: dict[str, Any] = {name: tuple(values) for name, values in self.many.items()}
        parts["states"] = frozenset(parts.get("states", ()))
        return Filter(**parts, **self.one)


def parse_query(text: str) -> Filter:
    """The filter that `text` describes; `QueryError` with the 1-based `column` of a mistake."""
    parts = _Parts()
    for term in _terms(text):
        _take(term, parts)
    return parts.finished()


def to_text(where: Filter) -> str:
    """`where` as a query: `parse_query(to_text(where)) == where`."""
    terms = [f"state:{state}" for state in State if state in where.states]
    terms += ["is:retrying"] if where.retrying else []
    for key, name in _SEVERAL.items():
        terms += [f"{key}:{_written(value)}" for value in getattr(where, name)]
    terms += [f"{key}:{_written(value)}" for key, value in _singles(where)]
    terms += [f"payload.{_escaped(p)}:{_written_json(value)}" for p, value in where.payload]
    terms += [f"age{op}{_written_age(age)}" for op, age in _ages(where)]
    return " ".join(terms + [_written(word) for word in where.text])


def parse_duration(text: str) -> float | None:
    """Seconds of `90s`, `1.5h` or `1h30m` (units s m h d w), or None if it is none of that."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(n) * _SECONDS[unit] for n, unit in _DURATION_PART.findall(text))


def _terms(text: str) -> Iterator[_Term]:
    at = _skip(text, 0)
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or match.end() == at:
            raise _error(at + 1, f"{printable(text[at : at + 20])} is not understood", _known())
        yield _term(text, match)
        at = _skip(text, match.end())


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _term(text: str, match: re.Match[str]) -> _Term:
    quoted = match["quoted"] is not None
    if quoted and not match["close"]:
        raise _error(match.start("value") + 1, "the quote is never closed", 'Add a " at the end')
    if quoted and text[match.end() : match.end() + 1].strip():
        raise _error(match.end() + 1, "text follows a closing quote", "Put a space between them")
    return _Term(
        key=_unescaped(match["key"] or ""),
        op=match["op"] or "",
        value=_unescaped(match["quoted"] if quoted else match["value"]),
        quoted=quoted,
        column=match.start() + 1,
        value_column=match.start("value") + 1,
        raw=_unescaped(match[0]),
    )


def _take(term: _Term, parts: _Parts) -> None:
    if not term.key:
        parts.many.setdefault("text", []).append(term.value)
    elif term.op != ":":
        _take_comparison(term, parts)
    elif not (term.value or term.quoted):
        remedy = f"Write the value after the colon, without a space: {term.key}:…"
        raise _error(term.value_column, f"{term.key}: has no value", remedy)
    elif term.key.startswith("payload."):
        path = term.key.removeprefix("payload.")
        parts.many.setdefault("payload", []).append((_path(path, term), _json(term)))
    else:
        _take_property(term, parts)


def _take_property(term: _Term, parts: _Parts) -> None:
    key = term.key.lower()
    if key == "state":
        parts.add("states", _state(term))
    elif key in _SEVERAL:
        parts.add(_SEVERAL[key], term.value)
    elif key in _SINGLE:
        parts.set(key, term.value, term)
    elif key == "is" and term.value == "retrying":
        parts.one["retrying"] = True
    elif not any(c.isalpha() for c in key):
        parts.many.setdefault("text", []).append(term.raw)
    else:
        raise _misused(term, key)


def _misused(term: _Term, key: str) -> QueryError:
    if key == "is":
        return _error(term.value_column, f"is:{printable(term.value)} is unknown", "is:retrying")
    if key == "payload":
        return _error(term.column, "payload: does not say which part", "Write payload.PATH:VALUE")
    if key == "age":
        return _error(term.column + 3, "age is compared", "Write age>1h or age<2d")
    return _error(term.column, f"there is no key {printable(term.key)}:", _known())


def _take_comparison(term: _Term, parts: _Parts) -> None:
    name = "older_than" if term.op == ">" else "younger_than"
    if term.key.lower() == "age":
        seconds = parse_duration(term.value)
        if seconds is None:
            what = f"{printable(term.value)} is not a length of time" if term.value else "no value"
            raise _error(term.value_column, what, "Use a number and s, m, h, d or w: age>1h")
        parts.set(name, seconds, term)
    elif term.key.isidentifier() and term.value[:1].isdigit():
        raise _error(term.column, f"{printable(term.key)} cannot be compared", _known())
    else:
        parts.many.setdefault("text", []).append(term.raw)


def _state(term: _Term) -> State:
    try:
        return State(term.value.lower())
    except ValueError:
        what = f"there is no state {printable(term.value)!r}"
        raise _error(term.value_column, what, f"Use one of: {', '.join(State)}") from None


def _path(path: str, term: _Term) -> str:
    if not path:
        raise _error(term.column, "payload. does not say which part", "Write payload.PATH:VALUE")
    return path


def _json(term: _Term) -> JsonValue:
    """A payload value: what is quoted is text, the rest JSON where it can be read so."""
    if term.quoted:
        return term.value
    try:
        return payload.parse(term.value)
    except InvalidPayload:
        return term.value


def _singles(where: Filter) -> Iterator[tuple[str, str]]:
    for key in _SINGLE:
        value = getattr(where, key)
        if value is not None:
            yield key, value


def _ages(where: Filter) -> Iterator[tuple[str, float]]:
    for op, age in ((">", where.older_than), ("<", where.younger_than)):
        if age is not None:
            yield op, age


def _written(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _written_json(value: JsonValue) -> str:
    if not isinstance(value, str):
        return _escaped(payload.encode(value), keep=':"<>')
    try:
        payload.parse(value)
    except InvalidPayload:
        return _written(value)
    return '"' + _escaped(value, keep=":<> \t\n") + '"'


def _escaped(text: str, keep: str = "") -> str:
    return "".join(
        f"\\{c}" if (c in '":<>\\' or c.isspace()) and c not in keep else c for c in text
    )


def _written_age(seconds: float) -> str:
    for unit in "wdhm":
        if seconds and seconds % _SECONDS[unit] == 0 and seconds < 2**53:
            return f"{int(seconds // _SECONDS[unit])}{unit}"
    return f"{int(seconds)}s" if float(seconds).is_integer() else f"{seconds!r}s"


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def _known() -> str:
    return f'Known keys: {", ".join(KEYS)}; put text with a colon in "quotes"'


def _error(column: int, reason: str, remedy: str) -> QueryError:
    error = QueryError("The query is not understood", f"column {column}: {reason}", remedy)
    error.column = column
    return error
