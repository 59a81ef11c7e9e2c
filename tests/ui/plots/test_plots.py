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
from pillarbox_ui.plots.graph import Graph, link
from pillarbox_ui.plots.rate_graph import RateGraph
from pillarbox_ui.plots.retry_timeline import RetryTimeline
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.widgets.gallery_data import due_times, history, lives
from pillarbox_ui.widgets.zone import Zone

NOW = datetime(2026, 3, 4, 11, 39, 42, tzinfo=UTC)
START, END = NOW - timedelta(minutes=5), NOW + timedelta(minutes=3)


@pytest.fixture
def zone() -> Zone:
    return Zone(utc=True)


@pytest.mark.parametrize("kind", [DepthGraph, RateGraph])
@pytest.mark.parametrize("seconds", [-1, 0, 1, 4_000])
def test_a_graph_takes_none_one_or_many_points(
    qtbot: QtBot, light: Theme, zone: Zone, kind: type[DepthGraph | RateGraph], seconds: int
) -> None:
    graph = kind(light, zone)
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
    link(graphs)
    for graph in graphs:
        qtbot.addWidget(graph)
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
