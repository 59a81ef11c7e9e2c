"""The delegates: what they paint, what they say, how much room they ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics

from pillarbox_ui.theme.contrast import pill_colour
from pillarbox_ui.theme.theme import Mode, Theme
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.attempts import Attempts
from pillarbox_ui.widgets.cell import Cell
from pillarbox_ui.widgets.gallery_tables import SHOW, Datum
from pillarbox_ui.widgets.gauge import Gauge
from pillarbox_ui.widgets.lease_bar import LeaseBar, lease_left
from pillarbox_ui.widgets.mono_cell import MonoCell
from pillarbox_ui.widgets.number_cell import NumberCell
from pillarbox_ui.widgets.painting import pill_size, spark_points
from pillarbox_ui.widgets.progress_cell import ProgressCell
from pillarbox_ui.widgets.relative_time import RelativeTime
from pillarbox_ui.widgets.roles import Role
from pillarbox_ui.widgets.sparkline import Sparkline
from pillarbox_ui.widgets.state_pill import StatePill
from pillarbox_ui.widgets.zone import Zone
from tests.ui.widgets.kit import background, colours, index, option, paint

NOW = datetime(2026, 1, 2, 12, 4, 31, tzinfo=UTC)

DATA: tuple[Datum, ...] = (
    {},
    {SHOW: "<b>text</b>", Role.STATE: "dead", Role.LIMIT: (4, 5), Role.MOMENT: NOW},
    {SHOW: "x" * 500, Role.STATE: "unheard-of", Role.LIMIT: (0, None), Role.SERIES: ()},
    {Role.SERIES: (1,), Role.FRACTION: 0.0, Role.LEASE: (NOW, 30.0), Role.LIMIT: (3, 0)},
    {Role.SERIES: (1, 5, 5, 0), Role.FRACTION: 1.7, Role.LEASE: (NOW + timedelta(hours=9), 0.0)},
)


def every(theme: Theme) -> tuple[Cell, ...]:
    """One of every delegate."""
    plain = (Cell, NumberCell, MonoCell, StatePill, Attempts, Gauge, ProgressCell, Sparkline)
    timed = (LeaseBar(theme, now=lambda: NOW), RelativeTime(theme, Zone(utc=True), now=lambda: NOW))
    return (*(kind(theme) for kind in plain), *timed)


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_every_cell_paints_any_data_at_any_width(light: Theme, mode: Mode) -> None:
    light.set_mode(mode)
    for cell in every(light):
        for datum in DATA:
            for chosen in (False, True):
                picture = paint(cell, datum, chosen, width=220 if chosen else 30)
                corner = picture.pixelColor(0, 0).name().upper()
                assert corner == background(light, chosen)


def test_a_size_hint_holds_the_padding(light: Theme) -> None:
    for cell in every(light):
        hint = cell.sizeHint(option(), index(DATA[1]))
        assert hint.height() >= QFontMetrics(cell.font(option())).height() + SIZE.inside
        assert hint.width() >= cell.content_width(option(), index(DATA[1])) + 2 * SIZE.inside


@pytest.mark.parametrize("chosen", [False, True])
def test_a_pill_keeps_its_ground_on_a_selected_row(light: Theme, chosen: bool) -> None:
    seen = colours(paint(StatePill(light), {Role.STATE: "retrying"}, chosen))
    assert pill_colour(light.tokens, "retrying") in seen
    assert light.tokens.state("retrying") in seen
    assert background(light, chosen) in seen


def test_a_pill_says_its_state_in_a_word(light: Theme) -> None:
    assert StatePill(light).words(index({Role.STATE: "leased"})) == "Leased"
    assert pill_size("Leased", StatePill(light).face(option()))[1] <= SIZE.row_compact - 4


def test_muted_text_is_as_dark_as_any_on_a_selected_row(light: Theme) -> None:
    cell, datum = Cell(light), {SHOW: "████", Role.TONE: "muted"}
    assert light.tokens.muted in colours(paint(cell, datum))
    seen = colours(paint(cell, datum, chosen=True))
    assert light.tokens.text in seen
    assert light.tokens.muted not in seen


def test_words_of_the_cells(light: Theme) -> None:
    assert Attempts(light).words(index({Role.LIMIT: (2, 5)})) == "2 / 5"
    assert Gauge(light).words(index({Role.LIMIT: (1_257, 10_000)})) == "1,257 / 10k"
    assert Gauge(light).words(index({Role.LIMIT: (4, None)})) == "4"
    assert ProgressCell(light).words(index({Role.FRACTION: 0.66})) == "66 %"
    assert ProgressCell(light).words(index({})) == "–"
    assert Sparkline(light).tip_text(index({Role.SERIES: (1, 9, 4)})) == "least 1, most 9, now 4"


def test_a_relative_time_tells_the_whole_in_its_tip(light: Theme) -> None:
    cell = RelativeTime(light, Zone(utc=True), now=lambda: NOW)
    earlier = index({Role.MOMENT: NOW - timedelta(minutes=47)})
    assert cell.words(earlier) == "47m ago"
    assert cell.tip_text(earlier) == "2026-01-02 11:17:31 UTC"
    assert cell.words(index({})) == "–"
    bare = RelativeTime(light, Zone(utc=True), now=lambda: NOW, bare=True)
    assert bare.words(earlier) == "47m"


def test_a_lease_runs_down() -> None:
    assert lease_left(NOW + timedelta(seconds=15), 30.0, NOW) == (15.0, 0.5)
    assert lease_left(NOW - timedelta(seconds=1), 30.0, NOW) == (0.0, 0.0)
    assert lease_left(NOW + timedelta(seconds=60), 30.0, NOW) == (60.0, 1.0)


@pytest.mark.parametrize(("left", "tone"), [(11.0, "leased"), (10.0, "error")])
def test_the_last_third_of_a_lease_is_urgent(light: Theme, left: float, tone: str) -> None:
    cell = LeaseBar(light, now=lambda: NOW)
    seen = colours(paint(cell, {Role.LEASE: (NOW + timedelta(seconds=left), 30.0)}))
    assert light.tokens.state(tone) in seen


def test_a_lease_that_is_over_says_so(light: Theme) -> None:
    cell = LeaseBar(light, now=lambda: NOW)
    assert cell.words(index({Role.LEASE: (NOW, 30.0)})) == "expired"
    assert cell.words(index({})) == ""


def test_spark_points_fill_their_room() -> None:
    points = spark_points((0, 10, 5), QRectF(0, 0, 100, 20))
    assert [(point.x(), point.y()) for point in points] == [(0, 20), (50, 0), (100, 10)]
    flat = spark_points((3, 3), QRectF(0, 0, 100, 20))
    assert {point.y() for point in flat} == {10}
    assert {point.y() for point in spark_points((0, 0), QRectF(0, 0, 100, 20))} == {20}
    assert spark_points((), QRectF(0, 0, 100, 20)) == []
