"""What a command printed or a server answered, as the result of a job.

Owns the bound on it and the choice between JSON and text.
"""

from __future__ import annotations

from pillarbox_engine import payload
from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.model import JsonValue
from pillarbox_engine.runner import MAX_RESULT

MAX_KEPT = 64 * 1024
"""Bytes kept of an output or an answer."""
_ESCAPED = 6
"""The most bytes of JSON that one character of a text can take."""


def kept(text: str, *, whole: bool) -> JsonValue:
    """`text` as a result: what it means, where it is strict JSON and `whole`; else itself.

    None where there is nothing but white space.
    """
    if not text.strip():
        return None
    if whole:
        try:
            return _fitting(payload.parse(text), text)
        except InvalidPayload:
            return _fitting(text, text)
    return _fitting(text, text)


def _fitting(value: JsonValue, text: str) -> JsonValue:
    """`value`, or so much of `text` as a result has room for."""
    if len(payload.encode(value).encode()) <= MAX_RESULT:
        return value
    return text[: MAX_RESULT // _ESCAPED - 2]
