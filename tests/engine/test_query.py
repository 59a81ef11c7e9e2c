"""The query language: what each term means, what is refused and where, and the round trip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillarbox_engine.errors import QueryError
from pillarbox_engine.filters import Filter
from pillarbox_engine.query import parse_query, to_text
from pillarbox_engine.states import State

MEANINGS = [
    ("", Filter()),
    ("   ", Filter()),
    ("state:dead", Filter(states=frozenset({State.DEAD}))),
    ("state:dead state:done", Filter(states=frozenset({State.DEAD, State.DONE}))),
    ("STATE:Dead", Filter(states=frozenset({State.DEAD}))),
    ("queue:email queue:sms", Filter(queues=("email", "sms"))),
    ("queue:email queue:email", Filter(queues=("email",))),
    ('queue:"with space"', Filter(queues=("with space",))),
    (r"queue:with\ space", Filter(queues=("with space",))),
    ("type:send", Filter(types=("send",))),
    ("type:a:b", Filter(types=("a:b",))),
    ("id:17 id:18", Filter(ids=("17", "18"))),
    ("is:retrying", Filter(retrying=True)),
    ('error:"timed out"', Filter(error="timed out")),
    ("fingerprint:abc", Filter(fingerprint="abc")),
    ("unique:ada", Filter(unique="ada")),
    ("operation:3", Filter(operation="3")),
    ("age>1h", Filter(older_than=3_600.0)),
    ("age<2d", Filter(younger_than=172_800.0)),
    ("age>1h30m age<1.5w", Filter(older_than=5_400.0, younger_than=907_200.0)),
    ("payload.customer.id:42", Filter(payload=(("customer.id", 42),))),
    ('payload.id:"42"', Filter(payload=(("id", "42"),))),
    ("payload.ok:true payload.x:null", Filter(payload=(("ok", True), ("x", None)))),
    ("payload.name:Ann", Filter(payload=(("name", "Ann"),))),
    ("payload.n:NaN", Filter(payload=(("n", "NaN"),))),
    ('payload.at:{"a":[1]}', Filter(payload=(("at", {"a": [1]}),))),
    (r"payload.a\:b:1", Filter(payload=(("a:b", 1),))),
    ("two words", Filter(text=("two", "words"))),
    ('"two words"', Filter(text=("two words",))),
    (r'"say \"hi\" \\"', Filter(text=('say "hi" \\',))),
    ("<b>html</b> a->b 12:30", Filter(text=("<b>html</b>", "a->b", "12:30"))),
    ('"state:dead"', Filter(text=("state:dead",))),
    ("trailing\\", Filter(text=("trailing\\",))),
]

MISTAKES = [
    ("stat:dead", 1, "Known keys: state:"),
    ("queue:a  stat:dead", 10, "no key stat:"),
    ("http://x", 1, "quotes"),
    ("-state:dead", 1, "no key -state:"),
    ("state:deed", 7, "waiting, scheduled, ready"),
    ("state: dead", 7, "no value"),
    ("queue:a is:lost", 12, "is:retrying"),
    ("payload:x", 1, "payload.PATH"),
    ("payload.:x", 1, "payload.PATH"),
    ("age:1h", 4, "age>1h"),
    ("age>", 5, "age>1h"),
    ("age>soon", 5, "soon is not a length of time"),
    ("age>1h age>2h", 8, "twice"),
    ("error:a error:b", 9, "twice"),
    ("depth>3", 1, "cannot be compared"),
    ('queue:"abc', 7, "never closed"),
    ('word "abc', 6, "never closed"),
    ('"abc"def', 6, "closing quote"),
]


@pytest.mark.parametrize(("text", "where"), MEANINGS)
def test_each_term_means_what_the_language_says(text: str, where: Filter) -> None:
    assert parse_query(text) == where


@pytest.mark.parametrize(("text", "where"), MEANINGS)
def test_every_meaning_can_be_written_back(text: str, where: Filter) -> None:
    assert parse_query(to_text(where)) == where


@pytest.mark.parametrize(("text", "column", "says"), MISTAKES)
def test_a_mistake_is_named_with_its_column(text: str, column: int, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(text)
    assert caught.value.column == column
    assert f"column {column}" in str(caught.value)
    assert says in str(caught.value)
    assert caught.value.remedy


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
_AGES = st.none() | st.floats(0, 1e9) | st.integers(0, 10**6).map(float)


def _tuples(of: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=3, unique=True).map(tuple)


FILTERS = st.builds(
    Filter,
    ids=_tuples(_WORDS),
    states=st.frozensets(st.sampled_from(State)),
    retrying=st.booleans(),
    queues=_tuples(_WORDS),
    types=_tuples(_WORDS),
    fingerprint=st.none() | _WORDS,
    error=st.none() | _WORDS,
    operation=st.none() | _WORDS,
    unique=st.none() | _WORDS,
    text=_tuples(_WORDS),
    payload=st.lists(st.tuples(_WORDS.filter(bool), _JSON), max_size=2).map(tuple),
    older_than=_AGES,
    younger_than=_AGES,
)


@given(FILTERS)
def test_a_filter_written_and_read_again_is_the_same(where: Filter) -> None:
    assert parse_query(to_text(where)) == where


def _mistake(text: str) -> QueryError | None:
    try:
        parse_query(text)
    except QueryError as error:
        return error
    return None


@given(st.text() | st.text('ab:"\\ ><.'))
def test_no_text_does_anything_but_parse_or_be_refused_in_place(text: str) -> None:
    error = _mistake(text)
    if error is not None:
        assert 1 <= error.column <= len(text) + 1
    else:
        assert parse_query(to_text(parse_query(text))) == parse_query(text)
