"""A backend that tells of its calls, between an engine and the real one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, cast

from pillarbox_engine.leasing import Claimed
from pillarbox_engine.protocols import Backend

Around = Callable[[int, Any], None]
"""Told after a call: when it began (monotonic ns), and what it answered."""


class _Watched:
    def __init__(self, backend: Backend, begins: Callable[[str], None], ends: Around) -> None:
        self._backend, self._begins, self._ends = backend, begins, ends

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._backend, name)
        if "claim" not in name and "settle" not in name:
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            began = time.monotonic_ns()
            self._begins(name)
            answer = found(*arguments, **options)
            self._ends(began, answer)
            return answer

        return call


def watching(begins: Callable[[str], None], ends: Around) -> Callable[[Backend], Backend]:
    """For `open_engine(watch=…)`: tells of each call that claims or settles."""
    return lambda backend: cast(Backend, _Watched(backend, begins, ends))


def claims_in(answer: Any) -> Iterator[Claimed]:
    """The claims in what a call answered, however they are wrapped."""
    if isinstance(answer, Claimed):
        yield answer
    elif isinstance(answer, (list, tuple)):
        for part in answer:
            yield from claims_in(part)
    elif hasattr(answer, "claimed"):
        yield from claims_in(answer.claimed)
