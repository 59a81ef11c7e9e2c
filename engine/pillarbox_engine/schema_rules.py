"""The keywords of JSON Schema that are checked: what each demands, and of what kind it must be.

Owns what one value shows by itself. What lies inside it, and how schemas are joined, is `schema`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pillarbox_engine.json_fault import shown
from pillarbox_engine.json_path import step

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "integer": lambda v: (
        not isinstance(v, bool)
        and (isinstance(v, int) or (isinstance(v, float) and v.is_integer()))
    ),
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}
_NOTES = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "default", "examples", "format",
     "deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding"}
)  # fmt: skip
"""Keywords that say something to people and demand nothing."""

_Kind = tuple[str, Callable[[Any], bool]]


def _number(value: Any) -> bool:
    return _TYPES["number"](value)


def _size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _type(value: Any) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(one, str) and one in _TYPES for one in names)


def _reference(value: Any) -> bool:
    return isinstance(value, str) and (value == "#" or value.startswith("#/"))


def _rule(value: Any) -> bool:
    return isinstance(value, dict | bool)


def _rules(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_rule, value))


def _named_rules(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_rule, value.values()))


CHECKED: Mapping[str, _Kind] = {
    "type": ("the name of a type, or a list of them", _type),
    "enum": ("a list", lambda value: isinstance(value, list) and bool(value)),
    "const": ("a value", lambda value: True),
    "minimum": ("a number", _number),
    "maximum": ("a number", _number),
    "exclusiveMinimum": ("a number", _number),
    "exclusiveMaximum": ("a number", _number),
    "multipleOf": ("a number above 0", lambda value: _number(value) and value > 0),
    "minLength": ("a whole number", _size),
    "maxLength": ("a whole number", _size),
    "minItems": ("a whole number", _size),
    "maxItems": ("a whole number", _size),
    "uniqueItems": ("true or false", lambda value: isinstance(value, bool)),
    "minProperties": ("a whole number", _size),
    "maxProperties": ("a whole number", _size),
    "required": ("a list of names", _names),
    "properties": ("an object of schemas", _named_rules),
    "additionalProperties": ("a schema", _rule),
    "items": ("a schema", _rule),
    "prefixItems": ("a list of schemas", _rules),
    "allOf": ("a list of schemas", _rules),
    "anyOf": ("a list of schemas", _rules),
    "oneOf": ("a list of schemas", _rules),
    "not": ("a schema", _rule),
    "$ref": ("# or #/$defs/NAME", _reference),
    "$defs": ("an object of schemas", _named_rules),
}
"""Keyword → what it must be, in words and as a test."""

_ONE, _MANY, _NAMED = (
    ("additionalProperties", "items", "not"),
    ("prefixItems", "allOf", "anyOf", "oneOf"),
    ("properties", "$defs"),
)


def rules_in(root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within `root` that is an object, with its place, `root` first."""
    waiting: list[tuple[str, Any]] = [("$", root)]
    while waiting:
        at, rule = waiting.pop(0)
        if not isinstance(rule, dict):
            continue
        yield at, rule
        for word in _ONE:
            waiting += [(at + step(word), rule[word])] if word in rule else []
        for word in _MANY:
            inner = rule.get(word, [])
            waiting += [(at + step(word) + step(n), one) for n, one in enumerate(inner)]
        for word in _NAMED:
            named = rule.get(word, {})
            waiting += [(at + step(word) + step(name), one) for name, one in named.items()]


def misused(root: dict[str, Any]) -> Iterator[str]:
    """Keywords that are not known or not of their kind, each with its place."""
    for at, rule in rules_in(root):
        for word, value in rule.items():
            if word in _NOTES:
                continue
            if word not in CHECKED:
                yield f"{at}: the keyword {shown(word)} is not checked by Pillarbox"
                return
            wanted, fits = CHECKED[word]
            if not fits(value):
                yield f"{at}: {word} must be {wanted}, got {shown(value)}"
                return


