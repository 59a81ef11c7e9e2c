"""The terms of a query as they stand in its text, each with its column.

Owns the reading of characters: what parts terms, quotes, escapes, commas, the minus in front. What
a term means is said by `query`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pillarbox_engine import payload
from pillarbox_engine.comparing import PAYLOAD
from pillarbox_engine.errors import InvalidPayload, QueryError

_HEAD = re.compile(
    r"""(?P<no>-(?=["\w]))?(?:(?P<key>(?:[^\s":<>\\]|\\.)+)(?P<op>:|[<>]=?))?""",
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)("?)', re.DOTALL)
_BARE = re.compile(r"(?:[^\s\\]|\\.?)*", re.DOTALL)
_PIECE = re.compile(r"(?:[^\s\\,]|\\.?)*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values of a term, escapes resolved. Its column counts from 1."""

    text: str
    quoted: bool
    column: int


@dataclass(frozen=True, slots=True)
class Term:
    """One term, escapes resolved. `column` counts from 1; it ends before column `end`.

    `whole` is all that stands after the key, without its commas being looked at; `raw` the term
    as a word to look for.
    """

    key: str
    op: str
    values: tuple[Value, ...]
    negated: bool
    column: int
    key_column: int
    end: int
    whole: str
    raw: str

    @property
    def value(self) -> Value:
        """The first value."""
        return self.values[0]


def terms(text: str) -> Iterator[Term]:
    """The terms of `text`, one by one; `QueryError` at what is no term."""
    at = _skip(text, 0)
    while at < len(text):
        term = _term(text, at)
        yield term
        at = _skip(text, term.end - 1)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _term(text: str, at: int) -> Term:
    head = _HEAD.match(text, at)
    assert head is not None  # all of it may be absent
    key, op = unescaped(head["key"] or ""), head["op"] or ""
    begins = head.end() if key else at + len(head["no"] or "")
    values, end = _values(text, begins, key if op == ":" else "")
    if end < len(text) and text[end : end + 1].strip():
        raise error(end + 1, "text follows a closing quote", "Put a space between them")
    start = at + len(head["no"] or "")
    return Term(
        key=key, op=op, values=values, negated=bool(head["no"]), column=at + 1,
        key_column=start + 1, end=end + 1, whole=unescaped(text[begins:end]),
        raw=unescaped(text[start:end]),
    )  # fmt: skip


def _values(text: str, at: int, key: str) -> tuple[tuple[Value, ...], int]:
    """The values from `at` on, and where they end. Where nothing is `key`, a comma is a letter."""
    whole = _BARE.match(text, at)
    end = at if whole is None else whole.end()
    if not key or (key.startswith(PAYLOAD) and _is_container(unescaped(text[at:end]))):
        return _alone(text, at, end)
    found = []
    while True:
        value, at = _value(text, at)
        found.append(value)
        if text[at : at + 1] != ",":
            return tuple(found), at
        at += 1


def _is_container(text: str) -> bool:
    """Whether it is an object or array of JSON, whose commas are its own."""
    if text[:1] not in ("{", "["):
        return False
    try:
        payload.parse(text)
    except InvalidPayload:
        return False
    return True


def _alone(text: str, at: int, end: int) -> tuple[tuple[Value, ...], int]:
    if text[at : at + 1] == '"':
        value, end = _value(text, at)
        return (value,), end
    return (Value(unescaped(text[at:end]), False, at + 1),), end


def _value(text: str, at: int) -> tuple[Value, int]:
    quoted = _QUOTED.match(text, at)
    if quoted is None:
        bare = _PIECE.match(text, at)
        end = at if bare is None else bare.end()
        return Value(unescaped(text[at:end]), False, at + 1), end
    if not quoted[2]:
        raise error(at + 1, "the quote is never closed", 'Add a " at the end')
    return Value(unescaped(quoted[1]), True, at + 1), quoted.end()


def unescaped(text: str) -> str:
    """`text` with every backslash that escapes a character taken away."""
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def error(column: int, reason: str, remedy: str) -> QueryError:
    """The error that says what is wrong, and in which column."""
    made = QueryError("The query is not understood", f"column {column}: {reason}", remedy)
    made.column = column
    return made
