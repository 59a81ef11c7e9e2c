"""Rows keyed by id: any list becomes any other without a reset, and the selection stays."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester

from pillarbox_ui.models.columns import Column, Kind
from pillarbox_ui.models.rows import RowsModel
from pillarbox_ui.widgets.roles import Role


@dataclass(frozen=True, slots=True)
class Pet:
    name: str
    age: int = 0


Pets = st.lists(
    st.builds(Pet, st.sampled_from("abcdefghij"), st.integers(0, 2)),
    unique_by=lambda pet: pet.name,
)


def pets() -> RowsModel[Pet]:
    columns: tuple[Column[Pet], ...] = (
        Column(key="name", title="Name", text=lambda pet: pet.name, tip=lambda pet: "<b>"),
        Column(
            key="age",
            title="Age",
            kind=Kind.NUMBER,
            text=lambda pet: str(pet.age),
            roles={Role.SORT: lambda pet: pet.age},
        ),
    )
    return RowsModel(columns, lambda pet: pet.name)


def test_the_model_keeps_qts_rules(qapp: QApplication, qtmodeltester: ModelTester) -> None:
    model = pets()
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    for names in ("abc", "cab", "xcy", "", "abcdef"):
        model.set_rows([Pet(name) for name in names])


@settings(deadline=None, max_examples=150)
@given(before=Pets, after=Pets)
def test_any_list_becomes_any_other(before: list[Pet], after: list[Pet]) -> None:
    model = pets()
    model.modelReset.connect(lambda: pytest.fail("the model was reset"))
    model.set_rows(before)
    followed = {pet.name: QPersistentModelIndex(model.index_of(pet.name)) for pet in before}
    model.set_rows(after)
    assert model.rows == tuple(after)
    for name, index in followed.items():
        stays = name in {pet.name for pet in after}
        assert index.isValid() == stays
        assert not stays or index.data() == name


@settings(deadline=None, max_examples=100)
@given(before=Pets, after=Pets, chosen=st.sets(st.sampled_from("abcdefghij")))
def test_the_selection_stays_with_its_rows(
    before: list[Pet], after: list[Pet], chosen: set[str]
) -> None:
    model = pets()
    model.set_rows(before)
    selection = QItemSelectionModel(model)
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for name in chosen & {pet.name for pet in before}:
        selection.select(model.index_of(name), flags)
    model.set_rows(after)
    left = chosen & {pet.name for pet in before} & {pet.name for pet in after}
    assert {index.data() for index in selection.selectedRows()} == left


def test_only_what_changed_is_told(qapp: QApplication) -> None:
    model = pets()
    model.set_rows([Pet("a"), Pet("b"), Pet("c")])
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.set_rows([Pet("a"), Pet("b", 1), Pet("c")])
    assert told == [(1, 1)]


def test_a_cell_tells_text_key_sort_and_alignment(qapp: QApplication) -> None:
    model = pets()
    model.set_rows([Pet("a", 7)])
    name, age = model.index(0, 0), model.index(0, 1)
    assert name.data() == "a"
    assert name.data(Role.ID) == "a"
    assert name.data(Role.COPY) == {"name": "a", "age": 7}
    assert name.data(Qt.ItemDataRole.ToolTipRole) == "<b>"
    assert (name.data(Role.SORT), age.data(Role.SORT)) == ("a", 7)
    assert age.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Age"
