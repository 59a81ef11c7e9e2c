"""Turning an exception nobody foresaw into words for a person and a full entry in the log.

Owns `as_problem` and the name of the window's log. Used at the few places where a thread or a slot
ends, so that nothing is lost and no traceback is shown.
"""

from __future__ import annotations

import logging

from pillarbox_engine.errors import EnvironmentFault, PillarboxError

LOG = logging.getLogger("pillarbox.window")


def as_problem(error: BaseException, doing: str) -> PillarboxError:
    """`error` as something to show. What is not ours is logged with its traceback."""
    if isinstance(error, PillarboxError):
        return error
    LOG.error("%s: unexpected %s", doing, type(error).__name__, exc_info=error)
    return EnvironmentFault(
        f"{doing} went wrong",
        f"{type(error).__name__}: {error}",
        "This is a fault in Pillarbox; the log has the details",
    )
