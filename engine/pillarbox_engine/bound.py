"""A handler with what is said of its runs: how long, and how often again.

Owns `Bound`. A handlers file makes them; a program's own table may hold them beside plain
functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pillarbox_engine.context import JobContext
from pillarbox_engine.leasing import Claimed
from pillarbox_engine.model import JsonValue
from pillarbox_engine.retry_rules import RetryRule
from pillarbox_engine.settings import check_number

Handler = Callable[[JobContext], JsonValue]
"""Runs one job; what it returns is the job's result."""

SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 0.05, 30 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """`run`, and how: raises `InvalidOption` where a figure cannot be.

    `timeout`: seconds, in place of the job's (None: the job's). `rules` are looked at before the
    queue's. `heeds_stop`: it ends within seconds of `job.cancelled`, whatever it does, so no
    thread of it is ever given up.
    """

    run: Handler
    timeout: float | None = None
    rules: tuple[RetryRule, ...] = ()
    heeds_stop: bool = False

    def __post_init__(self) -> None:
        if self.timeout is not None:
            check_number("timeout", self.timeout, SHORTEST_TIMEOUT, LONGEST_TIMEOUT)

    def applied_to(self, claimed: Claimed) -> Claimed:
        """The claim with this handler's time-out and rules."""
        if self.timeout is None and not self.rules:
            return claimed
        timeout = claimed.timeout if self.timeout is None else self.timeout
        return claimed._replace(timeout=timeout, retry_rules=(*self.rules, *claimed.retry_rules))
