"""The plots take whatever comes, draw it, and tell what is pointed at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pillarbox_ui.plots.attempt_strip import AttemptStrip
from pillarbox_ui.plots.depth_graph import DepthGraph
from pillarbox_ui.plots.graph import Graph
from pillarbox_ui.plots.graphs import make_graph
from pillarbox_ui.plots.rate_graph import RateGraph
from pillarbox_ui.plots.retry_timeline import RetryTimeline
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.widgets.gallery_data import due_times, history, lives
from pillarbox_ui.widgets.marks import Mark
from pillarbox_ui.widgets.time_link import TimeLink
from pillarbox_ui.widgets.zone import Zone

NOW = datetime(2026, 3, 4, 11, 39, 42, tzinfo=UTC)
START, END = NOW - timedelta(minutes=5), NOW + timedelta(minutes=3)


@pytest.fixture
def zone() -> Zone:
    return Zone(utc=True)


@pytest.mark.parametrize("name", ["depth", "rates", "waits", "runs"])
@pytest.mark.parametrize("seconds", [-1, 0, 1, 4_000])
def test_a_graph_takes_none_one_or_many_points(
    qtbot: QtBot, light: Theme, zone: Zone, name: str, seconds: int
) -> None:
    graph = make_graph(name, light, zone)
    qtbot.addWidget(graph)
    graph.resize(600, 200)
    graph.show()
    graph.set_points(history(NOW, seconds) if seconds >= 0 else (), START, NOW)
    graph.set_points((), NOW, NOW)
    light.set_mode(Mode.DARK)
    zone.set_utc(False)
    assert not graph.grab().isNull()


def test_the_legend_reads_the_last_values_then_those_under_the_cursor(
    qtbot: QtBot, light: Theme, zone: Zone
) -> None:
    graph, points = DepthGraph(light, zone), history(NOW, 100)
    qtbot.addWidget(graph)
    graph.set_points(points, START, NOW)
    assert graph.legend.value("ready") == f"{points[-1].ready:,}"
    graph.point_at(points[30].at.timestamp())
    assert graph.legend.value("ready") == f"{points[30].ready:,}"
    graph.point_at(None)
    assert graph.legend.value("ready") == f"{points[-1].ready:,}"


def test_linked_graphs_share_their_cursor(qtbot: QtBot, light: Theme, zone: Zone) -> None:
    graphs: tuple[Graph, ...] = (DepthGraph(light, zone), RateGraph(light, zone))
    link = TimeLink()
    for graph in graphs:
        qtbot.addWidget(graph)
        link.join(graph)
        graph.set_points(history(NOW, 100), START, NOW)
    graphs[0].pointed.emit(NOW.timestamp() - 40)
    assert graphs[1].canvas.pointer.isVisible()
    assert graphs[1].canvas.pointer.value() == NOW.timestamp() - 40
    graphs[0].pointed.emit(None)
    assert not graphs[1].canvas.pointer.isVisible()


def test_the_time_on_show_is_the_time_asked_for(qtbot: QtBot, light: Theme, zone: Zone) -> None:
    graph = DepthGraph(light, zone)
    qtbot.addWidget(graph)
    graph.set_points(history(NOW, 5), START, END)
    assert graph.canvas.span() == pytest.approx((START.timestamp(), END.timestamp()))


def test_new_data_makes_no_new_items(qtbot: QtBot, light: Theme, zone: Zone) -> None:
    graph = DepthGraph(light, zone)
    qtbot.addWidget(graph)
    graph.set_points(history(NOW, 50), START, NOW)
    before = len(graph.canvas.plot.items())
    for seconds in (0, 10, 300):
        graph.set_points(history(NOW, seconds), START, NOW)
    assert len(graph.canvas.plot.items()) == before


def test_the_depths_add_up_and_one_that_is_hidden_does_not_count(
    qtbot: QtBot, light: Theme, zone: Zone
) -> None:
    graph, points = DepthGraph(light, zone), history(NOW, 100)
    qtbot.addWidget(graph)
    graph.set_points(points, START, NOW)
    last = points[-1]
    whole = last.ready + last.leased + last.scheduled + last.dead
    assert _drawn(graph, "dead")[-1] == whole
    graph.legend.toggled.emit("ready", False)
    assert _drawn(graph, "dead")[-1] == whole - last.ready
    assert graph.legend.value("ready") == f"{last.ready:,}"


def _drawn(graph: Graph, key: str) -> list[float]:
    _, values = graph._items[key].getData()
    return [float(value) for value in values]


def test_the_cursor_stays_as_new_points_come_until_its_time_is_over(
    qtbot: QtBot, light: Theme, zone: Zone
) -> None:
    graph, at = DepthGraph(light, zone), NOW.timestamp() - 100
    qtbot.addWidget(graph)
    graph.set_points(history(NOW, 200), START, NOW)
    graph.point_at(at)
    graph.set_points(history(NOW, 200), START, NOW)
    assert graph.canvas.pointer.value() == at
    assert graph.canvas.pointer.isVisible()
    graph.set_points(history(NOW, 200), NOW - timedelta(seconds=60), NOW)
    assert not graph.canvas.pointer.isVisible()


@pytest.fixture
def pair(qtbot: QtBot, light: Theme, zone: Zone) -> tuple[Graph, Graph]:
    """Two linked graphs on the screen."""
    made = (DepthGraph(light, zone), RateGraph(light, zone))
    link = TimeLink(made[0])
    for graph in made:
        qtbot.addWidget(graph)
        graph.resize(700, 220)
        graph.show()
        graph.set_points(history(NOW, 300), START, NOW)
        link.join(graph)
    qtbot.waitExposed(made[1])
    return made


def test_a_dragged_span_is_shown_on_all_graphs_and_told_once(
    qtbot: QtBot, pair: tuple[Graph, Graph]
) -> None:
    one, other = pair
    port = one.canvas.plot.viewport()
    with qtbot.waitSignal(one.span_chosen) as told:
        QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))
        for across in (240, 300, 400):
            QTest.mouseMove(port, QPoint(across, 60))
        assert other.drag.band.isVisible()
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(400, 60))
    start, end = told.args
    assert START.timestamp() <= start < end <= NOW.timestamp()
    assert (start, end) == (one.canvas.time_at(200), one.canvas.time_at(400))


def test_a_click_chooses_no_span(qtbot: QtBot, pair: tuple[Graph, Graph]) -> None:
    port = pair[0].canvas.plot.viewport()
    with qtbot.assertNotEmitted(pair[0].span_chosen):
        QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))
        QTest.mouseMove(port, QPoint(203, 61))
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(203, 61))
    assert not pair[1].drag.band.isVisible()


def test_the_keyboard_moves_the_cursor_and_chooses_a_span(
    qtbot: QtBot, pair: tuple[Graph, Graph]
) -> None:
    one, other = pair
    step = 300 / 60
    for _ in range(3):
        QTest.keyClick(one, Qt.Key.Key_Left)
    assert other.canvas.pointer.value() == pytest.approx(NOW.timestamp() - 3 * step)
    for _ in range(2):
        QTest.keyClick(one, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(one.span_chosen) as told:
        QTest.keyClick(one, Qt.Key.Key_Return)
    ends = [NOW.timestamp() - 5 * step, NOW.timestamp() - 3 * step]
    assert told.args == pytest.approx(ends)
    QTest.keyClick(one, Qt.Key.Key_Escape)
    assert not other.canvas.pointer.isVisible()
    assert not other.drag.band.isVisible()


def test_marks_are_drawn_and_told(qtbot: QtBot, pair: tuple[Graph, Graph]) -> None:
    graph = pair[0]
    at = NOW.timestamp() - 60
    graph.set_marks((Mark(at, "Purge: 3 jobs"), Mark(at - 200, "Replay: 1 job")))
    assert not graph.grab().isNull()
    assert graph._words_at(at + 2, 1.0) == f"{zone_text(at)} Purge: 3 jobs"
    assert graph._words_at(at + 30, 1.0) == ""


def zone_text(at: float) -> str:
    """The time of day of `at`, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"


