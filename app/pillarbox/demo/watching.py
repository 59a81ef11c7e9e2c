"""Something between the engine and its backend that sees each claim.

Owns nothing of the store: it passes every call on, and tells a listener what was claimed and
when, so the demo measures its rate limit by the very times the limit is about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from pillarbox_engine.leasing import Claimed, ClaimRequest
from pillarbox_engine.protocols import Backend


class _Watched:
    def __init__(self, backend: Backend, on_claim: Callable[[Claimed], None]) -> None:
        self._backend, self._on_claim = backend, on_claim

    def claim(self, request: ClaimRequest) -> list[Claimed]:
        """Claim, and tell of each."""
        claims = self._backend.claim(request)
        for claimed in claims:
            self._on_claim(claimed)
        return claims

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)


def watched(backend: Backend, on_claim: Callable[[Claimed], None]) -> Backend:
    """`backend`, with `on_claim` called for each claim made through it."""
    return cast(Backend, _Watched(backend, on_claim))
