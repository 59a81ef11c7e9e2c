"""Telling the store what became of jobs, in batches, until it has heard.

Owns `Settler`: settlements and reports waiting to be stored. What a failing store did not take
stays here and is told again; repeating a settlement under one fence is harmless.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from pillarbox_engine.errors import EngineClosed, EnvironmentFault, PillarboxError
from pillarbox_engine.leasing import Claimed, ClaimRequest, LeaseRef, Report, Settlement
from pillarbox_engine.protocols import MAX_BULK, Consumer, LeaseLostNote
from pillarbox_engine.reports import Reports

LOG = logging.getLogger("pillarbox")


class Settler:
    """Seen by one thread only, but for `empty`.

    `lost` is called with each lease the store says is gone, `refused` with errors about a single
    settlement that no repetition would mend.
    """

    def __init__(
        self, consumer: Consumer, reports: Reports,
        *, lost: Callable[[LeaseRef], None], refused: Callable[[Exception], None],
    ) -> None:  # fmt: skip
        self._consumer, self._reports = consumer, reports
        self._lost, self._refused = lost, refused
        self._pending: list[Settlement] = []
        self._unsent: list[Report] = []

    @property
    def empty(self) -> bool:
        """Whether everything that ended has been told."""
        return not self._pending

    def add(self, settlement: Settlement) -> None:
        """Have it told with the next `store`."""
        self._pending.append(settlement)

    def store(self, request: ClaimRequest | None = None) -> list[Claimed] | None:
        """Tell all settlements, each after the last reports of its job. Raises storage errors.

        With `request` the last of them and the claim are one commit: what was claimed, or None
        where it could not be asked along and still is to be.
        """
        claimed: list[Claimed] | None = None
        while self._pending:
            batch = self._pending[:MAX_BULK]
            self._send(self._reports.take([one.lease for one in batch]))
            last = len(batch) == len(self._pending)
            if request is not None and last and claimed is None:
                claimed = self._exchange(batch, request)
            else:
                _say_lost(self._settle(batch))
            del self._pending[: len(batch)]
        return claimed

    def _exchange(self, batch: list[Settlement], request: ClaimRequest) -> list[Claimed] | None:
        try:
            notes, claimed = self._consumer.exchange(batch, request)
        except (EnvironmentFault, EngineClosed):
            raise
        except PillarboxError:
            _say_lost(self._settle(batch))
            return None
        _say_lost(notes)
        return claimed

    def flush_reports(self) -> None:
        """Store all progress and log lines gathered. Raises storage errors."""
        self._send(self._reports.take())

    def _settle(self, batch: list[Settlement]) -> list[LeaseLostNote | None]:
        try:
            return self._consumer.settle(batch)
        except (EnvironmentFault, EngineClosed):
            raise
        except PillarboxError as error:
            if len(batch) == 1:
                self._refused(error)
                return [None]
        # One settlement the store cannot take must not hold up the others.
        return [note for one in batch for note in self._settle([one])]

    def _send(self, reports: list[Report]) -> None:
        self._unsent += reports
        if not self._unsent:
            return
        answers = self._consumer.report(self._unsent)
        sent, self._unsent = self._unsent, []
        for report, kept in zip(sent, answers, strict=True):
            if not kept:
                self._lost(report.lease)


def _say_lost(notes: list[LeaseLostNote | None]) -> None:
    for note in notes:
        if note is not None:
            LOG.warning("Job %s: LeaseLost: %s", note.job_id, note.reason)
