"""The command line: `pillarbox …`. A module a command; `main` is the entry point.

Owns nothing but the way in and the way out: whatever a command raises leaves here as a message
and an exit code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

SWITCH_INTERVAL = 0.0002
"""Seconds a thread may keep the interpreter: short, so a handler that computes never makes the
thread that stores jobs wait long. An application's choice, so the library never makes it."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line on `arguments` (the process' own by default) and exit."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    raise SystemExit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Nothing is raised but what ends the process."""
    import click

    from pillarbox.cli import failures
    from pillarbox.cli.journal import told_on_stderr
    from pillarbox.cli.output import say
    from pillarbox_engine.errors import PillarboxError

    _forgiving_streams()
    try:
        with told_on_stderr():
            return _invoke(arguments)
    except PillarboxError as error:
        return failures.report(error)
    except click.Abort:
        say("Interrupted.")
        return failures.FAILED
    except failures.Interrupted as interrupted:
        say(f"Interrupted. {interrupted}".rstrip())
        return failures.FAILED
    except click.ClickException as error:
        return failures.report_usage(error)
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:  # the last line of defence: logged whole, said in short
        return failures.report_unexpected(error)


def _invoke(arguments: Sequence[str] | None) -> int:
    from pillarbox.cli.group import pillarbox

    given = None if arguments is None else list(arguments)
    answer = pillarbox.main(args=given, prog_name="pillarbox", standalone_mode=False)
    sys.stdout.flush()
    return answer if isinstance(answer, int) else 0


def _forgiving_streams() -> None:
    """Let a terminal that cannot show a character show its number instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _reader_gone() -> int:
    """Whoever read our output has closed it (`pillarbox jobs | head`): end without a word."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.stdout.fileno())
    return 1
