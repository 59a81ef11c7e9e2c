"""The caret stands under the column, whatever the line holds."""

from __future__ import annotations

import pytest

from pillarbox.cli.pointing import AFTER, BEFORE, pointed


@pytest.mark.parametrize(
    ("text", "column", "lines"),
    [
        ("state:deed", 7, ["state:deed", "      ^"]),
        ("", 1, ["", "^"]),
        ("age>", 5, ["age>", "    ^"]),
        ("a\tb\x1b c", 6, ["a·b· c", "     ^"]),
        ("日本 x:y", 4, ["日本 x:y", "     ^"]),
    ],
)
def test_under_its_column(text: str, column: int, lines: list[str]) -> None:
    assert pointed(text, column).splitlines() == lines


def test_of_a_long_line_the_part_around_it_is_shown() -> None:
    line, caret = pointed("a" * 500 + "X" + "b" * 500, 501).splitlines()
    assert len(line) == BEFORE + AFTER + 2
    assert line[len(caret) - 1] == "X"
    assert line[0] == line[-1] == "…"
