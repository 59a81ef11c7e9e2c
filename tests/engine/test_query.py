"""The query language: what each term means, what is refused and where, and the round trip."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pillarbox_engine import filters
from pillarbox_engine.comparing import NUMBERS, TIMES, Bound
from pillarbox_engine.errors import QueryError
from pillarbox_engine.filters import Filter
from pillarbox_engine.query import parse_query, to_text
from pillarbox_engine.states import State

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def _at(key: str, value: int) -> Filter:
    return Filter(bounds=(Bound(key, "=", value),))


def _part(value: object) -> Filter:
    return Filter(payload=(("n", value),))


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
    ("state:dead,done", Filter(states=frozenset({State.DEAD, State.DONE}))),
    ('queue:email,"a,b" queue:c', Filter(queues=("email", "a,b", "c"))),
    (r"queue:a\,b", Filter(queues=("a,b",))),
    ("group:eu schedule:nightly", Filter(groups=("eu",), schedules=("nightly",))),
    ("parent:7 worker:box,pid", Filter(parents=("7",), workers=("box", "pid"))),
    ("key:ada", Filter(unique="ada")),
    ("error:disk,net", Filter(either=((Filter(error="disk"), Filter(error="net")),))),
    ("error:disk,disk", Filter(error="disk")),
    ("priority:5 lost<3", Filter(bounds=(Bound("priority", "=", 5), Bound("lost", "<", 3)))),
    ("attempt>=2", Filter(bounds=(Bound("attempt", ">=", 2),))),
    ("attempt:1,2", Filter(either=((_at("attempt", 1), _at("attempt", 2)),))),
    ("size>1e3", Filter(bounds=(Bound("size", ">", 1000.0),))),
    ("progress<=33.5", Filter(bounds=(Bound("progress", "<=", 33.5),))),
    ("ended<10m due<1h", Filter(bounds=(Bound("ended", "<", 600.0), Bound("due", "<", 3600.0)))),
    ("enqueued>=2026-05-01", Filter(bounds=(Bound("enqueued", ">=", MAY),))),
    ("enqueued>=2026-05-01T02:00+02:00", Filter(bounds=(Bound("enqueued", ">=", MAY),))),
    ("payload.n>3", Filter(bounds=(Bound("payload.n", ">", 3),))),
    ('payload.at>="2026"', Filter(bounds=(Bound("payload.at", ">=", "2026"),))),
    ("payload.n:1,true", Filter(either=((_part(1), _part(True)),))),
    ('payload.n:{"a":1,"b":[2,3]}', Filter(payload=(("n", {"a": 1, "b": [2, 3]}),))),
    ("-state:dead", Filter(without=(Filter(states=frozenset({State.DEAD})),))),
    ("-queue:a,b -is:retrying", Filter(without=(Filter(queues=("a", "b")), Filter(retrying=True)))),
    ("-error:a,b", Filter(without=(Filter(error="a"), Filter(error="b")))),
    ('-word -"two words" - a-b', Filter(text=("-", "a-b"), without=(
        Filter(text=("word",)), Filter(text=("two words",))))),
    ("-age>1h", Filter(without=(Filter(older_than=3_600.0),))),
    ("a,b", Filter(text=("a,b",))),
]  # fmt: skip

MISTAKES = [
    ("stat:dead", 1, "Known keys: state:"),
    ("queue:a  stat:dead", 10, "no key stat:"),
    ("http://x", 1, "quotes"),
    ("-stat:dead", 2, "no key stat:"),
    ("-state:deed", 8, "no state"),
    ("state:dead,", 12, "no value"),
    ("state:dead,deed", 12, "deed"),
    ("queue:a,,b", 9, "no value"),
    ("priority:high", 10, "not a number"),
    ("priority>", 10, "has no value"),
    ("attempt>1e999", 9, "not a number"),
    ("ended:1h", 6, "ended>1h"),
    ("ended>2026-13-01", 7, "no moment"),
    ("ended>yesterday", 7, "not a length of time"),
    ("payload.x>true", 11, "neither a number nor text"),
    ("payload.>1", 1, "which part"),
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


_MOMENTS = st.integers(0, 4_000_000_000_000_000).map(
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)
_OPS = st.sampled_from(["<", "<=", ">", ">="])
_FIGURES = st.integers(-(2**70), 2**70) | st.floats(-1e300, 1e300)
_PATHS = _WORDS.filter(bool)
_BOUNDS = (
    st.builds(Bound, st.sampled_from(NUMBERS), _OPS | st.just("="), _FIGURES)
    | st.builds(Bound, st.sampled_from(TIMES), _OPS, st.floats(0, 1e9) | _MOMENTS)
    | st.builds(Bound, _PATHS.map("payload.{}".format), _OPS, _FIGURES | _WORDS)
)
_PAYLOADS = st.tuples(_PATHS, _JSON)
_LISTED = {
    name: _tuples(_WORDS)
    for name in ("ids", "queues", "types", "groups", "schedules", "parents", "workers")
}
_SINGLE = dict.fromkeys(("fingerprint", "error", "operation", "unique"), _WORDS)
_STATES = st.frozensets(st.sampled_from(State))
_ALONE = st.one_of(
    *(st.builds(Filter, **{name: values.filter(bool)}) for name, values in _LISTED.items()),
    *(st.builds(Filter, **{name: value}) for name, value in _SINGLE.items()),
    st.builds(Filter, states=_STATES.filter(bool)),
    st.builds(Filter, text=st.tuples(_WORDS)),
    st.builds(Filter, payload=st.tuples(_PAYLOADS)),
    st.builds(Filter, bounds=st.tuples(_BOUNDS)),
    st.builds(Filter, older_than=st.floats(0, 1e9)),
    st.just(Filter(retrying=True)),
)


def _group(alone: st.SearchStrategy[Filter]) -> st.SearchStrategy[tuple[Filter, ...]]:
    return st.lists(alone, min_size=2, max_size=3, unique_by=repr).map(tuple)


_EITHER = st.one_of(
    *(_group(st.builds(Filter, **{name: value})) for name, value in _SINGLE.items()),
    _PATHS.flatmap(
        lambda path: _group(st.builds(Filter, payload=st.tuples(st.tuples(st.just(path), _JSON))))
    ),
    st.sampled_from(NUMBERS).flatmap(
        lambda key: _group(st.integers(-9, 99).map(lambda value: _at(key, value)))
    ),
)

FILTERS = st.builds(
    Filter,
    **_LISTED,
    **{name: st.none() | value for name, value in _SINGLE.items()},
    states=_STATES,
    retrying=st.booleans(),
    text=_tuples(_WORDS),
    payload=st.lists(_PAYLOADS, max_size=2).map(tuple),
    older_than=_AGES,
    younger_than=_AGES,
    bounds=st.lists(_BOUNDS, max_size=2).map(tuple),
    without=st.lists(_ALONE, max_size=2).map(tuple),
    either=st.lists(_EITHER, max_size=2).map(tuple),
)


@given(FILTERS)
@example(Filter(without=(Filter(text=("\x1b",)),)))
@example(Filter(without=(Filter(text=("/mail",)),)))
def test_a_filter_written_and_read_again_is_the_same(where: Filter) -> None:
    assert parse_query(to_text(filters.check(where))) == where


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
