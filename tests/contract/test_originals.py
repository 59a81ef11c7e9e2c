"""Jobs as they could be enqueued anew, and what an export makes of them, on either backend."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from pillarbox_engine import exporting, importing
from pillarbox_engine.backoff import Exponential, Fixed
from pillarbox_engine.exporting import ExportOptions, ExportProgress, reading
from pillarbox_engine.filters import Filter
from pillarbox_engine.importing import ImportOptions
from pillarbox_engine.model import NewJob
from pillarbox_engine.ordering import Order
from pillarbox_engine.states import State
from tests.contract.workshop import QUEUE, Workshop

OTHER = "copies"
PAYLOADS: list[Any] = [
    {"b": 1, "a": [1.5, None, True, "é\U0001f600", 10**30]},
    "=1+1",
    -5,
    "'=cmd|' /C calc'!A0",
    'quote " and, comma; and\ttab\r\nline',
    [],
    {},
    "",
    "\t",
    "\x00\x1f",
    -0.0,
    {"payload": {"payload": 1}},
    {"name": "n", "data": 1, "opts": {}},
]


def furnished(shop: Workshop) -> None:
    """Jobs with every option, and every odd payload."""
    for place, value in enumerate(PAYLOADS):
        shop.add(value, type=f"type-{place}", priority=900 - place)
    shop.add(1, delay=3_600.0, max_attempts=7, backoff=Exponential(first=2.0, cap=50.0))
    shop.add(2, expires_at=shop.now + timedelta(days=1), backoff=Fixed(seconds=1.5, jitter=0.0))
    shop.add(3, timeout=12.5, retry_for=99.0, unique_key="=u", group="@g", type="+t")
    shop.add(4, group="@g")


def told(shop: Workshop, queue: str) -> list[dict[str, Any]]:
    """All that can be said of the jobs of a queue but who they are."""
    page = shop.backend.jobs(Filter(queues=(queue,)), order=Order())
    jobs = [shop.job(row.id) for row in page.rows]
    return [
        {
            "payload": repr(job.payload),
            "type": job.type,
            "priority": job.priority,
            "state": job.state,
            "run_at": job.run_at if job.state is State.SCHEDULED else None,
            "expires_at": job.expires_at,
            "max_attempts": job.max_attempts,
            "backoff": job.backoff,
            "retry_for": job.retry_for,
            "timeout": job.timeout,
            "unique_key": job.unique_key,
            "group": job.group,
            "held_by": job.held_by,
        }
        for job in jobs
    ]


def exported(shop: Workshop, where: Filter, **options: Any) -> bytes:
    sink = io.BytesIO()
    result = exporting.run(shop.backend, sink, where, options=ExportOptions(**options))
    assert result.size == len(sink.getvalue())
    return sink.getvalue()


def imported(shop: Workshop, data: bytes, form: Any, queue: str = OTHER) -> int:
    options = ImportOptions(queue=queue, format=form)
    result = importing.run(shop.backend, io.BytesIO(data), name="-", options=options)
    assert (result.rejected, result.stopped) == (0, None)
    return result.accepted


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_queue_comes_back_as_it_was(shop: Workshop, form: str) -> None:
    furnished(shop)
    shop.add("elsewhere", queue="third")
    data = exported(shop, Filter(queues=(QUEUE,)), form=form)
    assert imported(shop, data, form) == len(PAYLOADS) + 4
    assert told(shop, OTHER) == told(shop, QUEUE)
    order = [json.loads(one.payload_json) for one in shop.claim(50, queues=(QUEUE,))]
    assert [json.loads(one.payload_json) for one in shop.claim(50, queues=(OTHER,))] == order


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_jobs_find_their_own_queues_where_these_are_kept(shop: Workshop, form: str) -> None:
    shop.add(1)
    shop.add(2, queue="third")
    data = exported(shop, Filter(), form=form, keep_queue=True)
    assert imported(shop, data, form, "unused") == 2
    assert [shop.counts(queue).ready for queue in (QUEUE, "third")] == [2, 2]


def test_no_cell_of_csv_is_a_formula(shop: Workshop) -> None:
    furnished(shop)
    data = exported(shop, Filter(), form="csv", keep_queue=True)
    rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    assert len(rows) == len(PAYLOADS) + 5
    assert {len(row) for row in rows} == {12}
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]


def test_what_follows_the_queue_is_not_said(shop: Workshop) -> None:
    shop.configure(max_attempts=3, timeout=7.0)
    shop.add({"a": 1}, idempotency_key="k")
    assert exported(shop, Filter()) == b'{"type":"default","priority":500,"payload":{"a": 1}}\n'


def test_an_original_is_what_was_enqueued(shop: Workshop) -> None:
    job = NewJob(payload_json="[1]", type="t", priority=3, delay=60.0, unique_key="u", group="g")
    (answer,) = shop.backend.enqueue(QUEUE, [job])
    (found,) = shop.backend.originals([answer.id, "404", "none"])
    assert (found.id, found.queue) == (answer.id, QUEUE)
    assert found.job == NewJob(
        payload_json="[1]", type="t", priority=3, run_at=shop.now + timedelta(seconds=60),
        unique_key="u", group="g",
    )  # fmt: skip


def test_a_unique_key_is_said_by_its_holder_only(shop: Workshop) -> None:
    first = shop.done(1, unique_key="u")
    second = shop.add(2, unique_key="u")
    found = shop.backend.originals([second, first])
    assert [one.job.unique_key for one in found] == [None, "u"]


def test_only_what_was_there_at_the_beginning_is_exported(shop: Workshop) -> None:
    shop.add_many(1_200)
    pages: list[list[bytes]] = []

    class Growing(io.BytesIO):
        def write(self, data: Any, /) -> int:
            shop.add_many(700)
            pages.append([data])
            return super().write(data)

    sink = Growing()
    result = exporting.run(shop.backend, sink, Filter())
    assert result.jobs == 1_900
    assert len(sink.getvalue().splitlines()) == 1_900
    numbers = [json.loads(line)["payload"] for line in sink.getvalue().splitlines()]
    assert numbers == [*range(1_200), *range(700)]


def test_progress_grows_to_the_end_and_a_cancel_is_heeded(shop: Workshop) -> None:
    shop.add_many(2_000)
    seen: list[ExportProgress] = []
    exporting.run(shop.backend, io.BytesIO(), Filter(), progress=seen.append)
    assert [one.jobs for one in seen] == [500, 1_000, 1_500, 2_000]
    assert [one.share for one in seen] == [0.25, 0.5, 0.75, 1.0]
    cut = exporting.run(
        shop.backend, io.BytesIO(), Filter(), progress=seen.append,
        cancelled=lambda: seen[-1].jobs == 1_000,
    )  # fmt: skip
    assert (cut.jobs, cut.cancelled) == (1_000, True)


def test_large_payloads_are_read_a_few_at_a_time(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BYTES", 10_000)
    shop.configure(claim_check=1_000)
    for size in (4_000, 4_000, 4_000, 50_000, 10):
        shop.add("x" * size)
    seen: list[ExportProgress] = []
    exporting.run(shop.backend, io.BytesIO(), Filter(), progress=seen.append)
    assert [one.jobs for one in seen] == [2, 3, 4, 5]


def test_nothing_is_exported_of_nothing(shop: Workshop) -> None:
    assert exported(shop, Filter()) == b""
    shop.add(1)
    assert exported(shop, Filter(queues=("none",))) == b""
