"""What a pool does about errors it must live through.

Owns `Trouble`: telling them, to the log and to whoever asked, and the growing waits before the
next try.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from pillarbox_engine.backoff import Exponential, Random
from pillarbox_engine.errors import PillarboxError

LOG = logging.getLogger("pillarbox")
OnProblem = Callable[[Exception], None]
"""Called with each error a worker lives through, on one of its threads."""

WAITS = Exponential(first=0.1, factor=2.0, cap=10.0, jitter=0.2)


class Trouble:
    """Counts failures in a row. Seen by one thread only."""

    def __init__(self, on_problem: OnProblem | None, random: Random) -> None:
        self._on_problem, self._random = on_problem, random
        self._failures = 0
        self._said = ""

    def wait_after(self, error: Exception) -> float:
        """Tell `error`; seconds to wait before the next try."""
        self._failures += 1
        self.tell(error)
        return WAITS.delay(self._failures, self._random)

    def over(self) -> None:
        """It worked: the next failure is a first one again."""
        self._failures = 0

    def tell_once(self, error: Exception) -> None:
        """Say `error` unless it was the last said so, and `over_with` it was not called since."""
        if str(error) != self._said:
            self._said = str(error)
            self.tell(error)

    def over_with(self) -> None:
        """What was told once is over."""
        self._said = ""

    def tell(self, error: Exception) -> None:
        """Say `error`, without any waiting."""
        LOG.warning("The worker met a problem and goes on: %s", error)
        if self._on_problem is None:
            return
        try:
            self._on_problem(error)
        except Exception:
            # The callback is the program's; its mistakes must not end the worker.
            LOG.exception("on_problem raised")


def all_stuck(name: str, stuck: int) -> PillarboxError:
    """What a worker says when it has no thread left to run anything."""
    return PillarboxError(
        f"The worker {name} claims nothing more for now",
        f"all its {stuck} threads are stuck in handlers that ran past their time-out",
        "It goes on as soon as one returns; otherwise restart the process",
    )
