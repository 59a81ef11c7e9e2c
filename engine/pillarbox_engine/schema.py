"""JSON Schema for payloads: the keywords people describe a payload with, checked in bounded time.

Owns `Schema`. A queue file may come from a stranger, so a schema in it must not be able to stop the
window: nothing is fetched, no text becomes code, references within the schema are followed within a
budget, and `pattern` is refused, because a regular expression can take for ever. What is refused is
said where a schema is set; none is ever checked less strictly than it reads.
Meanings as in JSON Schema, draft 2020-12 (https://json-schema.org/draft/2020-12).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pillarbox_engine import payload, schema_rules
from pillarbox_engine.errors import InvalidOption, InvalidPayload
from pillarbox_engine.json_fault import shown
from pillarbox_engine.json_path import step

LONGEST = 64 * 1024
"""Characters a schema may have."""
BUDGET = 20_000
"""Steps one check may take, beside those in proportion to the payload: each is a value held against
a schema."""
_DEEPEST = 240


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema that was read and understood whole."""

    root: dict[str, Any]

    def problem(self, value: Any, size: int = 0) -> str | None:
        """The first thing wrong with a payload of `size` characters: "$.to: expected a string"."""
        check = _Check(self.root, BUDGET + 2 * size)
        found = next(check.faults(self.root, value, "$", 0), None)
        return "it is too much to check against the queue's schema" if check.spent else found


class _Check:
    """One payload against one schema, within a budget."""

    def __init__(self, root: dict[str, Any], budget: int) -> None:
        self._root, self._left = root, budget

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self._left < 0

    def faults(self, rule: Any, value: Any, at: str, depth: int) -> Iterator[str]:
        """What is wrong with `value`, which is `at`."""
        self._left -= 1
        if depth > _DEEPEST:
            self._left = -1
        if self.spent or rule is True:
            return
        if rule is False:
            yield f"{at}: nothing is allowed here"
            return
        yield from (f"{at}: {fault}" for fault in schema_rules.faults(rule, value))
        yield from self._inside(rule, value, at, depth)
        yield from self._joined(rule, value, at, depth)

    def _inside(self, rule: Any, value: Any, at: str, depth: int) -> Iterator[str]:
        if isinstance(value, dict):
            known, rest = rule.get("properties", {}), rule.get("additionalProperties", True)
            for key, part in value.items():
                if key not in known and rest is False:
                    yield f"{at}: {shown(key)} is not a property it may have"
                else:
                    inner = known.get(key, rest)
                    yield from self.faults(inner, part, at + step(key), depth + 1)
        if isinstance(value, list):
            first, rest = rule.get("prefixItems", []), rule.get("items", True)
            for place, part in enumerate(value):
                inner = first[place] if place < len(first) else rest
                yield from self.faults(inner, part, at + step(place), depth + 1)

    def _joined(self, rule: Any, value: Any, at: str, depth: int) -> Iterator[str]:
        if "$ref" in rule:
            yield from self.faults(resolved(self._root, rule["$ref"]), value, at, depth + 1)
        for inner in rule.get("allOf", ()):
            yield from self.faults(inner, value, at, depth + 1)
        for word in ("anyOf", "oneOf"):
            if word in rule:
                yield from self._alternatives(word, rule[word], value, at, depth)
        if "not" in rule and self._holds(rule["not"], value, at, depth):
            yield f"{at}: it is what the schema forbids"

    def _alternatives(
        self, word: str, rules: list[Any], value: Any, at: str, depth: int
    ) -> Iterator[str]:
        number = sum(self._holds(inner, value, at, depth) for inner in rules)
        if number == 0:
            yield f"{at}: {shown(value)} is none of the {len(rules)} alternatives"
        elif word == "oneOf" and number > 1:
            yield f"{at}: {shown(value)} is {number} of the alternatives, not one"

    def _holds(self, rule: Any, value: Any, at: str, depth: int) -> bool:
        return next(self.faults(rule, value, at, depth + 1), None) is None


def parse_schema(text: str) -> Schema:
    """The schema that `text` is; `InvalidOption` says where it is not understood."""
    if len(text) > LONGEST:
        raise _refused(f"it is longer than {LONGEST:,} characters")
    try:
        root = json.loads(payload.checked_text(text))
    except InvalidPayload as error:
        raise _refused(error.reason) from error
    if not isinstance(root, dict):
        raise _refused("it must be a JSON object")
    fault = next(schema_rules.misused(root), None) or next(_dangling(root), None)
    if fault is not None:
        raise _refused(fault)
    return Schema(root)


def _dangling(root: dict[str, Any]) -> Iterator[str]:
    for at, rule in schema_rules.rules_in(root):
        if "$ref" in rule and resolved(root, rule["$ref"]) is None:
            yield f"{at}: there is no {shown(rule['$ref'])} in the schema"


def resolved(root: dict[str, Any], reference: str) -> Any:
    """What `#` or `#/$defs/NAME` leads to, or None."""
    found: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict | bool) else None


def _refused(reason: str) -> InvalidOption:
    return InvalidOption(
        "The schema is not understood",
        reason,
        "Use what is checked of JSON Schema: type, properties, required, enum, items and so on",
    )
