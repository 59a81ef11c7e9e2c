"""`docs/lifecycle.md` says what `lifecycle.TABLE` does, cell by cell, in both of its tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from pillarbox_engine.lifecycle import TABLE, Transition, states_for, transition
from pillarbox_engine.states import LIVE_STATES, State, Verb

DOCUMENT = Path(__file__).parents[2] / "docs" / "lifecycle.md"
CELLS = [(verb, state) for verb in Verb for state in State]

Table = dict[tuple[str, str], dict[str, str]]


def section(title: str) -> list[list[str]]:
    """The rows of the table under a heading, its header first, without marks of emphasis."""
    text = DOCUMENT.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip().strip("*`") for cell in line.strip("|").split("|")] for line in lines]
    return [rows[0], *rows[2:]]


def matrix() -> dict[tuple[str, str], str]:
    header, *rows = section("Every verb in every state")
    return {
        (row[0], state): cell
        for row in rows
        for state, cell in zip(header[1:], row[1:], strict=True)
    }


def details() -> Table:
    header, *rows = section("What each cell does")
    found = [dict(zip(header, row, strict=True)) for row in rows]
    table = {(row.pop("verb"), row.pop("state")): row for row in found}
    assert len(table) == len(rows), "a cell is described twice"
    return table


def result(verb: Verb, cell: Transition | None) -> str:
    if cell is None:
        return "Conflict"
    if cell.to is not None:
        return str(cell.to)
    return {Verb.RESTORE: "as it was", Verb.ERASE: "gone"}[verb]


def checks(cell: Transition) -> str:
    said = (("unique key", cell.checks_key), ("bound", cell.checks_bound))
    return ", ".join(name for name, is_checked in said if is_checked) or "none"


@pytest.mark.parametrize(("verb", "state"), CELLS)
def test_the_matrix_says_where_it_leads(verb: Verb, state: State) -> None:
    assert matrix()[verb, state] == result(verb, transition(verb, state))


def test_the_matrix_has_no_other_cells() -> None:
    assert set(matrix()) == {(str(verb), str(state)) for verb, state in CELLS}


@pytest.mark.parametrize(("verb", "state"), TABLE)
def test_the_details_say_what_it_does(verb: Verb, state: State) -> None:
    cell = TABLE[verb, state]
    assert details()[verb, state] == {
        "result": result(verb, cell),
        "attempts": str(cell.attempts),
        "lost": cell.lost,
        "fence": "raised" if cell.raises_fence else "keep",
        "history": str(cell.event or "none"),
        "checks": checks(cell),
        "undo": cell.undo,
    }


def test_the_details_have_no_other_cells() -> None:
    assert set(details()) == {(str(verb), str(state)) for verb, state in TABLE}


def test_the_states_are_all_there_and_say_whether_they_count() -> None:
    _, *rows = section("States")
    assert {row[0]: row[2] for row in rows} == {
        str(state): "yes" if state in LIVE_STATES else "no" for state in State
    }


def test_the_diagram_draws_every_way_out_of_a_state() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").split("```mermaid\n")[1].split("```")[0]
    arrows = [line.strip() for line in text.splitlines() if "-->" in line]
    drawn = {tuple(arrow.split(":")[0].split(" --> ")) for arrow in arrows}
    for (verb, state), cell in TABLE.items():
        if state is State.TRASHED or verb in {Verb.PURGE, Verb.REQUEUE}:
            continue
        if cell.to is not None and (cell.to is not state or verb is Verb.EXTEND):
            assert (str(state), str(cell.to)) in drawn, (verb, state)


def test_the_fixed_points_of_the_contract() -> None:
    """What the design fixes, whatever else the table may come to hold."""
    assert transition(Verb.REQUEUE, State.LEASED) is None
    assert transition(Verb.PURGE, State.LEASED) is None
    for verb in (Verb.RELEASE, Verb.CANCEL):
        cell = transition(verb, State.LEASED)
        assert cell is not None
        assert cell.raises_fence
    assert states_for(Verb.REPLAY) == {State.DEAD}
    assert all(
        cell.checks_bound and cell.checks_key
        for (verb, state), cell in TABLE.items()
        if cell.to in LIVE_STATES and state not in LIVE_STATES
    )
