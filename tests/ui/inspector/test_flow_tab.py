"""The Flow tab: parent and children with their states, and a way to each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from pillarbox_engine.flows import Flow, Relative
from pillarbox_engine.states import OnChildFailure, State
from pillarbox_engine.why import Surroundings
from pillarbox_ui.inspector.flow_model import PAGE
from pillarbox_ui.inspector.flow_tab import sentence
from pillarbox_ui.inspector.inspector import Inspector
from pillarbox_ui.widgets.roles import Role
from tests.ui.inspector.kit import AROUND, NOW, a_job

FIVE = Relative(id="5", queue="reports", type="report", state=State.WAITING, attempt=0)
EIGHT = Relative(id="8", queue="email", type="send", state=State.DONE, attempt=1)
NINE = Relative(
    id="9", queue="email", type="<b>send</b>", state=State.DEAD, attempt=5,
    error_type="shop.Timeout", error_message="after 2 s",
)  # fmt: skip
TEN = Relative(id="10", queue="email", type="send", state=State.SCHEDULED, attempt=2)
FLOW = Flow(
    parent=FIVE, children=(EIGHT, NINE, TEN), children_left=1,
    on_child_failure=OnChildFailure.CONTINUE,
)  # fmt: skip


def around(flow: Flow | None) -> Surroundings:
    return Surroundings(now=NOW, flow=flow)


def shown(inspector: Inspector) -> list[list[str]]:
    model = inspector.flow.model
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_a_job_of_no_flow_says_so(inspector: Inspector) -> None:
    inspector.show_job(a_job(), AROUND)
    assert inspector.flow.currentIndex() == 0


def test_parent_and_children_are_listed_with_their_states(inspector: Inspector) -> None:
    inspector.show_job(a_job(state=State.WAITING), around(FLOW))
    assert inspector.flow.currentIndex() == 1
    assert shown(inspector) == [
        ["Parent 5", "Waiting", "report", "reports", ""],
        ["8", "Done", "send", "email", ""],
        ["9", "Dead", "<b>send</b>", "email", "Timeout: after 2 s"],
        ["10", "Retrying", "send", "email", ""],
    ]
    assert inspector.flow.model.index(3, 1).data(Role.STATE) == "retrying"
    assert inspector.flow.said.text() == (
        "3 children, 1 not ended yet. If one fails, this job runs and sees that."
    )


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (Flow(), ""),
        (Flow(parent=FIVE), "Its parent waits for it."),
        (Flow(children=(EIGHT,)), "1 child, all ended. If one fails, this job is a dead letter."),
        (
            replace(FLOW, on_child_failure=OnChildFailure.IGNORE),
            "3 children, 1 not ended yet. If one fails, this job runs without it.",
        ),
    ],
)
def test_the_sentence_says_what_they_mean(flow: Flow, said: str) -> None:
    assert sentence(flow) == said


def test_a_click_and_return_ask_for_that_job(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.show_job(a_job(), around(FLOW))
    inspector.tabs.setCurrentWidget(inspector.flow)
    table = inspector.flow.table
    place = table.visualRect(inspector.flow.model.index(1, 0)).center()
    with qtbot.waitSignal(inspector.flow.asked_for) as clicked:
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(inspector.flow.asked_for) as pressed:
        table.setCurrentIndex(inspector.flow.model.index(0, 0))
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert (clicked.args, pressed.args) == (["8"], ["5"])


def test_an_update_keeps_the_place(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.show_job(a_job(), around(FLOW))
    inspector.flow.table.selectRow(2)
    done = replace(FLOW, children=(EIGHT, NINE, replace(TEN, state=State.DONE)), children_left=0)
    with qtbot.waitSignal(inspector.flow.model.dataChanged):
        inspector.show_job(a_job(), around(done))
    assert inspector.flow.table.selected_ids() == ("9",)
    assert shown(inspector)[3][1] == "Done"


def test_the_model_keeps_the_rules(qtmodeltester: ModelTester, inspector: Inspector) -> None:
    inspector.show_job(a_job(), around(FLOW))
    qtmodeltester.check(inspector.flow.model)  # type: ignore[no-untyped-call]


def test_why_it_waits(inspector: Inspector) -> None:
    waiting = a_job(state=State.WAITING)
    inspector.show_job(waiting, around(FLOW))
    assert inspector.summary.why.text() == "Waiting for 1 child to end: see Flow."
    trashed = replace(FLOW, children=(EIGHT, replace(TEN, state=State.TRASHED)))
    inspector.show_job(waiting, around(trashed))
    assert "1 child that lies in the Trash" in inspector.summary.why.text()
    inspector.show_job(waiting, AROUND)
    assert inspector.summary.why.text() == "Waiting for its children to end."


def large(children: int, done: int) -> Flow:
    family = tuple(
        replace(EIGHT, id=str(100 + n), state=State.DONE if n < done else State.READY)
        for n in range(children)
    )
    return Flow(children=family, children_left=children - done)


def test_a_large_family_is_listed_page_by_page_and_counted_whole(inspector: Inspector) -> None:
    inspector.show_job(a_job(), around(large(10_000, 9_000)))
    model, said = inspector.flow.model, inspector.flow.said
    assert model.rowCount() == PAGE
    assert "10,000 children, 1,000 not ended yet. 9,000 done, 1,000 ready." in said.text()
    assert said.text().endswith("The first 200 are listed; scroll down for more.")
    model.fetchMore(QModelIndex())
    assert model.rowCount() == 2 * PAGE
    assert "The first 400 are listed" in said.text()
    assert model.index(399, 0).data() == "499"


def test_all_of_a_large_family_can_be_reached_and_then_no_more_is_promised(
    inspector: Inspector,
) -> None:
    inspector.show_job(a_job(), around(large(450, 0)))
    while inspector.flow.model.canFetchMore(QModelIndex()):
        inspector.flow.model.fetchMore(QModelIndex())
    assert inspector.flow.model.rowCount() == 450
    assert "listed" not in inspector.flow.said.text()


def test_a_large_family_that_moves_on_keeps_its_rows_and_is_told_of_once(
    qtbot: QtBot, inspector: Inspector
) -> None:
    inspector.show_job(a_job(), around(large(1_000, 10)))
    model = inspector.flow.model
    model.fetchMore(QModelIndex())
    told = QSignalSpy(model.dataChanged)
    with qtbot.assertNotEmitted(model.modelReset):
        inspector.show_job(a_job(), around(large(1_000, 20)))
    assert told.count() == 1
    first, last, *_ = told.at(0)
    assert (first.row(), last.row()) == (10, 19)
    assert model.rowCount() == 2 * PAGE
