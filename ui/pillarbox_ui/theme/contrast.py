"""Contrast between colours, and the pairs of tokens that are laid on each other.

Owns the WCAG 2 formula (1.0 to 21.0), how a tint is laid over an opaque colour, and `pairs`:
every text/background combination the window draws, which a test holds to at least 4.5.
"""

from __future__ import annotations

from collections.abc import Iterator

from pillarbox_ui.theme.tokens import Tokens

ENOUGH = 4.5


def channels(colour: str) -> tuple[int, int, int]:
    """`#RRGGBB` as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def blend(over: str, under: str, share: float) -> str:
    """`share` (0 to 1) of the colour `over` laid on the opaque colour `under`."""
    mixed = (
        round(top * share + bottom * (1.0 - share))
        for top, bottom in zip(channels(over), channels(under), strict=True)
    )
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def luminance(colour: str) -> float:
    """Relative luminance, 0.0 black to 1.0 white."""
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1.0 to 21.0; the order does not matter."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pill_colour(tokens: Tokens, state: str) -> str:
    """What lies under a pill's word: its state's tint over the opaque content colour."""
    return blend(tokens.state(state), tokens.content, tokens.tint)


def pairs(tokens: Tokens) -> Iterator[tuple[str, str, str]]:
    """(what, text colour, background colour) of everything the window writes."""
    yield from _text_pairs(tokens)
    yield from _accent_pairs(tokens)
    for name, colour in tokens.states.items():
        yield f"pill {name}", colour, pill_colour(tokens, name)
        yield f"{name} on content", colour, tokens.content
        yield f"{name} on window", colour, tokens.window
    for part in ("json_key", "json_string", "json_number", "json_word"):
        yield part, getattr(tokens, part), tokens.content


def _text_pairs(tokens: Tokens) -> Iterator[tuple[str, str, str]]:
    for ground in ("window", "content", "hover", "tip"):
        yield f"text on {ground}", tokens.text, getattr(tokens, ground)
        yield f"muted on {ground}", tokens.muted, getattr(tokens, ground)
    for ground in ("selection", "pressed"):
        yield f"text on {ground}", tokens.text, getattr(tokens, ground)
    for tone in ("info", "warn", "error"):
        yield f"text on a {tone} banner", tokens.text, pill_colour(tokens, tone)


def _accent_pairs(tokens: Tokens) -> Iterator[tuple[str, str, str]]:
    yield "accent on content", tokens.accent, tokens.content
    yield "accent on window", tokens.accent, tokens.window
    for ground in ("accent", "accent_hover", "accent_pressed"):
        yield f"text on {ground}", tokens.on_accent, getattr(tokens, ground)
