"""The tree of a payload: its paths, its bounds, and hostile values."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from pillarbox_ui.inspector.payload_tree import BATCH, PATH_ROLE, PayloadTree, value_text


def shown(value: Any) -> PayloadTree:
    tree = PayloadTree()
    tree.set_value(value)
    return tree


def child(tree: PayloadTree, row: int, parent: QModelIndex) -> QModelIndex:
    while tree.canFetchMore(parent):
        tree.fetchMore(parent)
    return tree.index(row, 0, parent)


def test_it_is_a_sound_qt_model(qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(shown({"to": "ana", "items": [{"sku": "A-1"}, None], "n": 1.5}))  # type: ignore[no-untyped-call]


def test_a_path_names_keys_and_places() -> None:
    tree = shown({"items": [{"odd name": 1}]})
    root = tree.index(0, 0)
    entry = child(tree, 0, child(tree, 0, child(tree, 0, root)))
    assert tree.data(entry, PATH_ROLE) == '$.items[0]["odd name"]'
    assert tree.data(root, PATH_ROLE) == "$"


def test_a_long_list_comes_in_batches() -> None:
    tree = shown(list(range(1_000_000)))
    root = tree.index(0, 0)
    tree.fetchMore(root)
    assert tree.rowCount(root) == BATCH
    assert tree.canFetchMore(root)


def test_a_chain_of_ten_thousand_opens_without_recursion() -> None:
    value: Any = "end"
    for _ in range(10_000):
        value = [value]
    tree = shown(value)
    index = tree.index(0, 0)
    while tree.hasChildren(index):
        index = child(tree, 0, index)
    assert tree.data(index, PATH_ROLE) == "$" + "[0]" * 10_000
    assert tree.data(index.siblingAtColumn(1), Qt.ItemDataRole.DisplayRole) == '"end"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1}, "{1 key}"),
        ([1, 2], "[2 entries]"),
        ("<b>x</b>", '"<b>x</b>"'),
        (None, "null"),
        (True, "true"),
        ("a\nb", '"a\\nb"'),
    ],
)
def test_a_value_is_one_line(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_a_long_string_is_cut() -> None:
    assert value_text("x" * 1_000_000).endswith("…")
    assert len(value_text("x" * 1_000_000)) < 400
