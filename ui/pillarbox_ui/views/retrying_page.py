"""Retrying and scheduled: the retry timeline, and the jobs that wait beneath it.

Owns the page. The timeline shows the soonest jobs as lanes and when all of them fall due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Slot

from pillarbox_engine.model import Counts
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import RetryingModel
from pillarbox_ui.plots.retry_timeline import RetryTimeline
from pillarbox_ui.snapshot import Lane, Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.parts import stacked


class RetryingPage(ListingPage):
    """Scheduled jobs, those that failed before among them."""

    view = View.RETRYING

    def __init__(self, context: Context) -> None:
        self._model = RetryingModel()
        super().__init__(context, self._model, self.tr("Jobs that wait"), "retrying")
        self.timeline = RetryTimeline(context.theme, context.zone)
        self.splitter = stacked(self.timeline, self.panel, sizes=(320, 400))
        self.column.addWidget(self.splitter)
        self.timeline.job_chosen.connect(self.panel.table.choose)
        self.chosen_changed.connect(self._mark_lane)

    def all_jobs(self, counts: Counts) -> int:
        return counts.scheduled

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._model.set_waits(snapshot.lanes)
        super().show_snapshot(snapshot)
        start, end = span(snapshot.lanes, snapshot.as_of)
        self.timeline.set_lives(snapshot.lanes, snapshot.due_times, start, end, snapshot.as_of)

    @Slot()
    def _mark_lane(self) -> None:
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
