"""One queue: its graphs, one of them at a time, and its jobs.

Owns the page. The graph is on top as in the reference pictures, the table beneath takes the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget

from pillarbox_engine.model import QueueSummary
from pillarbox_ui.interest import View
from pillarbox_ui.models.jobs_model import JobsModel
from pillarbox_ui.models.queues_model import order_facts, queue_state, rate_limit_text
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.forecast import forecast
from pillarbox_ui.views.graph_board import KINDS, GraphBoard
from pillarbox_ui.views.listing_page import ListingPage
from pillarbox_ui.views.parts import small_button, stacked, strip
from pillarbox_ui.views.window_choice import WindowChoice
from pillarbox_ui.widgets import words
from pillarbox_ui.widgets.banner import Banner
from pillarbox_ui.widgets.buttons import Choice
from pillarbox_ui.widgets.plain_label import ElidedLabel
from pillarbox_ui.widgets.switch import Switch
from pillarbox_ui.widgets.two_ends import TwoEnds

if TYPE_CHECKING:
    from pillarbox_ui.plots.graph import Graph


_MEASURES = ("Depth", "Rates", "Wait", "Run time")
"""What the buttons over the graph say, in the order of `KINDS`."""


class QueuePage(ListingPage):
    """Shows whichever queue it is set to."""

    view = View.QUEUE

    def __init__(self, context: Context) -> None:
        super().__init__(context, JobsModel(one_queue=True), self.tr("Jobs of the queue"), "jobs")
        self.board = GraphBoard(context, self)
        self.board.narrowed.connect(self.narrow_asked)
        self.windows = WindowChoice()
        self.measures = Switch(*(self.tr(text) for text in _MEASURES))
        self._graphs = QStackedWidget()
        for name in KINDS:
            self._graphs.addWidget(self.board.places[name])
        self.banner = Banner(context.theme)
        self._facts = ElidedLabel(muted=True)
        facts, row = strip(spread=self._facts)
        row.addWidget(small_button(context.theme, self.tr("Settings…"), self._ask, "settings"))
        head, _ = strip(spread=TwoEnds(self.measures, self.windows))
        self.splitter = stacked(self._graphs, self.panel, sizes=(190, 520))
        for part in (self.banner, facts, head):
            self.column.addWidget(part)
        self.column.addWidget(self.splitter, 1)
        self.windows.changed.connect(self.interest_changed)
        self.measures.chosen.connect(self.show_measure)

    def _ask(self) -> None:
        self.asked.emit("queue-settings")

    @Slot(int)
    def show_measure(self, place: int) -> None:
        """Bring the graph of depth (0), rates (1), waits (2) or run times (3) up."""
        self.measures.choose(place)
        self._graphs.setCurrentIndex(place)
        self.board.draw_seen()

    @property
    def graph(self) -> Graph:
        """The queue's depth over time."""
        return self.board.graph("depth")

    def set_queue(self, queue: str | None) -> None:
        if queue != self.queue:
            super().set_queue(queue)
            self.panel.table.source.set_rows(())
            self.banner.hide()

    @property
    def window_seconds(self) -> float:
        return self.windows.seconds

    def show_snapshot(self, snapshot: Snapshot) -> None:
        queue = snapshot.queue(self.queue)
        self.board.show_snapshot(snapshot, self.windows.seconds)
        super().show_snapshot(snapshot)
        if queue is not None:
            self._facts.setText(self._describe(queue))
            self._warn(queue)

    def _describe(self, queue: QueueSummary) -> str:
        flow = self.tr("{0} in, {1} out")
        parts = [
            self.tr("{0} ready").format(words.count(queue.counts.ready)),
            flow.format(words.rate(queue.in_rate), words.rate(queue.out_rate)),
        ]
        ahead = forecast((queue,))
        parts += [ahead] if ahead else []
        bound = queue.settings.max_depth
        if bound is not None:
            live = words.count(queue.counts.live)
            parts.append(self.tr("{0} of at most {1}").format(live, words.count(bound)))
        if queue.settings.rate_limit is not None:
            parts.append(self.tr("rate limit: {0} used").format(rate_limit_text(queue)))
        if queue.settings.claim_check is not None:
            apart = self.tr("payloads above {0} kept beside the file")
            parts.append(apart.format(words.size(queue.settings.claim_check)))
        return " · ".join([*parts, *order_facts(queue)])

    def _warn(self, queue: QueueSummary) -> None:
        """Say why nothing runs: paused, draining, or nobody serves it — the first that holds."""
        state = queue_state(queue)
        if state == "paused":
            resume = Choice(self.tr("Resume"), lambda: self.asked.emit("pause"))
            self._tell("info", self.tr("{0} is paused").format(queue.name), "", resume)
        elif state == "draining":
            resume = Choice(self.tr("Resume"), lambda: self.asked.emit("pause"))
            text = self.tr("{0} is draining: it takes no new jobs in").format(queue.name)
            self._tell("info", text, "", resume)
        elif not queue.served and queue.counts.live:
            reason = self.tr("Its jobs wait until a worker is started, for example: pillarbox work")
            self._tell("warn", self.tr("No worker serves this queue"), reason)
        else:
            self.banner.hide()

    def _tell(self, tone: str, text: str, reason: str, *choices: Choice) -> None:
        if not self.banner.isVisibleTo(self) or self.banner.text() != text:
            self.banner.tell(tone, text, reason, choices)
