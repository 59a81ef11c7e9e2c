"""Everything written in the window can be read."""

from __future__ import annotations

import pytest

from pillarbox_ui.theme.contrast import ENOUGH, blend, contrast, pairs, pill_colour
from pillarbox_ui.theme.tokens import DARK, LIGHT, Tokens, high_contrast

THEMES = (LIGHT, DARK, high_contrast(LIGHT), high_contrast(DARK))


def test_the_formula_knows_its_ends() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == 1.0
    assert contrast("#FFFFFF", "#000000") == contrast("#000000", "#FFFFFF")


def test_a_blend_lies_between() -> None:
    assert blend("#000000", "#FFFFFF", 0.0) == "#FFFFFF"
    assert blend("#000000", "#FFFFFF", 1.0) == "#000000"
    assert blend("#FF0000", "#0000FF", 0.5) == "#800080"


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
def test_every_pair_is_readable(tokens: Tokens) -> None:
    poor = {what: contrast(ink, ground) for what, ink, ground in pairs(tokens)}
    assert {what: ratio for what, ratio in poor.items() if ratio < ENOUGH} == {}


@pytest.mark.parametrize("tokens", THEMES, ids=lambda tokens: tokens.name)
def test_a_pill_is_opaque_so_a_selected_row_changes_nothing(tokens: Tokens) -> None:
    for state in tokens.states:
        ground = pill_colour(tokens, state)
        assert ground not in (tokens.content, tokens.selection)
        assert contrast(tokens.state(state), ground) >= ENOUGH


def test_the_pairs_name_all_states_of_the_contract() -> None:
    named = {what.removeprefix("pill ") for what, _, _ in pairs(LIGHT) if what.startswith("pill")}
    wanted = {"scheduled", "ready", "leased", "retrying", "done", "dead", "paused", "cancelled"}
    assert wanted <= named
