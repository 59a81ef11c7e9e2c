"""Every colour and every size of the window. No other module of `ui` spells one.

Owns the two palettes, `LIGHT` and `DARK`, their high-contrast variants, and `SIZE`, the grid.
Colours are `#RRGGBB` text; sizes are device-independent pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Sizes:
    """The 4-px grid and what sits on it."""

    grid: int = 4
    inside: int = 8
    between: int = 12
    edge: int = 16
    row: int = 32
    row_compact: int = 26
    row_navigation: int = 34
    radius: int = 6
    scroll: int = 10
    ring: int = 2
    hairline: int = 1
    icon: int = 16
    icon_navigation: int = 18
    icon_large: int = 40
    dot: int = 6
    bar: int = 6
    strip: int = 72
    text: int = 13
    text_small: int = 12
    text_title: int = 17
    motion_ms: int = 150


SIZE = Sizes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """One theme's colours. `tint` is how much of a state's colour lies over `content`."""

    name: str
    dark: bool
    window: str
    content: str
    line: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    selection: str
    hover: str
    pressed: str
    track: str
    grid: str
    tip: str
    caret: str
    tint: float
    states: Mapping[str, str] = field(repr=False)
    json_key: str
    json_string: str
    json_number: str
    json_word: str

    def state(self, name: str) -> str:
        """The colour of a state, or of a tone; an unknown one is drawn muted."""
        return self.states.get(name, self.muted)


_LIGHT_STATES = MappingProxyType(
    {
        "waiting": "#52525B",
        "scheduled": "#6D28D9",
        "ready": "#1D4ED8",
        "leased": "#047857",
        "retrying": "#9A4708",
        "done": "#0E7490",
        "dead": "#BE123C",
        "running": "#047857",
        "draining": "#9A4708",
        "paused": "#52525B",
        "cancelled": "#52525B",
        "trashed": "#52525B",
        "approved": "#1D4ED8",
        "unapproved": "#9A4708",
        "fault": "#BE123C",
        "info": "#1D4ED8",
        "good": "#047857",
        "warn": "#9A4708",
        "error": "#BE123C",
    }
)

_DARK_STATES = MappingProxyType(
    {
        "waiting": "#A1A1AA",
        "scheduled": "#A78BFA",
        "ready": "#60A5FA",
        "leased": "#34D399",
        "retrying": "#FBBF24",
        "done": "#22D3EE",
        "dead": "#FB7185",
        "running": "#34D399",
        "draining": "#FBBF24",
        "paused": "#A1A1AA",
        "cancelled": "#A1A1AA",
        "trashed": "#A1A1AA",
        "approved": "#60A5FA",
        "unapproved": "#FBBF24",
        "fault": "#FB7185",
        "info": "#60A5FA",
        "good": "#34D399",
        "warn": "#FBBF24",
        "error": "#FB7185",
    }
)

LIGHT = Tokens(
    name="light",
    dark=False,
    window="#F6F7F9",
    content="#FFFFFF",
    line="#D8DEE4",
    text="#1F2328",
    muted="#59636E",
    accent="#2563EB",
    accent_hover="#1D55D0",
    accent_pressed="#1948B3",
    on_accent="#FFFFFF",
    selection="#DCE8FF",
    hover="#EDF0F4",
    pressed="#E1E6EC",
    track="#E4E8ED",
    grid="#EAEDF1",
    tip="#FFFFFF",
    caret="#59636E",
    tint=0.12,
    states=_LIGHT_STATES,
    json_key="#1D4ED8",
    json_string="#0B6B4A",
    json_number="#9A4708",
    json_word="#6D28D9",
)

DARK = Tokens(
    name="dark",
    dark=True,
    window="#17191C",
    content="#1B1D21",
    line="#33373D",
    text="#E6E8EB",
    muted="#9AA4AF",
    accent="#60A5FA",
    accent_hover="#7BB5FB",
    accent_pressed="#4B8FE6",
    on_accent="#0B1220",
    selection="#233B61",
    hover="#24272C",
    pressed="#2D3137",
    track="#2C3036",
    grid="#282B30",
    tip="#24272C",
    caret="#9AA4AF",
    tint=0.16,
    states=_DARK_STATES,
    json_key="#7FB5FB",
    json_string="#7FD6A6",
    json_number="#F2BA5C",
    json_word="#B9A4FC",
)


def high_contrast(tokens: Tokens) -> Tokens:
    """`tokens` for people who asked for more contrast: no muted text, lines one can see."""
    return replace(tokens, name=f"{tokens.name}-contrast", muted=tokens.text, line=tokens.muted)
