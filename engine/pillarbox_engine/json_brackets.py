"""The brackets of a JSON text, and how deep they nest, by operations on whole byte strings.

Owns what must not cost a step a character: strings are cut out, only brackets are left, all of them
written square, and pairs of them are crossed out. Exact places and reasons are found elsewhere.
"""

from __future__ import annotations

_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")


def without_escapes(text: bytes) -> bytes:
    """Without the escapes that matter; \\n and the like hide neither quote nor backslash."""
    return text.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in text else text


def square(parts: list[bytes]) -> bytes:
    """The brackets of `parts`, all written square."""
    return b"".join(parts).translate(_AS_SQUARE, _NO_BRACKETS)


def crossed_out(brackets: bytes, rounds: int) -> bytes:
    """`brackets` without their pairs, an inner layer a round; what nests deeper is left."""
    for _ in range(rounds):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return brackets


def may_nest_deeper(text: bytes, depth: int) -> bool:
    """Whether brackets outside strings nest deeper than `depth`; also true where they do not
    match up."""
    if len(text) <= 2 * depth or text.count(b"[") + text.count(b"{") <= depth:
        return False
    return bool(crossed_out(square(without_escapes(text).split(b'"')[::2]), depth))
