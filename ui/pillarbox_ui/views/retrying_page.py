"""Retrying and scheduled: the retry timeline, and the jobs that wait beneath it.

Owns the page. The timeline shows the soonest jobs as lanes and when all of them fall due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from pillarbox_engine.model import Counts
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import RetryingModel
from pillarbox_ui.plots.needs import plot_needs
from pillarbox_ui.snapshot import Lane, Snapshot
from pillarbox_ui.theme.fonts import grown
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.parts import stacked
from pillarbox_ui.widgets.later import LEAST_TIMELINE, Later

if TYPE_CHECKING:
    from pillarbox_ui.plots.retry_timeline import RetryTimeline


class RetryingPage(ListingPage):
    """Scheduled jobs, those that failed before among them."""

    view = View.RETRYING

    def __init__(self, context: Context) -> None:
        self._model = RetryingModel()
        super().__init__(context, self._model, self.tr("Jobs that wait"), "retrying")
        self._timeline: Later[RetryTimeline] = Later(
            self._make_timeline, LEAST_TIMELINE, plot_needs("retry_timeline")
        )
        self.splitter = stacked(self._timeline, self.panel, sizes=(grown(320), 400))
        self.column.addWidget(self.splitter)
        self.chosen_changed.connect(self._mark_lane)

    def _make_timeline(self) -> RetryTimeline:
        from pillarbox_ui.plots.retry_timeline import RetryTimeline

        made = RetryTimeline(self.context.theme, self.context.zone)
        made.job_chosen.connect(self.panel.table.choose)
        made.choose(self.current_job())
        return made

    @property
    def timeline(self) -> RetryTimeline:
        """The lanes above the table."""
        return self._timeline.part

    def all_jobs(self, counts: Counts) -> int:
        return counts.scheduled

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._model.set_waits(snapshot.lanes)
        super().show_snapshot(snapshot)
        lanes, due, now = snapshot.lanes, snapshot.due_times, snapshot.as_of
        start, end = span(lanes, now)
        self._timeline.tell(lambda timeline: timeline.set_lives(lanes, due, start, end, now))

    @Slot()
    def _mark_lane(self) -> None:
        if self._timeline.is_made:
            self.timeline.choose(self.current_job())


def span(lanes: tuple[Lane, ...], now: datetime) -> tuple[datetime, datetime]:
    """The time the timeline covers: the lanes' attempts behind "now", their next runs ahead.

    At least a quarter of a minute either way, at most an hour back, and no
    more than twice as far ahead as back.
    """
    begun = [event.started_at for _, events in lanes for event in events if event.started_at]
    back = (now - min(begun, default=now)).total_seconds()
    ahead = max(((job.run_at - now).total_seconds() for job, _ in lanes), default=0.0)
    past = min(max(15.0, back), 3_600.0)
    future = min(max(15.0, ahead), 2 * max(past, 300.0))
    return now - timedelta(seconds=past * 1.02), now + timedelta(seconds=future * 1.05)
