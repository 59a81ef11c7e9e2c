"""The torture set, by every way in: a line, an element, a file, a payload of the API.

What must be taken comes back with its meaning whole from the queue file itself; what must be
refused is refused with line and column, and takes nothing else with it.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pillarbox
from pillarbox_engine import payload
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import InvalidJobFile, InvalidPayload
from pillarbox_engine.importing import Accepted, ImportOptions, Rejected, run
from tests.engine.importing.files import accepted, judged, payloads
from tests.engine.importing.json_torture import NOT_UTF8, REFUSED, TAKEN

BARE = ImportOptions(queue="q", bare=True)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pillarbox.connect(tmp_path_factory.mktemp("torture") / "q.pillarbox") as opened:
        yield opened


def whole(value: Any) -> str:
    """All a value means: kinds of numbers, signs of zeros, order of keys."""
    return repr(value)


def stored(engine: Engine, queue: str) -> list[Any]:
    found = sorted(engine.queue(queue).jobs(), key=lambda job: int(job.id))
    return [engine.job(job.id).payload for job in found]


def test_what_must_be_taken_comes_back_whole_from_a_file_of_lines(engine: Engine) -> None:
    texts = [(text, value) for text, value in TAKEN if not set(text) & {"\n", "\r"}]
    data = "\n".join(text for text, _ in texts).encode()
    result = run(engine.backend, io.BytesIO(data), name="t.jsonl", options=BARE)
    assert (result.accepted, result.rejected) == (len(texts), 0)
    assert whole(stored(engine, "q")) == whole([value for _, value in texts])


def test_what_must_be_taken_comes_back_whole_from_an_array(engine: Engine) -> None:
    data = ("\ufeff[" + ",\n".join(text for text, _ in TAKEN) + "]").encode()
    options = ImportOptions(queue="array", bare=True)
    result = run(engine.backend, io.BytesIO(data), name="t.json", options=options)
    assert (result.accepted, result.rejected) == (len(TAKEN), 0)
    assert whole(stored(engine, "array")) == whole([value for _, value in TAKEN])


def test_what_must_be_taken_comes_back_whole_from_the_api(engine: Engine) -> None:
    queue = engine.queue("api")
    queue.enqueue_many([value for _, value in TAKEN])
    queue.enqueue(TAKEN[-1][1])
    expected = [value for _, value in TAKEN] + [TAKEN[-1][1]]
    assert whole(stored(engine, "api")) == whole(expected)


@pytest.mark.parametrize(("text", "value"), TAKEN, ids=range(len(TAKEN)))
def test_text_that_must_be_taken_means_the_same_when_written_again(text: str, value: Any) -> None:
    assert whole(payload.parse(text)) == whole(value)
    assert whole(payload.parse(text.encode())) == whole(value)
    again = payload.checked_text(text)
    assert whole(payload.parse(again)) == whole(value)
    assert payload.checked_text(again) == again
    if not text.strip().startswith("["):
        assert accepted(text.encode(), "t.json", bare=True).job.payload_json == again


@pytest.mark.parametrize(("text", "line", "column"), REFUSED, ids=range(len(REFUSED)))
def test_what_must_be_refused_is_refused_in_its_place(text: str, line: int, column: int) -> None:
    for given in (text, text.encode("utf-8", "surrogatepass")):
        with pytest.raises(InvalidPayload) as caught:
            payload.parse(given)
        assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(("text", "line", "column"), REFUSED, ids=range(len(REFUSED)))
def test_a_line_that_must_be_refused_takes_no_other_with_it(
    text: str, line: int, column: int
) -> None:
    if "\n" in text:
        return _refused_as_a_file(text, line, column)
    if "\x00" in text:
        return _refused_as_no_text(text)
    verdicts = judged(f"1\n{text}\n2\n".encode("utf-8", "surrogatepass"), bare=True)
    assert payloads(verdicts) == ["1", "2"]
    bad = [verdict for verdict in verdicts if isinstance(verdict, Rejected)]
    assert [verdict.line for verdict in bad] == [2]
    assert bad[0].reason.endswith(f"(column {column})")
    return None


def _refused_as_a_file(text: str, line: int, column: int) -> None:
    if text.startswith("["):  # an array would be taken apart, and its elements judged one by one
        text, line = f'{{"a":\n{text}}}', line + 1
    with pytest.raises(InvalidJobFile) as caught:
        judged(text.encode(), "t.json")
    assert caught.value.line == line
    assert f"line {line}, column {column}" in str(caught.value)


def _refused_as_no_text(text: str) -> None:
    with pytest.raises(InvalidJobFile, match="line 2 has a zero byte"):
        judged(f"1\n{text}\n2\n".encode())


@pytest.mark.parametrize(("data", "column"), NOT_UTF8, ids=range(len(NOT_UTF8)))
def test_bytes_that_are_no_utf8_are_refused_in_their_place(data: bytes, column: int) -> None:
    verdicts = judged(b"1\n" + data + b"\n2\n")
    assert payloads(verdicts) == ["1", "2"]
    (bad,) = [verdict for verdict in verdicts if isinstance(verdict, Rejected)]
    assert bad.line == 2
    assert bad.reason.endswith(f"(column {column})")


def mutated(rng: random.Random) -> bytes:
    """A text that must be taken, spoiled a little: often, but not always, past repair."""
    text = bytearray(rng.choice(TAKEN)[0][:400].encode())
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text) + 1)
        change = rng.randrange(3)
        if change == 0:
            text.insert(at, rng.choice(b'"\\[]{},:-\xe2'))
        elif change == 1:
            del text[at : at + rng.randint(1, 4)]
        elif at < len(text):
            text[at] = rng.randrange(256)
    return bytes(text)


def test_spoiled_texts_are_taken_or_refused_and_never_crash() -> None:
    rng = random.Random(8259)
    taken = 0
    for _ in range(2_000):
        text = mutated(rng)
        for verdict in _verdicts(b"[1," + text + b",2]", "t.json") + _verdicts(text, "t.jsonl"):
            if isinstance(verdict, Accepted):
                taken += 1
                assert json.loads(verdict.raw) == payload.parse(verdict.job.payload_json)
            else:
                assert verdict.reason
    assert taken > 1_000


def _verdicts(data: bytes, name: str) -> list[Any]:
    try:
        return judged(data, name, bare=True)
    except InvalidJobFile:
        return []


def test_a_file_refused_whole_stores_nothing(engine: Engine, tmp_path: Path) -> None:
    before = engine.counts().enqueued_total
    for text, *_ in REFUSED:
        if text.startswith(("[", "{")) and not text.rstrip().endswith(("]", "}", "#", "//")):
            with pytest.raises(InvalidJobFile):
                run(engine.backend, io.BytesIO(text.encode()), name="t.json", options=BARE)
    assert engine.counts().enqueued_total == before
