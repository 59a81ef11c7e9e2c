"""Values one would not want on a shared screen: passwords, tokens and keys, masked by their names.

Owns which names those are, and masking them in JSON text. The text is read once, token by token, so
its length is all that its cost depends on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "••••••"
_SECRET = re.compile(
    r"pass(?:word|wd|phrase|code)|(?:^|[_.-])(?:pass|pwd|pin|cvc|cvv|ssn|otp)(?:$|[_.-])"
    r"|secret|token|credential|authorization|cookie|session_?id|api_?-?key|private_?-?key"
    r"|access_?-?key|card_?-?number|iban",
    re.IGNORECASE,
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)
_LONGEST_NAME = 200


def is_secret(name: object) -> bool:
    """Whether the values under this name are masked."""
    return isinstance(name, str) and _SECRET.search(name[:_LONGEST_NAME]) is not None


def masked(text: str) -> str:
    """JSON `text` with every value under a secret name masked, whatever lies inside it."""
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
