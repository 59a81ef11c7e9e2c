"""Text from jobs is data: shown, never obeyed."""

from __future__ import annotations

import pytest

from pillarbox.cli.output import one_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("café ✓ 日本語", "café ✓ 日本語"),
        ("two\nlines\tkept", "two\nlines\tkept"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("bell\x07 and \x9b2J", "bell\\x07 and \\x9b2J"),
        ("turned \u202e round", "turned \\u202e round"),
        ("half \ud800 a pair", "half \\ud800 a pair"),
        ("<b>&amp;</b> [bold]", "<b>&amp;</b> [bold]"),
    ],
)
def test_control_characters_are_shown_and_markup_is_left_alone(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_one_line_is_one_line_and_no_longer_than_asked() -> None:
    assert one_line("a\n  b\tc") == "a b c"
    assert one_line("x" * 50, 10) == "xxxxxxxxx…"
