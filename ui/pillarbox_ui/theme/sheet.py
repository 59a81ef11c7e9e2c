"""The style sheet: `sheet.qss` with the tokens and sizes of a theme put in.

Owns which name in the sheet stands for what. Lengths that follow the font are given by the caller.
"""

from __future__ import annotations

from dataclasses import fields
from importlib.resources import files
from string import Template

from pillarbox_resources import icon_path
from pillarbox_ui.theme.contrast import blend
from pillarbox_ui.theme.tokens import SIZE, Tokens


def style_sheet(tokens: Tokens, text_px: int = SIZE.text) -> str:
    """The application's style sheet for `tokens`; titles grow with `text_px`, the text's height."""
    return Template(_sheet()).substitute(
        _colours(tokens),
        radius=SIZE.radius,
        scroll=SIZE.scroll,
        title=round(text_px * SIZE.text_title / SIZE.text),
        small=round(text_px * SIZE.text_small / SIZE.text),
        line_height=round(text_px * 1.4),
        box=_grown(14, text_px),
        box_within=_grown(14, text_px) - 2,
        dot=_grown(14, text_px) - 8,
        round=_grown(14, text_px) // 2 + 1,
        drop=_grown(28, text_px),
        drop_less=_grown(28, text_px) - 1,
        caret=_grown(12, text_px),
        caret_small=_grown(10, text_px),
        caret_down=icon_path("caret-down.svg").as_posix(),
        caret_up=icon_path("caret-up.svg").as_posix(),
        check=icon_path("check-dark.svg" if tokens.dark else "check-light.svg").as_posix(),
    )


def _grown(pixels: int, text_px: int) -> int:
    """`pixels` beside letters of the usual size, as many more as the letters are larger."""
    return round(pixels * max(SIZE.text, text_px) / SIZE.text)


def _sheet() -> str:
    return files("pillarbox_ui.theme").joinpath("sheet.qss").read_text("utf-8")


def _colours(tokens: Tokens) -> dict[str, str]:
    named = {entry.name: getattr(tokens, entry.name) for entry in fields(tokens)}
    colours = {name: value for name, value in named.items() if isinstance(value, str)}
    colours |= {tone: tokens.state(tone) for tone in ("error", "warn", "good")}
    colours["scroll_handle"] = blend(tokens.muted, tokens.content, 0.45)
    colours["disabled"] = blend(tokens.muted, tokens.content, 0.65)
    return colours
