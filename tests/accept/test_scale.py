"""A million ready, done and scheduled jobs each in one file: as quick as an empty one.

`SCALE` is how many of each there are. The figures are printed; both files are measured in turns,
so what else the machine does weighs on both alike.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from statistics import median

import pytest

from pillarbox_engine.engine import Engine
from pillarbox_engine.leasing import Ack, ClaimRequest
from pillarbox_engine.model import NewJob
from pillarbox_engine.ordering import parse_order
from pillarbox_engine.query import parse_query
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.sqlite import SqliteBackend, listing, open_backend
from pillarbox_engine.sqlite.listing import Look
from pillarbox_engine.sqlite.readers import Reading

pytestmark = pytest.mark.accept

SCALE = int(os.environ.get("SCALE", "1000000"))
QUEUE, CHUNK = "bench", 1_000
PAYLOAD = '{"userId":42,"email":"ada@mail.example","note":"' + "x" * 160 + '"}'
JOB = NewJob(payload_json=PAYLOAD)
LATER = NewJob(payload_json=PAYLOAD, delay=30 * 86_400.0)
ONE = ClaimRequest(queues=(QUEUE,))
KEEP_ALL = QueueSettings(keep_done=2**40, keep_done_for=1e9, lease=86_400.0)
KEEP_FEW = QueueSettings(keep_done=10_000, keep_done_for=1e9, lease=86_400.0)

REPETITIONS, SLICES, PER_SLICE = 5, 25, 20
FACTOR, OPENING, GROWTH = 1.25, 0.3, 0.020
SPAN = 10.0
"""Seconds of enqueues without retention, and with it."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with all of it, made through the engine's own verbs."""
    path = tmp_path_factory.mktemp("scale") / "full.pillarbox"
    backend = open_backend(path)
    backend.configure(QUEUE, KEEP_ALL)
    _fill(backend, JOB)
    for _ in range(0, SCALE, CHUNK):
        claimed = backend.claim(ClaimRequest(queues=(QUEUE,), limit=CHUNK))
        backend.settle([Ack(lease=one.lease) for one in claimed])
    _fill(backend, LATER)
    _fill(backend, JOB)
    backend.close()
    return path


def _fill(backend: SqliteBackend, job: NewJob) -> None:
    for _ in range(0, SCALE, CHUNK):
        backend.enqueue(QUEUE, [job] * CHUNK)


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a line that is seen."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="")

    return say


@pytest.fixture
def opened(full: Path, tmp_path: Path) -> Iterator[tuple[SqliteBackend, SqliteBackend]]:
    """The empty file and the full one."""
    both = open_backend(tmp_path / "empty.pillarbox"), open_backend(full)
    both[0].configure(QUEUE, KEEP_ALL)
    yield both
    for backend in both:
        backend.close()


def _timed(act: Callable[[], object], times: int) -> list[float]:
    """How long each of `times` calls took, in seconds."""
    spans = []
    for _ in repeat(None, times):
        began = time.perf_counter()
        act()
        spans.append(time.perf_counter() - began)
    return spans


def _at(spans: list[float], share: float) -> float:
    """The span that `share` of them do not exceed."""
    return sorted(spans)[min(len(spans) - 1, int(len(spans) * share))]


def _ratio(small: Callable[[], object], large: Callable[[], object]) -> tuple[float, float]:
    """The p99 of both, measured in turns."""
    spans: tuple[list[float], list[float]] = ([], [])
    for _ in range(SLICES):
        spans[0].extend(_timed(small, PER_SLICE))
        spans[1].extend(_timed(large, PER_SLICE))
    return _at(spans[0], 0.99), _at(spans[1], 0.99)


def _held(name: str, acts: tuple[Callable[[], object], ...], tell: Callable[[str], None]) -> None:
    """The median of the repetitions' ratios is within the factor."""
    pairs = [_ratio(*acts) for _ in range(REPETITIONS)]
    ratio = median(large / small for small, large in pairs)
    small, large = (1e3 * median(pair[n] for pair in pairs) for n in (0, 1))
    tell(f"{name} p99: empty {small:.2f} ms, full {large:.2f} ms, ratio {ratio:.2f}")
    assert ratio <= FACTOR


