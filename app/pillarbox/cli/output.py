"""What the command line writes, and where: results on stdout, messages on stderr.

Owns the rule that text from jobs is data: control characters are shown, never obeyed, and no
markup is read from it. JSON is written as bytes, so it never depends on the terminal's encoding.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDE = 200
"""Columns a table may use where the output is not a terminal: nothing is cut off in a pipe."""

_encoder = msgspec.json.Encoder(order="deterministic")


def document(value: Any, stream: TextIO | None = None) -> None:
    """Write one JSON document on stdout (or `stream`), as one line."""
    click.echo(_encoder.encode(value), file=stream)


def json_lines(values: Iterable[Any]) -> None:
    """Write JSON Lines on stdout: one value a line, each as soon as it is there."""
    for value in values:
        document(value)


def say(text: str) -> None:
    """Write a message for a person on stderr."""
    click.echo(plain(text), err=True)


def line(text: str = "") -> None:
    """Write one line of a result on stdout."""
    click.echo(plain(text))


def plain(text: str) -> str:
    """`text` with control characters and lone surrogates made visible; line ends are kept.

    A payload that holds terminal escape sequences is thus shown, not obeyed.
    """
    if text.isprintable():
        return text
    return "".join(_visible(char) for char in text)


def one_line(text: str, limit: int = 120) -> str:
    """`text` as one line of at most `limit` characters, control characters made visible."""
    flat = plain(" ".join(text.split()))
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _visible(char: str) -> str:
    if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return char
    return char.encode("unicode_escape").decode("ascii")


def on_terminal(stream: Any) -> bool:
    """Whether `stream` is a terminal a person looks at."""
    return bool(getattr(stream, "isatty", lambda: False)())


def console(*, err: bool = False) -> Console:
    """A rich console on stdout (or stderr) that reads no markup from what it prints."""
    from rich.console import Console

    stream = sys.stderr if err else sys.stdout
    width = None if on_terminal(stream) else WIDE
    return Console(
        file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False
    )


def table(rows: Table) -> None:
    """Print a table on stdout."""
    console().print(rows)
