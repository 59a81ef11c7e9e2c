"""What the engine logs while a command runs, told as messages on stderr.

Owns the logging of the command line: warnings and worse, one line each, never a traceback.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pillarbox.cli.output import one_line, say

ENGINE = "pillarbox"
LONGEST = 400


class _Messages(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(one_line(record.getMessage(), LONGEST))


@contextmanager
def told_on_stderr() -> Iterator[None]:
    """Tell the engine's warnings as messages."""
    handler = _Messages(logging.WARNING)
    logger = logging.getLogger(ENGINE)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def quiet() -> Iterator[None]:
    """Tell nothing of what the engine logs: what is watched tells it already."""
    ours = [each for each in logging.getLogger(ENGINE).handlers if isinstance(each, _Messages)]
    for handler in ours:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler in ours:
            handler.setLevel(logging.WARNING)
