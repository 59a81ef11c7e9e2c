"""A place to go: one row of the navigation, and what a screen reader says of it."""

from __future__ import annotations

from dataclasses import dataclass

from pillarbox_ui.widgets import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One row: a place to go (`key` named by `chosen`), or a `heading` over the next ones.

    `badge` is a count or None; `tone` colours the badge where it should be noticed.
    """

    key: str
    name: str
    icon: str = ""
    badge: int | None = None
    paused: bool = False
    heading: bool = False
    tone: str = ""
    alarm: bool = False


def spoken(place: Place) -> str:
    """What a screen reader says: name, count, paused, alarm."""
    parts = [place.name]
    if place.badge is not None:
        parts.append(words.count(place.badge))
    if place.paused:
        parts.append(words.tr("paused"))
    if place.alarm:
        parts.append(words.tr("alarm"))
    return ", ".join(parts)
