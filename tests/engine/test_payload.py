"""Payloads: what is carried whole, what is refused and where, and that nothing crashes."""

from __future__ import annotations

import json
import zlib
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pillarbox_engine import payload
from pillarbox_engine.errors import InvalidPayload, PayloadTooLarge
from pillarbox_engine.json_walk import fault_in_text


class Color(StrEnum):
    """A string that is more than a string."""

    RED = "red"


def nested(depth: int) -> Any:
    """A list in a list in a list …"""
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def looped() -> Any:
    """A list that contains itself, twice."""
    value: list[Any] = [1]
    value += [{"again": value}, value]
    return value


CARRIED: list[tuple[Any, str]] = [
    (None, "null"),
    (True, "true"),
    (0, "0"),
    (-0.0, "-0.0"),
    (1e300, "1e300"),
    (2**200, str(2**200)),
    (10**4299, str(10**4299)),
    ("", '""'),
    ("é\U0001f600", '"é\U0001f600"'),
    ('\x00\n"\\', '"\\u0000\\n\\"\\\\"'),
    ((1, 2), "[1,2]"),
    (Color.RED, '"red"'),
    ({Color.RED: 1}, '{"red":1}'),
    ({"b": 1, "a": [{}, []]}, '{"b":1,"a":[{},[]]}'),
    ("<script>", '"<script>"'),
    (nested(200), "[" * 200 + "]" * 200),
]

NOT_JSON: list[tuple[Any, str, str]] = [
    (float("nan"), "$", "nan"),
    ({"items": [1, 2, 3, {"price": float("inf")}]}, "$.items[3].price", "inf"),
    ({"a": {1: 2}}, "$.a", "key 1 is not a string (int)"),
    ({None: 2}, "$", "key None"),
    ({(1, 2): 2}, "$", "tuple"),
    ({"a": {"b": {1, 2}}}, "$.a.b", "set"),
    ([object()], "$[0]", "object"),
    (b"bytes", "$", "bytes"),
    ({"odd key": [b""]}, '$["odd key"][0]', "bytes"),
    ("\ud800", "$", "surrogate"),
    ({"a": ["\ud83d\ude00"]}, "$.a[0]", "surrogate"),
    ({"\udc00": 1}, "$", "surrogate"),
    (10**5000, "$", "digits"),
    ({"n": [10**100_000]}, "$.n[0]", "digits"),
    (nested(201), "$[0]", "200 deep"),
    (nested(100_000), "$[0]", "200 deep"),
    (looped(), "$[1].again", "contains itself"),
]


@pytest.mark.parametrize(("value", "text"), CARRIED, ids=range(len(CARRIED)))
def test_values_are_written_compactly_and_come_back(value: Any, text: str) -> None:
    assert payload.encode(value) == text
    assert payload.encode(payload.parse(text)) == text


@pytest.mark.parametrize(("value", "path", "reason"), NOT_JSON, ids=range(len(NOT_JSON)))
def test_what_json_cannot_carry_is_refused_with_its_path(
    value: Any, path: str, reason: str
) -> None:
    with pytest.raises(InvalidPayload) as caught:
        payload.encode(value)
    assert caught.value.path.startswith(path)
    assert reason in caught.value.detail
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_shared_parts_are_no_cycle() -> None:
    part = {"a": [1]}
    assert payload.encode([part, part]) == '[{"a":[1]},{"a":[1]}]'


MUST_ACCEPT = [
    "null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e5", "1E+5", "1e-5", "0.1", "1e-999",
    "123456789012345678901234567890", " 1 ",
    "\t\r\n1\n", '""', '"a"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u0000"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"\\\\ud800"', '"\x7f"',
    '"\u2028"', '"\ufeff"', '"\U0010ffff"', "[]", "[ ]", "[1,2]", "[ 1 , 2 ]", "{}", "{ }",
    '{"":1}', '{"a":1,"b":{"a":1}}', '{"a":[{"a":1},{"a":1}]}', '["]","[","{","}",","]',
    "\ufeff[1]", "[" * 200 + "]" * 200, '{"a":' * 200 + "1" + "}" * 200,
    "[" + "[],{}," * 1_000 + "1]", '"' + "[" * 1_000 + '"',
]  # fmt: skip