LOOKS = (
    ("payload.userId:7", None), ("no such word", None), ("state:done", "-duration"),
    ("", "priority"), ("queue:bench -state:ready", "-size"),
)  # fmt: skip


def test_a_look_through_it_is_many_short_reads(
    opened: tuple[SqliteBackend, SqliteBackend], tell: Callable[[str], None]
) -> None:
    """Each of some 15 ms, 50 at most where the machine is not busy with other things."""
    file, spans = opened[1]._file, list[float]()

    @contextmanager
    def read() -> Iterator[Reading]:
        began = time.perf_counter()
        with file.read() as reading:
            yield reading
        spans.append(time.perf_counter() - began)

    for query, order in LOOKS:
        spans.clear()
        chosen = None if order is None else parse_order(order)
        look = Look(parse_query(query), file.clock.now_us(), file.clock.monotonic_us, chosen, 2_000)
        listing.page(read, look)
        half, most, whole = 1e3 * median(spans), 1e3 * max(spans), sum(spans)
        tell(f"{query!r} by {order}: {len(spans)} reads, {half:.0f} ms, {most:.0f} at most, "
             f"{whole:.1f} s")  # fmt: skip
        assert half <= 50
        assert most <= 500


def test_the_file_is_whole(full: Path) -> None:
    backend = open_backend(full)
    counts = backend.counts(QUEUE)
    assert (counts.ready, counts.done, counts.scheduled) == (SCALE, SCALE, SCALE)
    assert backend.check() == ()
    backend.close()


def test_an_enqueue_takes_no_longer(
    opened: tuple[SqliteBackend, SqliteBackend], tell: Callable[[str], None]
) -> None:
    _held("enqueue", tuple(_enqueue(backend) for backend in opened), tell)


def _enqueue(backend: SqliteBackend) -> Callable[[], object]:
    return lambda: backend.enqueue(QUEUE, [JOB])


def test_a_claim_takes_no_longer(
    opened: tuple[SqliteBackend, SqliteBackend], tell: Callable[[str], None]
) -> None:
    opened[0].enqueue(QUEUE, [JOB] * (REPETITIONS * SLICES * PER_SLICE))
    _held("claim", tuple(_claim(backend) for backend in opened), tell)


def _claim(backend: SqliteBackend) -> Callable[[], object]:
    def act() -> None:
        assert backend.claim(ONE)

    return act


def test_it_opens_at_once(full: Path, tell: Callable[[str], None]) -> None:
    spans = []
    for _ in range(5):
        began = time.perf_counter()
        backend = open_backend(full)
        spans.append(time.perf_counter() - began)
        backend.close()
    tell(f"opening: {1e3 * median(spans):.0f} ms")
    assert median(spans) < OPENING


def test_retention_holds_up_no_enqueue(full: Path, tell: Callable[[str], None]) -> None:
    """The done rows go down, and a thousandth of the enqueues waits little longer than before."""
    backend = open_backend(full)
    before = _busy(backend)
    backend.configure(QUEUE, KEEP_FEW)
    done = backend.counts(QUEUE).done
    with Engine(backend):
        during = _busy(backend)
        gone = done - backend.counts(QUEUE).done
    tell(
        f"enqueue p99.9: {1e3 * before:.1f} ms, {1e3 * during:.1f} ms while retention"
        f" took {gone:,} jobs in {SPAN:.0f} s"
    )
    assert gone > SCALE / 100
    assert during - before <= GROWTH


def _busy(backend: SqliteBackend) -> float:
    """Enqueue one by one for a while; the p99.9."""
    spans: list[float] = []
    until = time.monotonic() + SPAN
    while time.monotonic() < until:
        spans += _timed(_enqueue(backend), 50)
    return _at(spans, 0.999)
