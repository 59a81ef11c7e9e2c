"""Job files as a whole: formats, places of faults, identities, and bounded memory."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillarbox_engine.errors import EnvironmentFault, InvalidJobFile, InvalidName, InvalidOption
from pillarbox_engine.importing import Accepted, ImportOptions, digest, open_job_file, read
from pillarbox_engine.importing.elements import Splitter
from pillarbox_engine.importing.lines import split_lines
from pillarbox_engine.importing.wholeness import WholenessCheck
from tests.engine.importing.files import (
    OPTIONS,
    Pipe,
    accepted,
    complaints,
    judged,
    payloads,
    rejected,
)


def test_each_line_has_its_verdict() -> None:
    data = b'{"a":1}\n\n  \n[2]\r\n{"a":NaN}\n{"a":1,"a":2}\n"\\ud800"\n{"half":\n3'
    verdicts = judged(data)
    assert payloads(verdicts) == ['{"a":1}', "[2]", "3"]
    assert [v.line for v in verdicts] == [1, 4, 5, 6, 7, 8, 9]
    assert complaints(verdicts) == [
        "line 5, $.a: NaN is not a JSON value (column 6)",
        'line 6: the key "a" is there twice (column 8)',
        "line 7: half a surrogate pair is not a character (column 2)",
        "line 8, $.half: the text ends here; it may have been cut off (column 9)",
    ]
    assert [v.raw for v in verdicts][2] == b'{"a":NaN}'


def test_each_element_has_its_verdict() -> None:
    data = b'\n[1, {"payload":[2]},\n {"a":NaN},,\n "x]\\",", {"a":1,\n"a":2}\n, [[3]],]\n'
    verdicts = judged(data, "jobs.json")
    assert payloads(verdicts) == ["1", "[2]", '"x]\\","', "[[3]]"]
    assert complaints(verdicts) == [
        "line 3, $.a: NaN is not a JSON value (column 6)",
        "line 3: there is no value before the comma or ]",
        'line 5: the key "a" is there twice (column 1)',
        "line 6: there is no value before the comma or ]",
    ]
    assert [v.item for v in verdicts] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_one_object_is_one_job() -> None:
    entry = accepted(b'\xef\xbb\xbf\n{\n "payload": 1\n}\n', "job.json")
    assert (entry.line, entry.job.payload_json) == (2, "1")


def test_an_empty_array_is_no_job_and_no_fault() -> None:
    assert judged(b" [ ]\n", "jobs.json") == []


REFUSED = [
    ("a.json", b"", 0, "empty"),
    ("a.jsonl", b" \n\n", 0, "empty"),
    ("a.json", b"\xef\xbb\xbf", 0, "empty"),
    ("a.json", "[1]".encode("utf-16"), 0, "UTF-16"),
    ("a.jsonl", '{"a":1}'.encode("utf-16-le"), 0, "UTF-16"),
    ("a.json", "[1]".encode("utf-32"), 0, "UTF-32"),
    ("a.jsonl", b"\x89PNG\r\n\x1a\n\x00\x00", 3, "zero byte"),
    ("a.json", b"hello", 1, "line 1, column 1: hello is not"),
    ("a.json", b'{"a":1,\n "b":[1,', 2, "line 2, column 9"),
    ("a.json", b'{"a":1}\n{"a":2}', 2, "line 2, column 1"),
    ("a.json", b"[1,\n2,\n{", 3, "ends on line 3, inside the array that begins on line 1"),
    ("a.json", b"[1,\n2", 2, "ends on line 2"),
    ("a.json", b'[1,\n"2]', 2, "ends on line 2"),
    ("a.json", b"[" * 100_000, 1, "ends on line 1"),
    ("a.json", b"[1]\n\n[2]", 3, "more follows the end of the array on line 3"),
    ("a.json", b"[1] []", 1, "more follows"),
    ("a.json", b"[1]]", 1, "more follows"),
    ("a.json", b'[1] "]"', 1, "more follows"),
    ("a.jsonl", b"[\n1,\n2\n]", 0, "begins with a ["),
    ("a.zip", b"PK", 0, "zip files are not read"),
    ("a.jsonl.gz", b"\x1f\x8b", 1, "it ends too soon"),
]


@pytest.mark.parametrize(("name", "data", "line", "says"), REFUSED, ids=range(len(REFUSED)))
def test_a_file_that_is_no_job_file_is_refused_as_a_whole(
    name: str, data: bytes, line: int, says: str
) -> None:
    verdicts = read(io.BytesIO(data), name=name, options=OPTIONS)
    with pytest.raises(InvalidJobFile) as caught:
        next(verdicts)
    assert says in str(caught.value)
    assert caught.value.line == line


def test_depth_of_100_000_is_one_rejected_line() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert "nested more than 200 deep" in rejected(deep).reason
    assert "nested more than 200 deep" in rejected(deep, "jobs.json").reason
    assert "nested more than 200 deep" in rejected(b'{"a":' * 100_000).reason


SNIFFED = [
    (b'{"a":1}\n{"a":2}\n', 2),
    (b'{"a":1}', 1),
    (b'{\n"a":1}', 1),
    (b'{ "a": {\n"b":1}}', 1),
    (b"[1,\n2]", 2),
    (b"1\n2\n3", 3),
]


@pytest.mark.parametrize(("data", "count"), SNIFFED)
def test_a_name_that_does_not_say_is_told_by_its_beginning(data: bytes, count: int) -> None:
    assert len(payloads(judged(data, "-"))) == count
    assert len(payloads(judged(data, "jobs.txt"))) == count


def test_the_format_can_be_given() -> None:
    assert payloads(judged(b"[1]\n[2]", "-", format="jsonl")) == ["[1]", "[2]"]


def test_a_pipe_that_breaks_off_ends_with_a_verdict() -> None:
    verdicts = list(read(Pipe(b'[1,2,{"a":'), name="-", options=OPTIONS))
    assert payloads(verdicts) == ["1", "2"]
    assert "inside the array" in complaints(verdicts)[0]


def test_a_line_that_is_too_long_is_passed_over() -> None:
    long = b'{"a":"' + b"x" * 5_000_000 + b'"}'
    for data, name in (
        (b"1\n" + long + b"\n2", "a.jsonl"),
        (b"[1,\n" + long + b",2]", "a.json"),
    ):
        verdicts = judged(data, name)
        assert payloads(verdicts) == ["1", "2"]
        assert complaints(verdicts)[0].startswith("line 2: it is 5,000,0")
        assert len(verdicts[1].raw) <= 4_096
    alone = rejected(long, "a.json").reason
    assert alone.startswith(f"it is {len(long):,} bytes long; at most")
    assert "enqueue a reference" in alone


def keys(data: bytes, name: str = "jobs.jsonl", **options: Any) -> list[str | None]:
    return [v.job.idempotency_key for v in judged(data, name, **options) if isinstance(v, Accepted)]


def test_made_keys_name_queue_file_and_entry() -> None:
    data = b"1\n2\n2\n"
    assert keys(data) == keys(data, "copy.jsonl")
    assert len(set(keys(data))) == 3
    assert not set(keys(data)) & set(keys(b"1\n2\n3\n"))
    assert not set(keys(data)) & set(keys(data, queue="other"))
    assert not set(keys(data)) & set(keys(data, again=True))
    assert not set(keys(data, again=True)) & set(keys(data, again=True))
    assert keys(data, import_id="x") == keys(b"7\n8\n9\n", import_id="x")
    assert all(key and len(key) <= 500 for key in keys(data, queue="q" * 200, import_id="i" * 200))


def test_a_pipe_has_a_name_of_its_own_each_run() -> None:
    def piped(options: ImportOptions) -> list[str | None]:
        found = read(Pipe(b"1\n2\n"), name="-", options=options)
        return [v.job.idempotency_key for v in found if isinstance(v, Accepted)]

    assert not set(piped(OPTIONS)) & set(piped(OPTIONS))
    named = ImportOptions(queue="inbox", import_id="nightly")
    assert piped(named) == piped(named)


def test_options_are_checked_at_once() -> None:
    with pytest.raises(InvalidName):
        ImportOptions(queue="a/b")
    with pytest.raises(InvalidName):
        ImportOptions(queue="a", type="")
    for wrong in ({"priority": -1}, {"delay": -1.0}, {"import_id": ""}, {"import_id": "x" * 201}):
        with pytest.raises(InvalidOption):
            ImportOptions(**{"queue": "a", **wrong})  # type: ignore[arg-type]


def test_opening_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "jobs.jsonl"
    path.write_bytes(b"abc")
    assert digest(path).startswith("ba7816bf8f01cfea")
    with pytest.raises(EnvironmentFault, match=r"none\.jsonl.*cannot be opened.*No such file"):
        open_job_file(tmp_path / "none.jsonl")
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        open_job_file(tmp_path)


def in_chunks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


_VALUES = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from('a"\\[]{},\n é')),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(_VALUES, max_size=6), st.integers(1, 9), st.sampled_from([None, 1]))
def test_chunks_of_any_size_give_the_same_elements(
    values: list[Any], size: int, indent: int | None
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    found = list(Splitter(10_000).split(in_chunks(text[1:] + b" \n", size)))
    assert [json.loads(entry.raw) for entry in found] == values
    assert all(text[1:].count(b"\n") + 1 >= entry.line for entry in found)
    assert WholenessCheck().is_whole(in_chunks(text[1:] + b" \n", size))
    assert not WholenessCheck().is_whole(in_chunks(text[1:-1], size))
    assert not WholenessCheck().is_whole(in_chunks(text[1:] + b" []", size))
    assert not WholenessCheck().is_whole(in_chunks(text[1:] + b" 1", size))


@given(st.lists(st.binary(max_size=12)), st.integers(1, 9), st.integers(1, 20))
def test_chunks_of_any_size_give_the_same_lines(
    lines: list[bytes], size: int, longest: int
) -> None:
    data = b"\n".join(lines)
    whole = list(split_lines(iter([data]), longest))
    assert list(split_lines(in_chunks(data, size), longest)) == whole
    kept = [line for line in data.split(b"\n") if line.strip() or len(line) > longest]
    assert [entry.size for entry in whole] == [len(line) for line in kept]


class Endless(io.RawIOBase):
    """A large file made as it is read: 20 MB of lines, or of one array."""

    def __init__(self, before: bytes, piece: bytes, after: bytes, size: int) -> None:
        self._parts = (before, piece, after)
        self._times = size // len(piece)
        self._rest = self._made()

    def _made(self) -> Iterator[bytes]:
        yield self._parts[0]
        for _ in range(self._times // 100):
            yield self._parts[1] * 100
        yield self._parts[2]

    def read(self, size: int = -1, /) -> bytes:
        return next(self._rest, b"")

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._rest = self._made()
        return 0


@pytest.mark.parametrize(
    ("name", "before", "piece", "after"),
    [
        ("a.jsonl", b"", b'{"payload":{"note":"' + b"x" * 4_000 + b'"}}\n', b""),
        ("a.json", b"[", b'{"payload":{"note":"' + b"x" * 4_000 + b'"}},\n', b"1]"),
        ("b.jsonl", b'"', b"x" * 4_096, b'"\n'),
        ("b.json", b'["', b"\\u0041" * 700, b'"]'),
        ("c.json", b"[1,", b" \n" * 2_000, b"2]"),
        ("d.json", b'{"a":"', b"x" * 4_096, b'"}'),
    ],
)
def test_memory_does_not_grow_with_the_file(
    name: str, before: bytes, piece: bytes, after: bytes
) -> None:
    source = Endless(before, piece, after, 20_000_000)
    tracemalloc.start()
    count = sum(1 for _ in read(source, name=name, options=OPTIONS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count >= 1
    assert peak < 10_000_000
