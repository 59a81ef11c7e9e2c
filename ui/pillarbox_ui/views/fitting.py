"""How wide the columns of a table are: all of them in sight, none of them cut where it matters.

Owns sharing out the room: every column gets what it cannot do without, then what it would like,
those that miss little first; where even the first is too much, columns marked `spare` are left
out, and where that is not enough the others are squeezed. Pure, but for the fonts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontMetrics

from pillarbox_ui.models.columns import Kind
from pillarbox_ui.theme.fonts import small_font
from pillarbox_ui.theme.tokens import SIZE
from pillarbox_ui.widgets.face import Face
from pillarbox_ui.widgets.painting import pill_size
from pillarbox_ui.widgets.states import JOB_STATES, state_word

_BAR = 40
"""A bar or a spark shorter than this says nothing, in px."""

_LEAST = 48
"""No column is squeezed below this, in px."""

_WIDEST = {
    Kind.NUMBER: "9,999",
    Kind.MOMENT: "59m ago",
    Kind.AGE: "59m",
    Kind.LEASE: "expired",
    Kind.PROGRESS: "100 %",
    Kind.GAUGE: "10k / 10k",
    Kind.ATTEMPTS: "10 / 10",
}
_BARRED = frozenset({Kind.LEASE, Kind.PROGRESS, Kind.SPARKLINE})
_LETTERS = 8
"""What text and ids are cut to at most, in characters."""


@dataclass(frozen=True, slots=True)
class Want:
    """What a column needs and would like, in px; `spare` as in `Column`; it may grow beyond.

    `title`: what its title needs.
    """

    least: int
    wish: int
    spare: int = 0
    grows: bool = False
    title: int = 0


def least_width(
    kind: Kind, font: QFont, letters: int = _LETTERS, states: Sequence[str] = JOB_STATES
) -> int:
    """What a cell of `kind` cannot do without, padding included, in px; a pill, one of `states`."""
    metrics = QFontMetrics(font)
    if kind is Kind.PILL:
        small = Face(small_font(font))
        return max(pill_size(state_word(state), small)[0] for state in states) + 2 * SIZE.inside
    text = _WIDEST.get(kind, "n" * letters if kind is not Kind.SPARKLINE else "")
    bar = _BAR + SIZE.inside if kind in _BARRED else 0
    return metrics.horizontalAdvance(text) + bar + 2 * SIZE.inside


def share_out(wants: Sequence[Want], room: int) -> list[int]:
    """The width of each column in `room` px; 0 for one that is left out."""
    places = _in_sight(wants, room)
    widths = {at: wants[at].least for at in places}
    if sum(widths.values()) > room:
        return _squeezed(wants, widths, room)
    left = room - sum(widths.values())
    missing = {at: max(0, wants[at].wish - wants[at].least) for at in places}
    for nth, at in enumerate(sorted(places, key=missing.__getitem__)):
        given = min(missing[at], left // (len(places) - nth))
        widths[at], left = widths[at] + given, left - given
    _give(wants, widths, room)
    return [widths.get(at, 0) for at in range(len(wants))]


def _squeezed(wants: Sequence[Want], widths: dict[int, int], room: int) -> list[int]:
    """Each a little less than it needs, its title whole as long as that can be: a word that is cut
    tells more than one out of sight."""
    titles = {at: min(wants[at].title, width) for at, width in widths.items()}
    if sum(titles.values()) > room:
        titles = dict.fromkeys(widths, 0)
    spread = room - sum(titles.values())
    beyond = {at: width - titles[at] for at, width in widths.items()}
    whole = max(1, sum(beyond.values()))
    cut = {at: max(_LEAST, titles[at] + beyond[at] * spread // whole) for at in widths}
    wide = max(cut, key=cut.__getitem__)
    cut[wide] = max(_LEAST, cut[wide] + room - sum(cut.values()))
    return [cut.get(at, 0) for at in range(len(wants))]


def _in_sight(wants: Sequence[Want], room: int) -> list[int]:
    """The columns that are shown: those with the highest `spare` go first."""
    places = list(range(len(wants)))
    while sum(wants[at].least for at in places) > room:
        spare = max(places, key=lambda at: wants[at].spare)
        if not wants[spare].spare:
            break
        places.remove(spare)
    return places


def _give(wants: Sequence[Want], widths: dict[int, int], room: int) -> None:
    """What nobody asked for goes to the column that grows, else to the last one."""
    left = room - sum(widths.values())
    if left > 0 and widths:
        growing = next((at for at in widths if wants[at].grows), max(widths))
        widths[growing] += left
