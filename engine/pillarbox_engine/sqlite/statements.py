"""Finds a SQL statement by its name in the `.sql` files beside this module.

Owns the file convention: `-- name: some_name` opens a statement, comment lines under it say what
it is for, and it runs to the next name. The text is read once, when first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def _all() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in sorted(files(__package__).joinpath("sql").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".sql"):
            found.update(_parse(entry.read_text(encoding="utf-8"), taken=found))
    return found


def _parse(text: str, taken: dict[str, str]) -> dict[str, str]:
    parts = _NAME.split(text)
    names, bodies = parts[1::2], parts[2::2]
    twice = [name for name in names if name in taken or names.count(name) > 1]
    if twice:
        raise ValueError(f"two statements are named {twice[0]}")
    return {name: _without_comments(body) for name, body in zip(names, bodies, strict=True)}


def _without_comments(body: str) -> str:
    lines = [line for line in body.splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(lines).strip().rstrip(";")


class _Texts(dict[str, str]):
    """Every statement by its name; they are read when the first is asked for."""

    def __missing__(self, name: str) -> str:
        self.update(_all())
        return self[name] if name in self else _all()[name]


TEXTS: Mapping[str, str] = _Texts()
"""Statements by name; `KeyError` where there is none of it."""


def statement(name: str) -> str:
    """The text of the statement called `name`; `KeyError` if there is none."""
    return TEXTS[name]


def names() -> frozenset[str]:
    """The names of all statements."""
    return frozenset(_all())
