"""Every state and every outcome has a word and a colour."""

from __future__ import annotations

from pillarbox_engine.states import EventKind, State
from pillarbox_ui.theme.tokens import DARK, LIGHT
from pillarbox_ui.widgets.states import outcome_tone, outcome_word, state_word, visible_state
from tests.ui.kit import summary


def test_every_state_has_a_word_and_a_colour() -> None:
    for state in State:
        assert state_word(state) == state.capitalize()
        assert state in LIGHT.states
        assert state in DARK.states


def test_every_outcome_has_a_word_and_a_tone() -> None:
    for kind in (*EventKind, "running", "next"):
        assert outcome_word(kind)
        assert outcome_tone(kind) in LIGHT.states


def test_scheduled_after_an_attempt_is_shown_as_retrying() -> None:
    assert visible_state(summary(state=State.SCHEDULED, attempt=1)) == "retrying"
    assert visible_state(summary(state=State.SCHEDULED, attempt=0)) == "scheduled"
    assert visible_state(summary(state=State.READY, attempt=3)) == "ready"