MUST_REFUSE = [
    ("", 1, 1, "$", "cut off"),
    ("  ", 1, 3, "$", "cut off"),
    ("\n\n", 3, 1, "$", "cut off"),
    ("{", 1, 2, "$", "a key in double quotes"),
    ("[", 1, 2, "$[0]", "cut off"),
    ("[1,", 1, 4, "$[1]", "cut off"),
    ('{"a":1', 1, 7, "$.a", "cut off"),
    ('{"a":[1,{"b":"tex', 1, 18, "$.a[1].b", "cut off"),
    ("[1,]", 1, 4, "$[1]", "before ]"),
    ("[,1]", 1, 2, "$[0]", "before ,"),
    ("[1,,2]", 1, 4, "$[1]", "before ,"),
    ('{"a":1,}', 1, 8, "$", "found }"),
    ("{,}", 1, 2, "$", "found ,"),
    ("{a:1}", 1, 2, "$", "double quotes"),
    ("{'a':1}", 1, 2, "$", "double quotes"),
    ("{1:1}", 1, 2, "$", "double quotes"),
    ('{"a" 1}', 1, 6, "$.a", "expected :"),
    ('{"a":}', 1, 6, "$.a", "before }"),
    ("[1}", 1, 3, "$[0]", "expected , or ]"),
    ('{"a":1]', 1, 7, "$.a", "expected , or }"),
    ("1 2", 1, 3, "$", "follows"),
    ("[1]]", 1, 4, "$", "follows"),
    ("[1]\n\n x", 3, 2, "$", "x follows"),
    ("nul", 1, 1, "$", "nul is not"),
    ("True", 1, 1, "$", "True is not"),
    ("nullx", 1, 1, "$", "nullx is not"),
    ("NaN", 1, 1, "$", "NaN is not"),
    ('{"a":{"b":[1,NaN]}}', 1, 14, "$.a.b[1]", "NaN is not"),
    ("Infinity", 1, 1, "$", "Infinity is not"),
    ("[-Infinity]", 1, 2, "$[0]", "-Infinity is not"),
    ("01", 1, 1, "$", "01 is not a number"),
    ("-", 1, 1, "$", "not a number"),
    ("+1", 1, 1, "$", "+1 is not"),
    ("1.", 1, 1, "$", "not a number"),
    (".5", 1, 1, "$", "not"),
    ("1e", 1, 1, "$", "not a number"),
    ("0x10", 1, 1, "$", "not a number"),
    ("1_000", 1, 1, "$", "not a number"),
    ("\u0661", 1, 1, "$", "not"),
    ("[1e999]", 1, 2, "$[0]", "too large"),
    ("9" * 5_000, 1, 1, "$", "5,000 digits"),
    ('"a\nb"', 1, 3, "$", "U+000A"),
    ('"\x00"', 1, 2, "$", "U+0000"),
    ('"\\x"', 1, 2, "$", "\\x is not an escape"),
    ('"\\u12"', 1, 2, "$", "not an escape"),
    ('"\\', 1, 2, "$", ""),
    ('"abc', 1, 5, "$", "cut off"),
    ('["\\ud800"]', 1, 3, "$[0]", "surrogate"),
    ('["\\udc00\\ud800"]', 1, 3, "$[0]", "surrogate"),
    ('["\\ud83dx"]', 1, 3, "$[0]", "surrogate"),
    ('"\ud800"', 1, 2, "$", "surrogate"),
    ('{"\\ud800":1}', 1, 3, "$", "surrogate"),
    ('{"a":1,\n "a":2}', 2, 2, "$", 'the key "a" is there twice'),
    ('{"a":1,"\\u0061":2}', 1, 8, "$", "twice"),
    ('{"x":[0,{"k":1,"k":2}]}', 1, 16, "$.x[1]", "twice"),
    ("[1] // no", 1, 5, "$", "follows"),
    ("/* no */ 1", 1, 1, "$", "not"),
    ("[1\u00a0]", 1, 3, "$[0]", "expected"),
    ("\ufeff\ufeff1", 1, 1, "$", "not"),
    ("[" * 201 + "]" * 201, 1, 201, "$[0]", "200 deep"),
    ("[" * 100_000 + "]" * 100_000, 1, 201, "$[0]", "200 deep"),
    ("[" * 100_000, 1, 201, "$[0]", "200 deep"),
    ('{"a":' * 100_000, 1, 1_001, "$.a", "200 deep"),
    ('"' + '\\"' * 200_000, 1, 400_002, "$", "cut off"),
]  # fmt: skip


@pytest.mark.parametrize("text", MUST_ACCEPT, ids=range(len(MUST_ACCEPT)))
def test_what_rfc_8259_allows_is_taken_and_keeps_its_meaning(text: str) -> None:
    value = payload.parse(text)
    assert value == json.loads(text.removeprefix("\ufeff"))
    assert payload.parse(text.encode()) == value
    assert json.loads(payload.checked_text(text)) == value
    assert fault_in_text(text.removeprefix("\ufeff")) is None


@pytest.mark.parametrize(
    ("text", "line", "column", "path", "reason"), MUST_REFUSE, ids=range(len(MUST_REFUSE))
)
def test_what_is_not_json_is_refused_in_its_place(
    text: str, line: int, column: int, path: str, reason: str
) -> None:
    with pytest.raises(InvalidPayload) as caught:
        payload.parse(text)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert error.path == path or (len(path) > 1 and error.path.startswith(path))
    assert reason in error.detail
    assert f"line {line}, column {column}" in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 400


