"""Spans of JSON text: the very values, found in steps that are each little."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillarbox_ui.inspector import json_spans
from pillarbox_ui.inspector.json_spans import STEP, Span, Spans

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def value(spans: Spans, span: Span) -> Any:
    """The value of a span, put together from its entries' spans."""
    text = spans.text[span.start : span.end]
    if not spans.is_container(span):
        return json.loads(text)
    entries = [entry for entry in spans.entries(span) if entry is not None]
    assert span.entries in (None, len(entries))
    values = [value(spans, entry) for entry in entries]
    if not text.startswith("{"):
        return values
    keys = [json.loads(entry.key or "") for entry in entries]
    return dict(zip(keys, values, strict=True))


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_the_spans_are_those_of_the_values(made: Any, indent: int | None, ascii_: bool) -> None:
    text = f" {json.dumps(made, indent=indent, ensure_ascii=ascii_)}\n"
    spans = Spans(text)
    assert value(spans, spans.root()) == made


@pytest.mark.parametrize(
    "text", ['{"a', '{"a"', '{"a":', "[1,", "[[", '["\\', "", "]", "[1 2", "{,"]
)
def test_of_what_is_no_json_the_search_ends(text: str) -> None:
    spans = Spans(text)
    found = list(spans.entries(spans.root()))
    assert len(found) <= len(text) + 1


LARGE = {
    "objects": json.dumps({"rows": [{"n": n, "to": ["ana", "b"]} for n in range(15_000)]}),
    "numbers": json.dumps({"rows": list(range(75_000))}),
    "words": json.dumps({"rows": ["a,b"] * 75_000}),
    "one string": json.dumps({"rows": "x" * 750_000}),
    "escapes": json.dumps({"rows": '"\\' * 125_000}),
    "blanks": '{"rows": [' + " " * 750_000 + "1]}",
    "a chain": '{"rows": ' + "[" * 25_000 + "]" * 25_000 + "}",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_no_step_goes_through_more_than_a_little(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look into the text is noted: its length, and how many come before the search pauses."""
    looks: list[int] = []
    plain = json_spans._end

    def noted(pattern: Any, text: str, at: int) -> int:
        end = plain(pattern, text, at)
        looks.append(end - at)
        return end

    monkeypatch.setattr(json_spans, "_end", noted)
    spans = Spans(text)
    steps = 0
    for _ in spans.entries(spans.root()):
        steps += 1
        if text is not LARGE["blanks"]:
            assert sum(looks) <= 2 * STEP
        assert len(looks) <= 1_000
        looks.clear()
    assert steps > 1
