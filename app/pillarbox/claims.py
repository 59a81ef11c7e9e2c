"""Something between an engine and its backend that sees each claim.

Owns nothing of the store: it passes every call on. The demo measures its rate limit by it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pillarbox_engine.leasing import Claimed, ClaimRequest
from pillarbox_engine.protocols import Backend

Claims = Callable[[Claimed], Claimed]
"""Told of each claim; the answer is what the worker gets in its place."""


class _Watched:
    def __init__(self, backend: Backend, each: Claims) -> None:
        self._backend, self._each = backend, each

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        """Claim, and pass each claim through."""
        return [self._each(claimed) for claimed in self._backend.claim(request)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


def through(each: Claims) -> Callable[[Backend], Backend]:
    """What puts `each` between an engine and its backend: for `open_engine(watch=…)`."""
    return lambda backend: cast(Backend, _Watched(backend, each))