@pytest.fixture
def timeline(qtbot: QtBot, light: Theme, zone: Zone) -> RetryTimeline:
    made = RetryTimeline(light, zone)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    made.set_lives(lives(NOW), due_times(NOW), START, END, NOW)
    return made


def test_a_click_on_a_lane_chooses_its_job(qtbot: QtBot, timeline: RetryTimeline) -> None:
    jobs = [lane.job for lane in timeline.lane_geometry()]
    box = timeline.lanes.plot.getViewBox()
    spot = timeline.lanes.plot.mapFromScene(box.mapViewToScene(box.viewRect().center()))
    row = int(box.mapSceneToView(timeline.lanes.plot.mapToScene(spot)).y())
    with qtbot.waitSignal(timeline.job_chosen) as told:
        QTest.mouseClick(
            timeline.lanes.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot)
        )
    assert told.args == [jobs[row]]
    assert timeline.chosen() == jobs[row]


def test_the_arrow_keys_go_from_lane_to_lane(qtbot: QtBot, timeline: RetryTimeline) -> None:
    jobs = [lane.job for lane in timeline.lane_geometry()]
    for wanted in (jobs[0], jobs[1]):
        with qtbot.waitSignal(timeline.job_chosen) as told:
            QTest.keyClick(timeline, Qt.Key.Key_Down)
        assert told.args == [wanted]
    QTest.keyClick(timeline, Qt.Key.Key_Up)
    QTest.keyClick(timeline, Qt.Key.Key_Up)
    assert timeline.chosen() == jobs[0]


