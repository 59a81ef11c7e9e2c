"""What is wrong with a JSON text, and where: line, column and path come from this slow walk.

Owns the strict reading of RFC 8259 that `payload.parse` falls back on when the standard parser
objects. It builds no values and does not recurse, so neither size nor depth can crash it.
"""

from __future__ import annotations

import json
import math
import re

from pillarbox_engine.json_fault import (
    DEPTH_REASON,
    MAX_DEPTH,
    SURROGATE_REASON,
    Fault,
    Step,
    digits_reason,
    printable,
    spelled,
)

_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+')
_LONE = re.compile(
    r"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..|[\ud800-\udfff])", re.DOTALL
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![\w.+-])")
_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r"[^\s\[\]{},:\"]{1,40}")
_CUT_OFF = "the text ends here; it may have been cut off"


def has_lone_surrogate(text: str) -> bool:
    """Whether a JSON text holds half a surrogate pair, as an escape or as it is."""
    if "\\u" not in text and _is_unicode(text):
        return False
    return any(match[1] for match in _LONE.finditer(text))


def _is_unicode(text: str) -> bool:
    """Whether `text` can be written as UTF-8, which half a pair cannot: quicker than a search."""
    try:
        return text.isascii() or bool(text.encode("utf-8"))
    except UnicodeEncodeError:
        return False


def fault_in_text(text: str) -> Fault | None:
    """The first fault of `text` as one JSON value, or None if there is none."""
    try:
        _Walk(text).run()
    except _Found as found:
        return found.fault
    return None


class _Found(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


class _Level:
    """A container that is open: where we are in it, and the keys it had so far."""

    __slots__ = ("closer", "keys", "step")

    def __init__(self, closer: str) -> None:
        self.closer = closer
        self.keys: set[str] = set()
        self.step: Step | None = 0 if closer == "]" else None


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[_Level] = []

    def run(self) -> None:
        """Read one value and nothing after it, or raise `_Found`."""
        wanted = True
        while wanted or self._open:
            wanted = self._value() if wanted else self._next()
        if self._peek():
            self._fail(f"{self._word()} follows after the value has ended")

    def _value(self) -> bool:
        """Read a value; True if that opened a container, whose first value comes next."""
        mark = self._peek()
        if mark in ("{", "["):
            return self._enter("}" if mark == "{" else "]")
        if mark == '"':
            self._string()
        elif mark == "":
            self._fail(_CUT_OFF)
        elif mark in ",:]}":
            self._fail(f"expected a value before {mark}")
        elif mark in "-0123456789" and self._word() != "-Infinity":
            self._number()
        else:
            self._literal()
        return False

    def _enter(self, closer: str) -> bool:
        if len(self._open) >= MAX_DEPTH:
            self._fail(DEPTH_REASON)
        self._at += 1
        if self._peek() == closer:
            self._at += 1
            return False
        self._open.append(_Level(closer))
        if closer == "}":
            self._key()
        return True

    def _next(self) -> bool:
        """After a value inside a container: True if another follows, False if it closed."""
        level = self._open[-1]
        mark = self._peek()
        if mark == level.closer:
            self._at += 1
            self._open.pop()
            return False
        if mark != ",":
            self._fail(f"expected , or {level.closer} before {self._word()}" if mark else _CUT_OFF)
        self._at += 1
        if level.closer == "}":
            self._key()
        elif isinstance(level.step, int):
            level.step += 1
        return True

    def _key(self) -> None:
        level = self._open[-1]
        level.step = None
        if self._peek() != '"':
            self._fail(f"expected a key in double quotes, found {self._word()}")
        start = self._at
        key = json.loads(self._string())
        if key in level.keys:
            self._fail(f"the key {json.dumps(printable(key))} is there twice", start)
        level.keys.add(key)
        level.step = key
        if self._peek() != ":":
            self._fail(f"expected : before {self._word()}")
        self._at += 1

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        end = match.end() if match else self._at
        if self._text[end : end + 1] != '"':
            self._fail(self._string_reason(end), end)
        token = self._text[self._at : end + 1]
        for lone in _LONE.finditer(token):
            if lone[1]:
                self._fail(SURROGATE_REASON, self._at + lone.start())
        self._at = end + 1
        return token

    def _string_reason(self, end: int) -> str:
        stop = self._text[end : end + 1]
        if not stop:
            return "the text ends inside a string; it may have been cut off"
        if stop == "\\":
            return f"{printable(self._text[end : end + 2])} is not an escape"
        return f"the control character U+{ord(stop):04X} must be written as an escape"

    def _number(self) -> None:
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            self._fail(f"{self._word()} is not a number as JSON writes them")
            return
        whole = not (match[1] or match[2])
        reason = digits_reason(len(match[0].lstrip("-"))) if whole else None
        if not whole and math.isinf(float(match[0])):
            reason = f"the number {printable(match[0])} is too large"
        if reason:
            self._fail(reason)
        self._at = match.end()

    def _literal(self) -> None:
        for word in ("true", "false", "null"):
            if self._word() == word:
                self._at += len(word)
                return
        self._fail(f"{self._word()} is not a JSON value")

    def _peek(self) -> str:
        """The next character that is not white space; "" at the end."""
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _word(self) -> str:
        match = _WORD.match(self._text, self._at)
        found = match[0] if match else self._text[self._at : self._at + 1]
        return printable(found) or "the end of the text"

    def _fail(self, reason: str, offset: int | None = None) -> None:
        path = spelled(tuple(v.step for v in self._open if v.step is not None))
        raise _Found(Fault(reason, path, self._at if offset is None else offset))
