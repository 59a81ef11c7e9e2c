"""The tree of a payload: its paths, its bounds, and hostile values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from pillarbox_ui.inspector.payload_tree import BATCH, LAID_OUT, PATH_ROLE, PayloadTree


def shown(value: Any) -> PayloadTree:
    return of_text(json.dumps(value))


def of_text(text: str) -> PayloadTree:
    tree = PayloadTree()
    tree.set_text(text)
    return tree


def child(tree: PayloadTree, row: int, parent: QModelIndex) -> QModelIndex:
    while tree.canFetchMore(parent):
        tree.fetchMore(parent)
    return tree.index(row, 0, parent)


def value_at(index: QModelIndex) -> str:
    return str(index.siblingAtColumn(1).data())


def test_it_is_a_sound_qt_model(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(shown({"to": "ana", "items": [{"sku": "A-1"}, None], "n": 1.5}))  # type: ignore[no-untyped-call]


def test_a_path_names_keys_and_places() -> None:
    tree = shown({"items": [{"odd name": 1}]})
    root = tree.index(0, 0)
    entry = child(tree, 0, child(tree, 0, child(tree, 0, root)))
    assert tree.data(entry, PATH_ROLE) == '$.items[0]["odd name"]'
    assert tree.data(root, PATH_ROLE) == "$"


def test_a_long_list_comes_in_batches_and_is_counted_when_all_of_it_was_seen() -> None:
    tree = shown(list(range(3 * BATCH)))
    root = tree.index(0, 0)
    tree.fetchMore(root)
    assert tree.rowCount(root) == BATCH
    assert tree.canFetchMore(root)
    assert value_at(root) == "[2.9 kB]"
    assert value_at(child(tree, 599, root)) == "599"
    assert value_at(root) == "[600 entries]"


def test_a_chain_deeper_than_any_that_is_stored_opens_without_recursion() -> None:
    tree = of_text("[" * 300 + '"end"' + "]" * 300)
    index = tree.index(0, 0)
    while tree.hasChildren(index):
        index = child(tree, 0, index)
    assert tree.data(index, PATH_ROLE) == "$" + "[0]" * 300
    assert value_at(index) == '"end"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1}, "{1 key}"),
        ([1, 2], "[2 entries]"),
        ([], "[0 entries]"),
        ("<b>x</b>", '"<b>x</b>"'),
        (None, "null"),
        (True, "true"),
        ("a\nb", '"a\\nb"'),
        ("Zoë", '"Zoë"'),
        (-2.5e10, "-25000000000.0"),
    ],
)
def test_a_value_is_one_line(value: Any, text: str) -> None:
    tree = shown([value])
    assert value_at(child(tree, 0, tree.index(0, 0))) == text


def test_a_long_string_is_cut_to_be_shown_and_copied_whole() -> None:
    text = 'x"' * 500_000
    tree = shown(text)
    assert value_at(tree.index(0, 0)).endswith("…")
    assert len(value_at(tree.index(0, 0))) < 400
    assert tree.copied(tree.index(0, 0)) == text


def test_what_is_copied_of_a_container_is_json() -> None:
    tree = shown({"a": [1, {"b": None}], "n": 12345678901234567890})
    root = tree.index(0, 0)
    assert json.loads(tree.copied(root)) == {"a": [1, {"b": None}], "n": 12345678901234567890}
    assert tree.copied(child(tree, 1, root)) == "12345678901234567890"
    large = shown(["x" * LAID_OUT])
    assert json.loads(large.copied(large.index(0, 0))) == ["x" * LAID_OUT]


def test_an_empty_container_cannot_be_opened() -> None:
    tree = of_text(" { } ")
    root = tree.index(0, 0)
    tree.fetchMore(root)
    assert not tree.hasChildren(root)
    assert value_at(root) == "{0 keys}"


def test_a_key_that_stands_twice_is_shown_twice() -> None:
    tree = of_text('{"a": 1, "a": 2}')
    root = tree.index(0, 0)
    assert [value_at(child(tree, row, root)) for row in (0, 1)] == ["1", "2"]


def test_what_takes_longer_than_a_turn_comes_later_and_is_told(qtbot: QtBot) -> None:
    rows = [{"n": n, "to": ["ana", "ben"]} for n in range(100_000)]
    tree = shown({"rows": rows, "last": 1})
    root = tree.index(0, 0)
    with qtbot.waitSignals([tree.busy, tree.settled], order="strict"):
        tree.fetchMore(root)
        assert tree.rowCount(root) == 0
        assert not tree.canFetchMore(root)
    assert [value_at(tree.index(row, 0, root)) for row in (0, 1)] == ["[100,000 entries]", "1"]
    inner = tree.index(0, 0, root)
    tree.fetchMore(inner)
    assert tree.rowCount(inner) == BATCH
    assert value_at(tree.index(3, 0, inner)) == "{2 keys}"


def test_another_payload_ends_the_search_in_the_one_before(qtbot: QtBot) -> None:
    tree = shown({"rows": [{"n": n} for n in range(100_000)]})
    tree.fetchMore(tree.index(0, 0))
    tree.set_text('{"a": 1}')
    with qtbot.assertNotEmitted(tree.rowsInserted, wait=20):
        assert value_at(tree.index(0, 0)) == "{8 B}"
    assert value_at(child(tree, 0, tree.index(0, 0))) == "1"
