"""docs/queries.md holds what it says: its terms parse, and it names every key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pillarbox_engine.ordering import SortKey
from pillarbox_engine.query import KEYS, parse_query, to_text
from pillarbox_engine.states import State

TEXT = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
TERMS = re.findall(r"^\| `(.+?)` \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("term", TERMS)
def test_every_term_parses_and_is_written_back(term: str) -> None:
    where = parse_query(term)
    assert not where.is_everything
    assert parse_query(to_text(where)) == where


def test_every_key_state_and_order_is_named() -> None:
    for key in KEYS:
        name = key.replace("PATH", "").rstrip(":<>")
        assert any(term.lstrip("-").startswith(name) for term in TERMS), key
    for word in (*State, *SortKey):
        assert re.search(rf"\b{word}\b", TEXT), word
