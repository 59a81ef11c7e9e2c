"""On which line of a TOML text a key stands: the standard parser does not say.

Owns the scan. It follows table headers and the keys left of an `=`; of a key inside an inline
table it finds the line of that table. A fault's line is a help, so what it cannot make out it
leaves out rather than guess.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

_HEADER = re.compile(r"\s*\[\[?(.+?)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^=#"'])+?)\s*=""")

LONGEST = 2_000
"""Characters of a line that is looked at: no key is so far to the right."""

Path = tuple[str, ...]


def lines_of_keys(text: str) -> Mapping[Path, int]:
    """Every table and key of `text` that stands on a line of its own → that line, from 1."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        start = line[:LONGEST]
        header, key = _HEADER.match(start), _KEY.match(start)
        if header:
            table = _path(f"[{header[1]}]")
            found.setdefault(table, number)
        elif key:
            found.setdefault((*table, *_path(f"{key[1]} = 0")), number)
    return found


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """The line of `path`, or of the nearest table around it; 0 if none is known."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 0


def _path(text: str) -> Path:
    """The keys a header or an assignment leads through; () if it is neither."""
    try:
        inside: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ()
    path: Path = ()
    while isinstance(inside, dict) and inside:
        key, inside = next(iter(inside.items()))
        path = (*path, key)
    return path
