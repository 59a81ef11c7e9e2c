"""Names of queues and types: what they may be, and that every refusal says why and stays short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillarbox_engine.errors import InvalidName
from pillarbox_engine.names import check_queue_name, check_type

GOOD = ["a", "user-registration", "büro", "two words", "a.b:c@d", "日本", "x" * 200, "*"]

BAD = [
    ("", "empty"),
    ("x" * 201, "201 characters"),
    ("x" * 10_000, "10,000 characters"),
    ("a/b", "slash (character 2)"),
    ("a\\b", "backslash (character 2)"),
    (" a", "white space"),
    ("a\n", "white space"),
    ("a\u00a0", "white space"),
    ("a\x00b", "U+0000"),
    ("a\nb", "U+000A"),
    ("a\x7fb", "U+007F"),
    ("a\u202eb", "U+202E"),
    ("a\u2066b", "U+2066"),
    ("a\u200bb", "U+200B"),
    ("a\u2028b", "U+2028"),
    ("a\ud800b", "U+D800"),
    (None, "None"),
    (7, "7"),
    (b"bytes", "bytes"),
    (["x" * 10_000], "xxx"),
]


@pytest.mark.parametrize("name", GOOD)
def test_a_visible_name_is_taken_as_it_is(name: str) -> None:
    assert check_queue_name(name) == name
    assert check_type(name) == name


@pytest.mark.parametrize(("name", "reason"), BAD)
@pytest.mark.parametrize(("check", "what"), [(check_queue_name, "queue name"), (check_type, "job")])
def test_a_bad_name_is_refused_with_its_reason(
    check: object, what: str, name: object, reason: str
) -> None:
    assert callable(check)
    with pytest.raises(InvalidName) as caught:
        check(name)
    text = str(caught.value)
    assert reason in text
    assert what in text
    assert len(text) < 250
    assert text.isprintable()


def _refusal(name: str) -> str:
    try:
        check_queue_name(name)
    except InvalidName as error:
        return str(error)
    return ""


@given(st.text(max_size=300))
def test_no_text_does_anything_but_pass_or_be_refused(name: str) -> None:
    assert _refusal(name).isprintable()
