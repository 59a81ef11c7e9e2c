"""Packed job files: the same jobs as unpacked, bounded memory, and what is cut off or damaged."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc

import pytest

from pillarbox_engine.errors import InvalidJobFile
from pillarbox_engine.importing import (
    Accepted,
    ImportProgress,
    Rejected,
    Verdict,
    gzipped,
    preview,
    read,
    run,
    scan,
)
from pillarbox_engine.importing.gzipped import unpacked
from pillarbox_engine.memory import MemoryBackend
from tests.engine.importing.files import OPTIONS, Pipe, judged, payloads

LINES = b"".join(b'{"n":%d}\n' % number for number in range(300))


def keys(verdicts: list[Verdict]) -> list[str | None]:
    return [v.job.idempotency_key for v in verdicts if isinstance(v, Accepted)]


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.jsonl", LINES), ("a.json", b"[1,\n2]"), ("a.csv", b"n\n1\n2\n")],
)
def test_packed_or_not_it_is_the_same_import(name: str, text: bytes) -> None:
    plain, packed = judged(text, name), judged(gzip.compress(text), f"{name}.gz")
    assert payloads(packed) == payloads(plain) != []
    assert keys(packed) == keys(plain)


def test_a_packed_pipe_and_a_packed_file_without_the_ending_are_seen_by_their_bytes() -> None:
    packed = gzip.compress(LINES)
    assert payloads(judged(packed, "a.jsonl")) == payloads(judged(LINES))
    piped = list(read(Pipe(packed), name="-", options=OPTIONS))
    assert payloads(piped) == payloads(judged(LINES))


def test_packed_parts_in_a_row_are_one_text_and_zeros_may_follow() -> None:
    packed = gzip.compress(b'{"a":') + gzip.compress(b"1}\n2") + b"\x00" * 512
    assert payloads(judged(packed, "a.jsonl.gz")) == ['{"a":1}', "2"]


def test_progress_is_counted_in_packed_bytes() -> None:
    packed = gzip.compress(LINES)
    seen: list[ImportProgress] = []
    result = run(
        MemoryBackend(), io.BytesIO(packed), name="a.jsonl.gz", options=OPTIONS, batch=50,
        progress=seen.append,
    )  # fmt: skip
    assert result.accepted == 300
    assert {progress.total_bytes for progress in seen} == {len(packed)}
    assert seen[-1].done_bytes == len(packed)


def test_looking_at_a_packed_file_and_reading_it_again() -> None:
    source = io.BytesIO(gzip.compress(LINES))
    assert len(preview(source, name="a.jsonl.gz", options=OPTIONS).rows) == 200
    source.seek(0)
    assert scan(source, name="a.jsonl.gz", options=OPTIONS).accepted == 300


@pytest.mark.parametrize("left", [0.3, 0.7, 0.99])
def test_a_file_cut_off_is_refused_before_anything_is_taken(left: float) -> None:
    packed = gzip.compress(random.Random(5).randbytes(60_000).hex().encode() + b"\n" + LINES)
    cut = packed[: int(len(packed) * left)]
    backend = MemoryBackend()
    with pytest.raises(InvalidJobFile, match=f"ends too soon, after {len(cut):,} packed bytes"):
        run(backend, io.BytesIO(cut), name="a.jsonl.gz", options=OPTIONS)
    assert backend.counts().enqueued_total == 0


def test_a_pipe_cut_off_is_told_as_the_last_verdict() -> None:
    packed = gzip.compress(LINES)
    verdicts = list(read(Pipe(packed[:-9]), name="-", options=OPTIONS))
    assert len(payloads(verdicts)) >= 299
    last = verdicts[-1]
    assert isinstance(last, Rejected)
    assert "ends too soon" in last.reason


DAMAGED = [
    (lambda packed: packed[:20] + b"\xff" + packed[21:], "it is damaged after"),
    (lambda packed: packed[:-8] + b"\x00\x00\x00\x00" + packed[-4:], "incorrect data check"),
    (lambda packed: packed + b"more", "something else follows the packed text"),
    (lambda packed: packed[:2] + b"\x07" + packed[3:], "it is damaged after"),
]


@pytest.mark.parametrize(("harm", "says"), DAMAGED, ids=range(len(DAMAGED)))
def test_damage_is_refused_with_its_place(harm: object, says: str) -> None:
    assert callable(harm)
    with pytest.raises(InvalidJobFile) as caught:
        judged(harm(gzip.compress(LINES)), "a.jsonl.gz")
    assert says in str(caught.value)
    assert "in line " in str(caught.value)


def test_a_bomb_is_refused_and_its_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzipped, "HARMLESS", 16 << 20)
    bomb = gzip.compress(b"1\n" * (16 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidJobFile, match="no job file does"):
            judged(bomb, "bomb.jsonl.gz")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


def test_what_is_unpacked_is_not_unpacked_twice() -> None:
    twice = gzip.compress(gzip.compress(LINES))
    with pytest.raises(InvalidJobFile, match="not text"):
        judged(twice, "a.jsonl.gz")
    source = unpacked(io.BytesIO(twice))
    assert unpacked(source) is source


def test_a_packed_source_goes_back_to_its_beginning_only() -> None:
    source = unpacked(io.BytesIO(gzip.compress(LINES)))
    assert source.read(10) == LINES[:10]
    assert source.tell() == 10
    with pytest.raises(ValueError, match="from its beginning"):
        source.seek(5)
    assert source.seek(0) == source.tell() == 0
    assert source.read(10) == LINES[:10]
