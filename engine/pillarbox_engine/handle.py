"""An operation, as a program holds it.

Owns `OperationHandle`: what is known of the operation, waiting for its end, cancel and undo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillarbox_engine import arguments, bulk
from pillarbox_engine.clock import from_us, seconds_to_us
from pillarbox_engine.errors import NotFound
from pillarbox_engine.model import Operation
from pillarbox_engine.operation import OperationState

if TYPE_CHECKING:
    from pillarbox_engine.engine import Engine


class OperationHandle:
    """A handle on one operation. What it tells is as of the call that made or last changed it;
    `refresh` asks again. Where no job matched, there is no operation: `id` is "" and all is 0."""

    def __init__(self, engine: Engine, record: Operation) -> None:
        self._engine, self.record = engine, record

    def __repr__(self) -> str:
        one = self.record
        return f"<Operation {one.id} {one.verb}: {one.state}, {one.done} of {one.total}>"

    @property
    def id(self) -> str:
        """The id `engine.operation` and `engine.cancel_operation` take."""
        return self.record.id

    @property
    def operation(self) -> str | None:
        """The id, None where no job matched."""
        return self.record.id or None

    @property
    def verb(self) -> str:
        """What is done to the jobs."""
        return self.record.verb

    @property
    def state(self) -> OperationState:
        """Whether it is at work, or how it ended."""
        return self.record.state

    @property
    def total(self) -> int:
        """How many jobs it was frozen with."""
        return self.record.total

    @property
    def done(self) -> int:
        """How many of them were worked through."""
        return self.record.done

    @property
    def changed(self) -> int:
        """How many of those the verb was done to."""
        return self.record.changed

    @property
    def skipped(self) -> dict[str, int]:
        """How many of those were left alone, by the reason (most often their state)."""
        return dict(self.record.skips)

    @property
    def failed(self) -> int:
        """Of a replay's jobs that it watches, how many are dead letters again."""
        return self.record.failed

    @property
    def said(self) -> str:
        """What it waits for, or why it stopped; "" where there is nothing to say."""
        return self.record.said

    def refresh(self) -> OperationHandle:
        """Ask the store how it stands; itself."""
        if self.id:
            self.record = self._engine.backend.operation(self.id)
        return self

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has ended, doing its chunks meanwhile; False after `timeout` seconds."""
        arguments.patience("timeout", timeout)
        clock, hints = self._engine.clock, self._engine.hints
        deadline = None if timeout is None else clock.monotonic_us() + seconds_to_us(timeout)
        while not self.record.ended:
            mark = hints.mark()
            self.record = self._engine.backend.advance_operation(self.id)
            if self.record.ended:
                break
            left = float("inf") if deadline is None else (deadline - clock.monotonic_us()) / 1e6
            if left <= 0:
                return False
            if self.record.next_at is not None:
                ahead = bulk.seconds_until(self.record.next_at, from_us(clock.now_us()))
                hints.wait(mark, min(left, ahead))
        return True

    def drive(self) -> OperationHandle:
        """Do its chunks until it ends or has to wait; itself. The rest is maintenance's."""
        self.record = bulk.drive(self._engine.backend, self.record)
        return self

    def cancel(self) -> OperationHandle:
        """Stop it for good; what was done stays done. Itself."""
        if self.id:
            self.record = self._engine.backend.cancel_operation(self.id)
        return self

    def undo(self) -> OperationHandle:
        """Take it back: the operation that does. `Conflict` where nothing can be taken back."""
        if not self.id:
            raise NotFound("There is no operation to undo", "no job matched", "Match some jobs")
        record = self._engine.backend.undo_operation(self.id)
        return OperationHandle(self._engine, record).drive()
