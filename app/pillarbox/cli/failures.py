"""The one place where an error becomes a message and an exit code.

Owns the exit codes of the command line. Whatever is raised, a person reads what happened, why and
what to do; a traceback goes to a log file, never to the terminal.
"""

from __future__ import annotations

import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from pillarbox.cli.output import console, on_terminal, plain, say
from pillarbox.cli.pointing import pointed
from pillarbox.locations import log_folder
from pillarbox_engine.errors import (
    BehindHead,
    FileUnusable,
    InputFault,
    InvalidHandlers,
    InvalidJobFile,
    NotFound,
    PillarboxError,
    QueryError,
)

DONE = 0
FAILED = 1
USAGE = 2
PARTLY = 3
UNUSABLE = 4


_IN_A_FILE = (NotFound, InvalidJobFile, InvalidHandlers)
"""Faults of input that are no mistake in the command itself."""


class Interrupted(Exception):
    """The person pressed Ctrl-C; the text says what was stored until then."""


def exit_code(error: PillarboxError) -> int:
    """The exit code for `error`: 4 for the queue file, 2 for what was typed, else 1."""
    if isinstance(error, FileUnusable):
        return UNUSABLE
    if isinstance(error, InputFault) and not isinstance(error, _IN_A_FILE):
        return USAGE
    return FAILED


def report(error: PillarboxError) -> int:
    """Tell a person about `error` on stderr; its exit code."""
    told = _for_the_shell(error)
    if on_terminal(sys.stderr):
        _styled(told)
    else:
        say(f"pillarbox: {told.title}{': ' + told.reason if told.reason else ''}")
        for line in _where(told):
            say(f"  {line}")
        if told.remedy:
            say(f"  {told.remedy}")
    return exit_code(error)


def _where(error: PillarboxError) -> list[str]:
    """The query with a caret under the mistake; nothing for another error."""
    if not isinstance(error, QueryError) or not error.query:
        return []
    return pointed(error.query, error.column).splitlines()


def _for_the_shell(error: PillarboxError) -> PillarboxError:
    """`error`, its remedy put as what can be typed where that differs from the window."""
    if isinstance(error, BehindHead):
        remedy = "Look for the right file, or accept this copy: pillarbox check --accept-copy FILE"
        return BehindHead(error.title, error.reason, remedy)
    return error


def _styled(error: PillarboxError) -> None:
    from rich.text import Text

    text = Text.assemble(("pillarbox: ", "bold"), (plain(error.title), "bold red"))
    if error.reason:
        text.append(f": {plain(error.reason)}")
    for line in _where(error):
        text.append(f"\n  {line}")
    if error.remedy:
        text.append(f"\n  {plain(error.remedy)}", style="dim")
    console(err=True).print(text, soft_wrap=True)


def report_usage(error: click.ClickException) -> int:
    """Tell a person what was wrong with the command they typed; the exit code."""
    context = getattr(error, "ctx", None)
    if isinstance(context, click.Context):
        say(context.get_usage())
    say(f"pillarbox: {error.format_message()}")
    if isinstance(context, click.Context):
        say(f"  See '{context.command_path} --help'")
    return error.exit_code


def report_unexpected(error: Exception) -> int:
    """Log an error nobody foresaw, with its traceback, and say where; the exit code."""
    say(f"pillarbox: internal error ({type(error).__name__}). This is a fault in Pillarbox.")
    say(f"  {_where_logged(error)}")
    return FAILED


def _where_logged(error: Exception) -> str:
    try:
        path = _log(error)
    except OSError as fault:
        return f"The details could not be written to {log_folder()}: {fault.strerror}"
    return f"The details are in {path}; please send them with your report"


def _log(error: Exception) -> Path:
    from pillarbox import __version__

    folder = log_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"error-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.log"
    path.touch(mode=0o600)
    about = f"Pillarbox {__version__}, Python {platform.python_version()}, {platform.platform()}"
    details = "".join(traceback.format_exception(error))
    path.write_text(f"{about}\n{details}", encoding="utf-8", errors="backslashreplace")
    return path
