"""`{id}`, `{type}`, `{queue}` and `{attempt}` in a command's arguments, and nothing else.

Owns which there are, and what a value must be like to stand in a command line. A payload never
does: it goes in by standard input, so whoever makes jobs cannot make arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import printable

NAMES = ("id", "type", "queue", "attempt")
_BRACES = re.compile(r"\{\{(\w+)\}\}|\{(\w+)\}")
_PLAIN = re.compile(r"\w[\w.:@+=,-]*")


def check(argument: str) -> None:
    """`InvalidOption` where `argument` has a placeholder there is none of."""
    for found in _BRACES.finditer(argument):
        name = found[2]
        if name is not None and name not in NAMES:
            raise InvalidOption(
                f"There is no {{{printable(name)}}} to fill in",
                "only {id}, {type}, {queue} and {attempt} are; the payload comes on standard input",
                f"For the text itself write {{{{{printable(name)}}}}}",
            )


def has_any(argument: str) -> bool:
    """Whether something is filled in."""
    return any(found[2] for found in _BRACES.finditer(argument))


def filled(argument: str, values: Mapping[str, str]) -> str:
    """`argument` with its placeholders filled in, once: values are never looked through.

    `InvalidOption` where a value could be read as an option, a path, or more than a word.
    """

    def one(found: re.Match[str]) -> str:
        if found[2] is None:
            return f"{{{found[1]}}}"
        return _plain(found[2], values[found[2]])

    return _BRACES.sub(one, argument)


def _plain(name: str, value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise InvalidOption(
            f'The {name} "{printable(value)}" cannot stand in a command line',
            "it begins with a sign or has one that could mean something there",
            f"Give such jobs another {name}, or leave out {{{name}}}",
        )
    return value