NOT_UTF8 = [
    ('{"a":1}'.encode("utf-16"), "UTF-16"),
    ("[1]".encode("utf-16-le"), "UTF-16"),
    ("[1]".encode("utf-16-be"), "UTF-16"),
    ('{"a":1}'.encode("utf-32"), "UTF-32"),
    ("[1]".encode("utf-32-be"), "UTF-32"),
    (b'["\xff"]', "column 3: byte 0xff"),
    (b'[1,\n "\xc3"]', "line 2, column 3: byte 0xc3"),
    (b'"\xed\xa0\x80"', "byte 0xed"),
    (b'"\xc0\x80"', "byte 0xc0"),
    ("é".encode("latin-1"), "byte 0xe9"),
]


@pytest.mark.parametrize(("data", "says"), NOT_UTF8)
def test_other_encodings_are_named(data: bytes, says: str) -> None:
    with pytest.raises(InvalidPayload, match="not UTF-8") as caught:
        payload.parse(data)
    assert says in str(caught.value)
    assert "UTF-8" in caught.value.remedy


def test_utf8_with_a_bom_is_taken() -> None:
    assert payload.checked_text(b"\xef\xbb\xbf{ }") == "{}"


def test_size_is_counted_in_bytes_and_the_error_says_what_to_do() -> None:
    payload.check_size("é" * 50, 100)
    with pytest.raises(PayloadTooLarge, match=r"102 bytes.*allows 100.*reference"):
        payload.check_size("é" * 51, 100)
    with pytest.raises(PayloadTooLarge, match="2,097,152"):
        payload.check_size("x" * 2**21, 256 * 1024)


def test_a_preview_is_one_harmless_line() -> None:
    assert payload.preview('{"a":1}') == '{"a":1}'
    assert payload.preview("a\u202eb\nc\x7f\u2028\ud800") == "a\\u202eb\\nc\\u007f\\u2028\\ud800"
    assert payload.preview("<b>é\U0001f600</b>") == "<b>é\U0001f600</b>"
    long = payload.preview("x" * 1_000, 50)
    assert len(long) == 50
    assert long.endswith("…")


@given(st.text(), st.integers(1, 300))
def test_every_preview_prints_and_fits(text: str, limit: int) -> None:
    line = payload.preview(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in line)


def test_the_checksum_is_of_the_utf8() -> None:
    assert payload.crc('"é"') == zlib.crc32('"é"'.encode())


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
)  # fmt: skip


@given(JSON)
def test_any_value_comes_back_as_it_went_in(value: Any) -> None:
    text = payload.encode(value)
    back = payload.parse(text)
    assert back == value
    assert payload.encode(back) == text
    assert payload.checked_text(json.dumps(value, indent=2)) == text
    assert fault_in_text(text) is None


def _refusal(text: str | bytes) -> InvalidPayload | None:
    try:
        payload.parse(text)
    except InvalidPayload as error:
        return error
    return None


@given(st.text('[]{}",:\\ u0d8e1-.ntf', max_size=30) | st.text(max_size=30) | st.binary())
@example('"\\ud800\\')
@example("\\")
def test_anything_at_all_parses_or_is_refused_in_place(text: str | bytes) -> None:
    error = _refusal(text)
    if error is not None:
        assert str(error).isprintable()
        assert error.detail or "UTF" in str(error)
    elif isinstance(text, str):
        assert fault_in_text(text.removeprefix("\ufeff")) is None


@given(JSON, st.data())
def test_a_text_that_was_cut_off_is_refused(value: Any, data: st.DataObject) -> None:
    text = payload.encode([value])
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    with pytest.raises(InvalidPayload):
        payload.parse(cut)


@pytest.mark.parametrize(
    "values",
    [
        [], [{"a": 1}, [1, 2.5, None], "x", True], [(1, 2), {"b": (3,)}], [10**30, -0.0, 1e300],
        [{"deep": [[[]]] * 200}],
    ],
)  # fmt: skip
def test_many_are_encoded_as_each_would_be(values: list[object]) -> None:
    assert payload.encode_all(iter(values)) == [payload.encode(value) for value in values]


@pytest.mark.parametrize("bad", [float("nan"), {1: 2}, {"a": object()}, "\ud800", nested(201)])
def test_one_bad_value_among_many_is_refused_with_its_place(bad: object) -> None:
    with pytest.raises(InvalidPayload):
        payload.encode_all([{"good": 1}, bad])


@pytest.mark.parametrize("depth", [199, 200, 201, 250])
def test_a_short_text_is_as_deep_as_it_may_be(depth: int) -> None:
    refused = depth > 200
    try:
        payload.encode(nested(depth))
    except InvalidPayload:
        assert refused
    else:
        assert not refused
