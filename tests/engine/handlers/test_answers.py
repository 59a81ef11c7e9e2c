"""Retry-After in all its forms, and results within their bounds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pillarbox_engine import payload
from pillarbox_engine.handlers.answers import LONGEST_WAIT, wait_asked
from pillarbox_engine.handlers.results import MAX_KEPT, kept
from pillarbox_engine.runner import MAX_RESULT

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("120", "", 120.0),
        (" 0 ", "", 0.0),
        ("9" * 400, "", LONGEST_WAIT),
        ("99999999", "", LONGEST_WAIT),
        ("Sun, 01 Mar 2026 12:01:00 GMT", "", 60.0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", "Sun, 01 Mar 2026 12:00:50 GMT", 10.0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", "yesterday", 60.0),
        ("Sunday, 01-Mar-26 12:01:00 GMT", "", 60.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", "", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "", LONGEST_WAIT),
        ("Sun, 32 Mar 2026 12:01:00 GMT", "", None),
        ("", "", None),
        ("-5", "", None),
        ("1.5", "", None),
        ("soon", "", None),
        ("\u0663", "", None),
    ],
)
def test_a_wait_that_is_asked_for(header: str, date: str, seconds: float | None) -> None:
    assert wait_asked(header, date, NOW) == seconds


@pytest.mark.parametrize("text", ["\0" * MAX_KEPT, '"' * MAX_KEPT, "ü" * (MAX_KEPT // 2), "x" * 9])
def test_a_text_of_any_signs_fits_into_a_result(text: str) -> None:
    for whole in (True, False):
        result = kept(text, whole=whole)
        assert len(payload.encode(result).encode()) <= MAX_RESULT
        assert text.startswith(str(result))


def test_json_that_was_cut_is_text() -> None:
    assert kept("[1, 2]", whole=True) == [1, 2]
    assert kept("[1, 2]", whole=False) == "[1, 2]"
