"""The filter joined with its page, and what is said where they exclude each other."""

from __future__ import annotations

import pytest

from pillarbox_engine.errors import QueryError
from pillarbox_engine.filters import Filter
from pillarbox_engine.states import State
from pillarbox_ui.filtering import joined
from pillarbox_ui.interest import NOT_TRASHED, View


def test_a_queues_page_holds_the_filter_to_it() -> None:
    assert joined(Filter(error="late"), View.QUEUE, "email") == Filter(
        error="late", queues=("email",), states=NOT_TRASHED
    )
    assert joined(Filter(), View.QUEUE, "email") == Filter(queues=("email",), states=NOT_TRASHED)


def test_a_page_of_one_state_holds_the_filter_to_it() -> None:
    typed = Filter(states=frozenset({State.DEAD, State.READY}))
    assert joined(typed, View.DEAD_LETTERS, None).states == {State.DEAD}
    assert joined(Filter(), View.TRASH, None).states == {State.TRASHED}


def test_a_contradiction_is_said_and_never_matches_everything() -> None:
    with pytest.raises(QueryError, match="this page shows queue email only"):
        joined(Filter(queues=("sms",)), View.QUEUE, "email")
    with pytest.raises(QueryError, match="this page shows dead jobs only"):
        joined(Filter(states=frozenset({State.READY})), View.DEAD_LETTERS, None)


def test_the_overview_leaves_it_as_it_is() -> None:
    assert joined(Filter(), View.OVERVIEW, None).is_everything