def test_going_down_scrolls_to_the_last_lane(qtbot: QtBot, timeline: RetryTimeline) -> None:
    count = len(timeline.lane_geometry())
    for _ in range(count):
        QTest.keyClick(timeline, Qt.Key.Key_Down)
    (_, _), (_, bottom) = timeline.lanes.plot.getViewBox().viewRange()
    assert bottom >= count


def test_a_screen_reader_hears_what_is_to_come(timeline: RetryTimeline) -> None:
    assert timeline.accessibleDescription().startswith("140 retries to come")


def test_choosing_from_outside_tells_nobody(qtbot: QtBot, timeline: RetryTimeline) -> None:
    with qtbot.assertNotEmitted(timeline.job_chosen):
        timeline.choose("10483")
        timeline.choose(None)
        timeline.choose("not there")


def test_a_timeline_without_lanes_is_quiet(qtbot: QtBot, light: Theme, zone: Zone) -> None:
    made = RetryTimeline(light, zone)
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    made.set_lives((), (), START, END, NOW)
    QTest.keyClick(made, Qt.Key.Key_Down)
    QTest.mouseClick(made.lanes.plot.viewport(), Qt.MouseButton.LeftButton)
    assert made.chosen() is None
    assert made.accessibleDescription() == "No retry is due"
    light.set_mode(Mode.DARK)
    assert not made.grab().isNull()


def test_a_strip_spans_its_jobs_own_time(qtbot: QtBot, light: Theme, zone: Zone) -> None:
    strip = AttemptStrip(light, zone)
    qtbot.addWidget(strip)
    strip.show()
    for job, events in lives(NOW, count=4):
        strip.set_life(job, events, NOW)
        drawn = strip.geometry_drawn()
        assert drawn is not None
        assert drawn.job == job.id
        assert not strip.grab().isNull()
    strip.set_life(lives(NOW)[0][0], (), NOW)
    assert not strip.grab().isNull()


def test_a_graph_leaves_files_that_are_dropped_on_it_to_the_window(
    qtbot: QtBot, light: Theme, zone: Zone
) -> None:
    graph = DepthGraph(light, zone)
    qtbot.addWidget(graph)
    assert not any(part.acceptDrops() for part in graph.findChildren(QWidget))
