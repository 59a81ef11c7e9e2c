"""Who does the work of whom: callers queue pieces of work, and one of them leads.

Owns `Combiner`. The leader does all that waits and passes the lead to somebody still waiting, so
no caller serves others for long and no piece waits without a leader.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from pillarbox_engine.sqlite.transaction import Transaction

T = TypeVar("T")
Work = Callable[["Transaction"], T]


class Together(ABC):
    """Work that is cheaper done for several callers at once."""

    @abstractmethod
    def __call__(self, transaction: Transaction) -> Any:
        """Do it for this caller alone."""

    @abstractmethod
    def joins(self, transaction: Transaction) -> bool:
        """Whether it can be done with others now."""

    @abstractmethod
    def all(self, transaction: Transaction, works: Sequence[Any]) -> list[Any]:
        """Do `works`, which are of this one's class: the answer of each, or its error.

        What fails here must fail before anything of it was written.
        """


class Piece(Generic[T]):
    """One caller's work and what became of it."""

    __slots__ = ("abandoned", "done", "error", "leads", "result", "signal", "work")

    def __init__(self, work: Work[T]) -> None:
        self.work = work
        self.result: T | None = None
        self.error: BaseException | None = None
        self.done = self.leads = self.abandoned = False
        self.signal = threading.Lock()
        self.signal.acquire()

    def tell(self) -> None:
        """It is done, one way or the other: wake its caller."""
        self.done = True
        if not self.abandoned:
            self.signal.release()

    def value(self) -> T:
        """What its caller gets."""
        if self.error is not None:
            raise self.error
        return cast("T", self.result)


class Combiner:
    """`serve` does all pieces it takes; it is called by one thread at a time."""

    def __init__(self, serve: Callable[[], None]) -> None:
        self._serve = serve
        self._waiting: deque[Piece[Any]] = deque()
        self._lead = threading.Lock()
        self._choosing = threading.Lock()

    def run(self, work: Work[T]) -> T:
        """Have `work` done, by this thread or by another; its answer or its error."""
        piece = Piece(work)
        self._waiting.append(piece)
        leads = self._lead.acquire(blocking=False)
        if not leads:
            self._await(piece)
            leads = piece.leads
        if leads and not piece.done:
            self._serve_and_pass_on()
        elif leads:
            # A leader did it between the two lines above, and let the lead go.
            self._pass_on()
        return piece.value()

    def take(self) -> list[Piece[Any]]:
        """All that waits; it is for `serve` to do and tell."""
        waiting = self._waiting
        return [waiting.popleft() for _ in range(len(waiting))]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep everybody else from being served meanwhile."""
        self._lead.acquire()
        try:
            yield
        finally:
            self._pass_on()

    @contextmanager
    def alone_if_free(self) -> Iterator[bool]:
        """The same where nobody is being served; False: somebody is."""
        free = self._lead.acquire(blocking=False)
        try:
            yield free
        finally:
            if free:
                self._pass_on()

    def _await(self, piece: Piece[Any]) -> None:
        """Wait until `piece` is done or its caller has the lead."""
        try:
            piece.signal.acquire()
        except BaseException:
            with self._choosing:
                piece.abandoned, leads = True, piece.leads
            if leads:
                self._pass_on()
            raise

    def _serve_and_pass_on(self) -> None:
        try:
            self._serve()
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        """Give the lead to somebody who waits; with nobody there, let it go."""
        while True:
            if self._waiting and self._choose():
                return
            self._lead.release()
            # Whoever came after the look and before the release found the lead taken, and waits.
            if not (self._waiting and self._is_awaited()) or not self._lead.acquire(blocking=False):
                return

    def _is_awaited(self) -> bool:
        return any(not piece.abandoned for piece in tuple(self._waiting))

    def _choose(self) -> bool:
        with self._choosing:
            for piece in tuple(self._waiting):
                if not piece.abandoned:
                    piece.leads = True
                    piece.signal.release()
                    return True
        return False
