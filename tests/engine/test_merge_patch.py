"""JSON merge patch, by the examples of RFC 7396, appendix A."""

from __future__ import annotations

from typing import Any

import pytest

from pillarbox_engine.errors import InvalidPayload, PayloadTooLarge
from pillarbox_engine.merge_patch import merged, patched_text

EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), EXAMPLES)
def test_the_examples_of_the_rfc(target: Any, patch: Any, result: Any) -> None:
    assert merged(target, patch) == result


def test_neither_side_is_changed() -> None:
    target, patch = {"a": {"b": 1}}, {"a": {"b": None, "c": 2}}
    merged(target, patch)
    assert (target, patch) == ({"a": {"b": 1}}, {"a": {"b": None, "c": 2}})


def test_a_patch_without_effect_leaves_the_very_text() -> None:
    assert patched_text('{ "a" : 1 }', '{"a": 1}', 100) == '{ "a" : 1 }'
    assert patched_text('{"a": 1}', '{"a": true}', 100) == '{"a":true}'


def test_what_cannot_be_carried_is_refused() -> None:
    with pytest.raises(PayloadTooLarge):
        patched_text("{}", '{"a": "xxxxxxxxxx"}', 10)
    deep = '{"a":' * 150 + "1" + "}" * 150
    with pytest.raises(InvalidPayload):
        patched_text(deep, '{"a":' * 201 + "1" + "}" * 201, 10_000)
