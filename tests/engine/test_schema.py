"""JSON Schema: what each keyword demands, what is refused, and that no schema takes long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.schema import BUDGET, LONGEST, parse_schema
from pillarbox_engine.settings import (
    QueueSettings,
    settings_from_builtins,
    settings_to_builtins,
)

WRONG: list[tuple[Any, Any, str]] = [
    ({"type": "string"}, 5, "$: expected a string, got 5"),
    ({"type": ["string", "null"]}, 5, "$: expected a string or null, got 5"),
    ({"type": "integer"}, 1.5, "$: expected a whole number, got 1.5"),
    ({"type": "integer"}, True, "$: expected a whole number, got True"),
    ({"type": "object"}, [], "$: expected an object, got []"),
    ({"enum": ["a", 1]}, True, "$: expected one of 'a', 1, got True"),
    ({"const": {"a": [1]}}, {"a": [2]}, "$: expected {'a': [1]}, got {'a': [2]}"),
    ({"minimum": 1}, 0, "$: 0 is below 1"),
    ({"maximum": 1}, 2, "$: 2 is above 1"),
    ({"exclusiveMinimum": 1}, 1, "$: 1 is not above 1"),
    ({"exclusiveMaximum": 1}, 1, "$: 1 is not below 1"),
    ({"multipleOf": 3}, 10**30 + 1, f"$: {10**30 + 1} is not a multiple of 3"),
    ({"minLength": 2}, "é", "$: 1 characters, at least 2 are needed"),
    ({"maxItems": 1}, [1, 2], "$: 2 entries, at most 1 are allowed"),
    ({"minProperties": 1}, {}, "$: 0 properties, at least 1 are needed"),
    ({"uniqueItems": True}, [{"a": 1}, {"a": 1.0}], "$: two entries are the same"),
    ({"required": ["to"]}, {}, "$: the property 'to' is missing"),
    ({"properties": {"to": {"type": "string"}}}, {"to": 5}, "$.to: expected a string, got 5"),
    ({"properties": {"a": False}}, {"a": 1}, "$.a: nothing is allowed here"),
    ({"additionalProperties": False}, {"b c": 1}, "$: 'b c' is not a property it may have"),
    ({"additionalProperties": {"type": "null"}}, {"b c": 1}, '$["b c"]: expected null, got 1'),
    ({"items": {"minimum": 0}}, [1, -1], "$[1]: -1 is below 0"),
    ({"prefixItems": [{"const": 1}], "items": False}, [1, 2], "$[1]: nothing is allowed here"),
    ({"allOf": [{"minimum": 0}, {"maximum": 9}]}, 10, "$: 10 is above 9"),
    ({"anyOf": [{"type": "null"}, {"const": 1}]}, 2, "$: 2 is none of the 2 alternatives"),
    ({"oneOf": [True, {"const": 1}]}, 1, "$: 1 is 2 of the alternatives, not one"),
    ({"not": {"const": 1}}, 1, "$: it is what the schema forbids"),
    ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"const": 1}}}, 2, "$: expected 1, got 2"),
]


@pytest.mark.parametrize(("schema", "value", "said"), WRONG)
def test_what_is_wrong_is_said_with_its_place(schema: Any, value: Any, said: str) -> None:
    assert parse_schema(json.dumps(schema)).problem(value) == said


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, {"anything": [1]}),
        ({"type": "integer"}, 3.0),
        ({"const": 1}, 1.0),
        ({"minLength": 3, "minimum": 3}, []),
        ({"uniqueItems": True}, [1, True, "1", None, [1], {"a": 1}]),
        ({"multipleOf": 0.5}, 2),
        ({"title": "Mail", "description": "…", "format": "email", "default": 3}, "x"),
        ({"properties": {"next": {"$ref": "#"}}, "required": ["n"]}, {"n": 1, "next": {"n": 2}}),
        ({"oneOf": [{"type": "string"}, {"type": "number"}]}, 1),
    ],
)
def test_what_fits_has_no_problem(schema: Any, value: Any) -> None:
    assert parse_schema(json.dumps(schema)).problem(value) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        ("[]", "must be a JSON object"),
        ('{"type": "string", "type": "null"}', "line 1"),
        ('{"type": "text"}', "$: type must be the name of a type"),
        ('{"properties": {"a": {"pattern": "^a"}}}', "$.properties.a: the keyword 'pattern'"),
        ('{"items": 5}', "$: items must be a schema"),
        ('{"anyOf": []}', "$: anyOf must be a list of schemas"),
        ('{"multipleOf": 0}', "$: multipleOf must be a number above 0"),
        ('{"$ref": "https://example.org/a.json"}', "$: $ref must be # or #/$defs/NAME"),
        ('{"not": {"$ref": "#/$defs/gone"}}', "$.not: there is no '#/$defs/gone'"),
        ('{"title": "' + "x" * LONGEST + '"}', "longer than"),
    ],
)
def test_what_cannot_be_checked_is_refused_where_it_is_set(text: str, said: str) -> None:
    with pytest.raises(InvalidOption) as refused:
        QueueSettings().changed(schema=text)
    assert said in refused.value.reason


BOMB = {
    "$defs": {
        **{f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)},
        "a40": True,
    },
    "$ref": "#/$defs/a0",
}


@pytest.mark.parametrize("schema", [BOMB, {"$ref": "#"}, {"not": {"$ref": "#"}}])
def test_no_schema_takes_for_ever(schema: Any) -> None:
    said = parse_schema(json.dumps(schema)).problem(1)
    assert said is not None
    assert "too much to check" in said


def test_a_large_payload_has_a_larger_budget() -> None:
    numbers = list(range(2 * BUDGET))
    schema = parse_schema('{"items": {"type": "integer"}}')
    assert schema.problem(numbers, len(json.dumps(numbers))) is None


def test_the_file_keeps_it() -> None:
    settings = QueueSettings().changed(schema='{"type": "object"}')
    assert settings_from_builtins(settings_to_builtins(settings)) == settings
