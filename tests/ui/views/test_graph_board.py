"""The graphs of a page: made once, told what is new, and asked for a span of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from pillarbox_engine.model import Counts, Operation, QueueSummary
from pillarbox_engine.query import parse_query
from pillarbox_engine.settings import QueueSettings
from pillarbox_ui.interest import Interest
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.forecast import forecast, time_to_drain, time_to_full
from pillarbox_ui.views.overview_page import OverviewPage
from pillarbox_ui.views.queue_page import QueuePage
from pillarbox_ui.views.time_span import narrowed, span_query
from pillarbox_ui.widgets.gallery_data import history
from pillarbox_ui.widgets.marks import marks
from pillarbox_ui.windows import Opened

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)


def _queue(**changes: object) -> QueueSummary:
    plain: dict[str, object] = {
        "name": "email", "settings": QueueSettings(), "paused": False, "draining": False,
        "counts": Counts(ready=90, leased=10), "oldest_ready_at": None, "next_due_at": None,
        "in_rate": 0.0, "out_rate": 0.0, "run_p95": None, "rate_used": 0, "served": True,
    }  # fmt: skip
    return QueueSummary(**{**plain, **changes})  # type: ignore[arg-type]


def test_a_queue_that_shrinks_says_when_it_is_drained() -> None:
    queue = _queue(in_rate=2.0, out_rate=3.0)
    assert time_to_drain((queue,)) == 100.0
    assert forecast((queue,)) == "drained in 1m 40s"
    assert forecast((queue, _queue(in_rate=1.0))) == ""


def test_a_bounded_queue_that_grows_says_when_it_is_full() -> None:
    queue = _queue(in_rate=3.0, out_rate=1.0, settings=QueueSettings(max_depth=160))
    assert time_to_full(queue) == 30.0
    assert forecast((queue,)) == "full in 30s"
    assert forecast((_queue(in_rate=3.0, out_rate=1.0),)) == "grows by 2.0/s"
    over = _queue(in_rate=3.0, settings=QueueSettings(max_depth=50))
    assert time_to_full(over) == 0.0
    assert forecast((over, queue)) == "email full"


@pytest.mark.parametrize(
    "queue",
    [
        _queue(),
        _queue(out_rate=0.01),
        _queue(counts=Counts(), out_rate=5.0),
        _queue(in_rate=0.1, settings=QueueSettings(max_depth=2**53)),
    ],
)
def test_what_does_not_change_or_is_far_away_is_not_foretold(queue: QueueSummary) -> None:
    assert time_to_drain((queue,)) is None
    assert time_to_full(queue) is None


def test_a_span_is_a_query_that_takes_all_of_it_in_and_replaces_the_one_before() -> None:
    start = datetime(2026, 11, 24, 14, 0, 0, 400_000, tzinfo=UTC)
    end = start + timedelta(seconds=10)
    query = span_query("ended", start.timestamp(), end.timestamp())
    where = parse_query(query)
    first, last = (bound.value for bound in where.bounds)
    assert [bound.op for bound in where.bounds] == [">=", "<"]
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    assert first <= start < end <= last
    typed = narrowed("state:dead enqueued>=2026-11-01 Enqueued<2026-11-02 ann", query)
    assert typed == f"state:dead ann {query}"
    assert narrowed("", query) == query
    assert narrowed("blended>2 x", query) == f"blended>2 x {query}"


def test_operations_that_changed_something_are_marks() -> None:
    some = [
        Operation(id=str(n), verb="purge", at=NOW + timedelta(seconds=n), what="state:dead",
                  changed=n, skipped=0)
        for n in (3, 0, 1)
    ]  # fmt: skip
    assert [mark.words for mark in marks(some)] == [
        "Purge: 1 job (state:dead)", "Purge: 3 jobs (state:dead)",
    ]  # fmt: skip


def _snapshot(number: int) -> Snapshot:
    at = NOW + timedelta(seconds=number)
    return Snapshot(
        as_of=at, interest=Interest(), queues=(_queue(),), history=history(at, 60 + number)
    )


def test_graphs_are_made_once_and_told_only_while_they_are_seen(
    qtbot: QtBot, context: Context
) -> None:
    page = QueuePage(context)
    page.set_queue("email")
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    page.show_snapshot(_snapshot(0))
    qtbot.waitUntil(lambda: page.board.places["depth"].is_made, timeout=9_000)
    assert not page.board.places["runs"].is_made
    page.show_measure(1)
    qtbot.waitUntil(lambda: page.board.places["rates"].is_made, timeout=9_000)
    depth, before = page.graph, len(page.graph.series("ready").times)
    page.show_snapshot(_snapshot(20))
    rates = page.board.graph("rates")
    end = (NOW + timedelta(seconds=20)).timestamp()
    qtbot.waitUntil(lambda: rates.canvas.span()[1] == end)
    assert len(depth.series("ready").times) == before
    page.show_measure(0)
    qtbot.waitUntil(lambda: len(depth.series("ready").times) == before + 20)
    assert page.graph is depth


def test_a_chosen_span_narrows_the_filter(qtbot: QtBot, opened: Opened, context: Context) -> None:
    page = opened.window.pages.current
    assert isinstance(page, OverviewPage)
    menu = page.board.menu(NOW.timestamp(), NOW.timestamp() + 60)
    (ended, _) = menu.actions()
    assert ended.text().startswith("Jobs that ended ")
    ended.trigger()
    assert opened.window.query.typed == "ended>=2026-11-24T14:05:00Z ended<2026-11-24T14:06:00Z"
    assert opened.window.query.error() == ""
    menu.close()
