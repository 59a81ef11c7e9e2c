"""Values one would not want on a shared screen: passwords, tokens and keys, masked by their names.

Owns which names those are, masking them in JSON text, whole or cut, wherever a payload is shown,
and what else a payload may not do to a screen. The text is read once,
token by token, so its length is all that its cost depends on; one without such a name is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "••••••"
_NAMES = (
    r"pass(?:word|wd|phrase|code)|(?:^|[{0}_.-])(?:pass|pwd|pin|cvc|cvv|ssn|otp)(?:$|[{0}_.-])"
    r"|secret|token|credential|authorization|cookie|session_?id|api_?-?key|private_?-?key"
    r"|access_?-?key|card_?-?number|iban"
)
_SECRET = re.compile(_NAMES.replace("{0}", ""), re.IGNORECASE)
_MAY_BE_IN = re.compile(_NAMES.replace("{0}", '"'), re.IGNORECASE)
"""In a text: between quotes a name begins and ends."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)
_PIECE = 64 * 1024
"""Characters that are looked at in one go: no other thread runs meanwhile."""
_UNSEEN = re.compile(
    "[\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Controls, marks of direction and white space without width. Joiners are left: emoji need them."""
_LONGEST_NAME = 200


def is_secret(name: object) -> bool:
    """Whether the values under this name are masked."""
    return isinstance(name, str) and _SECRET.search(name[:_LONGEST_NAME]) is not None


def masked(text: str) -> str:
    """JSON `text` with every value under a secret name masked, whatever lies inside it."""
    if _MAY_BE_IN.search(text) is None:
        return text
    parts: list[str] = []
    at = 0
    for start, end in _spans(text):
        parts += [text[at:start], f'"{MASK}"']
        at = end
    return "".join([*parts, text[at:]]) if parts else text


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the values to be masked begin and end; a whole object or list is one of them."""
    before, named, opened, begun = "", False, 0, 0
    for found in _TOKEN.finditer(text):
        token = found.group()
        if opened:
            opened += (token in "{[") - (token in "}]")
            if not opened:
                yield begun, found.end()
        elif named:
            named = False
            if token in "{[":
                opened, begun = 1, found.start()
            else:
                yield found.span()
        elif token == ":":
            named = is_secret(before.strip('"'))
        before = token
    if opened:
        yield begun, len(text)


def escaped(text: str) -> str:
    """JSON with every character that does not show, or moves others, written as JSON's escape."""
    pieces = range(0, len(text), _PIECE)
    return "".join(_UNSEEN.sub(_escape, text[at : at + _PIECE]) for at in pieces)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def covered(text: str) -> str:
    """JSON fit for a shared screen: secrets masked, the rest escaped."""
    return escaped(masked(text))