def faults(rule: dict[str, Any], value: Any) -> Iterator[str]:
    """What is wrong with `value` by itself."""
    if "type" in rule and not _has_type(rule["type"], value):
        yield f"expected {_type_words(rule['type'])}, got {shown(value)}"
        return
    if "enum" in rule and not any(same(value, one) for one in rule["enum"]):
        yield f"expected one of {', '.join(map(shown, rule['enum'][:8]))}, got {shown(value)}"
    if "const" in rule and not same(value, rule["const"]):
        yield f"expected {shown(rule['const'])}, got {shown(value)}"
    if _TYPES["number"](value):
        yield from _number_faults(rule, value)
    elif isinstance(value, str | list | dict):
        yield from _size_faults(rule, value)


def _has_type(wanted: Any, value: Any) -> bool:
    return any(_TYPES[name](value) for name in (wanted if isinstance(wanted, list) else [wanted]))


def _type_words(wanted: Any) -> str:
    names = wanted if isinstance(wanted, list) else [wanted]
    article = {
        "null": "null",
        "integer": "a whole number",
        "array": "a list",
        "object": "an object",
    }
    return " or ".join(article.get(name, f"a {name}") for name in names)


def _number_faults(rule: dict[str, Any], value: float) -> Iterator[str]:
    if "minimum" in rule and value < rule["minimum"]:
        yield f"{shown(value)} is below {shown(rule['minimum'])}"
    if "maximum" in rule and value > rule["maximum"]:
        yield f"{shown(value)} is above {shown(rule['maximum'])}"
    if "exclusiveMinimum" in rule and value <= rule["exclusiveMinimum"]:
        yield f"{shown(value)} is not above {shown(rule['exclusiveMinimum'])}"
    if "exclusiveMaximum" in rule and value >= rule["exclusiveMaximum"]:
        yield f"{shown(value)} is not below {shown(rule['exclusiveMaximum'])}"
    if "multipleOf" in rule and not _is_multiple(value, rule["multipleOf"]):
        yield f"{shown(value)} is not a multiple of {shown(rule['multipleOf'])}"


def _is_multiple(value: float, of: float) -> bool:
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    try:
        return (value / of).is_integer() if isinstance(value / of, float) else True
    except OverflowError:
        return False


_SIZES: Mapping[type, tuple[str, str, str]] = {
    str: ("minLength", "maxLength", "characters"),
    list: ("minItems", "maxItems", "entries"),
    dict: ("minProperties", "maxProperties", "properties"),
}


def _size_faults(rule: dict[str, Any], value: Any) -> Iterator[str]:
    least, most, what = _SIZES[type(value)]
    if least in rule and len(value) < rule[least]:
        yield f"{len(value):,} {what}, at least {rule[least]:,} are needed"
    if most in rule and len(value) > rule[most]:
        yield f"{len(value):,} {what}, at most {rule[most]:,} are allowed"
    if isinstance(value, dict):
        missing = next((name for name in rule.get("required", ()) if name not in value), None)
        if missing is not None:
            yield f"the property {shown(missing)} is missing"
    if isinstance(value, list) and rule.get("uniqueItems") and _has_twins(value):
        yield "two entries are the same"


def _has_twins(values: list[Any]) -> bool:
    plain = [_told_apart(value) for value in values]
    return len(set(plain)) < len(plain)


def same(left: Any, right: Any) -> bool:
    """Equality as JSON has it: `true` is not 1, `1.0` is."""
    return bool(_told_apart(left) == _told_apart(right))


def _told_apart(value: Any) -> Any:
    """Something hashable that is equal for values that are the same."""
    if isinstance(value, dict):
        return ("object", frozenset((key, _told_apart(part)) for key, part in value.items()))
    if isinstance(value, list):
        return ("array", tuple(map(_told_apart, value)))
    return ("number" if _TYPES["number"](value) else type(value).__name__, value)
