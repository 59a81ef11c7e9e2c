"""What an enqueue stores, what it refuses, and that it stores all of a call or none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.errors import InvalidName, InvalidOption, NotFound, PayloadTooLarge
from pillarbox_engine.model import NewJob
from pillarbox_engine.protocols import Backend
from pillarbox_engine.settings import QueueSettings
from pillarbox_engine.states import State
from tests.contract.workshop import QUEUE, Workshop


def test_a_job_is_stored_whole(shop: Workshop) -> None:
    expires = shop.now + timedelta(days=1)
    job_id = shop.add(
        {"userId": 42}, type="process-registration", priority=7, max_attempts=9,
        backoff=Fixed(seconds=2.0), timeout=12.5, expires_at=expires,
    )  # fmt: skip
    job = shop.job(job_id)
    assert (job.id, job.queue, job.type) == (job_id, QUEUE, "process-registration")
    assert job.payload == {"userId": 42}
    assert (job.state, job.attempt, job.lost, job.fence) == (State.READY, 0, 0, 0)
    assert (job.priority, job.max_attempts, job.timeout) == (7, 9, 12.5)
    assert job.backoff == Fixed(seconds=2.0)
    assert (job.enqueued_at, job.run_at, job.expires_at) == (shop.now, shop.now, expires)
    assert job.history == ()


def test_what_a_job_leaves_open_follows_its_queue(shop: Workshop) -> None:
    shop.configure(priority=100, max_attempts=3, backoff=Fixed(seconds=9.0), timeout=60.0)
    job = shop.job(shop.add())
    assert (job.priority, job.max_attempts, job.timeout) == (100, 3, 60.0)
    assert job.backoff == Fixed(seconds=9.0)


def test_a_later_configuration_reaches_jobs_already_there(shop: Workshop) -> None:
    job_id = shop.add()
    shop.configure(max_attempts=1)
    assert shop.job(job_id).max_attempts == 1


def test_ids_are_in_the_order_of_the_jobs_and_never_used_again(shop: Workshop) -> None:
    first = shop.add_many(3)
    assert [shop.job(job_id).payload for job_id in first] == [0, 1, 2]
    shop.backend.purge(first)
    shop.backend.erase(first)
    assert not set(shop.add_many(3)) & set(first)


def test_a_delay_makes_it_scheduled(shop: Workshop) -> None:
    job = shop.job(shop.add(delay=10.0))
    assert job.state is State.SCHEDULED
    assert job.run_at == shop.now + timedelta(seconds=10)
    assert not job.retrying


def test_a_time_to_come_makes_it_scheduled_and_one_past_does_not(shop: Workshop) -> None:
    later = shop.add(run_at=shop.now + timedelta(seconds=10))
    past = shop.add(run_at=shop.now - timedelta(seconds=10))
    assert shop.state(later) is State.SCHEDULED
    assert shop.state(past) is State.READY


def test_the_preview_is_the_start_of_the_payload_on_one_line(shop: Workshop) -> None:
    job = shop.job(shop.add({"text": "first\nsecond", "more": "x" * 1_000}))
    assert "\n" not in job.preview
    assert job.preview.startswith('{"text": "first')
    assert len(job.preview) < 400
    assert job.payload_bytes == len(job.payload_json.encode())


def test_bytes_are_counted_as_utf_8(shop: Workshop) -> None:
    shop.backend.enqueue(QUEUE, [NewJob(payload_json='"é€"')])
    assert shop.counts().bytes == 7


def test_a_payload_comes_back_as_it_went_in(shop: Workshop) -> None:
    payload = {"html": "<b>&amp;</b>", "unicode": "žluťoučký 🐎", "null": None, "n": [1, 2.5, True]}
    assert shop.job(shop.add(payload)).payload == payload


@pytest.mark.parametrize(
    "options",
    [
        {"priority": -1},
        {"priority": 1_001},
        {"priority": True},
        {"max_attempts": 0},
        {"timeout": 0.0},
        {"delay": -1.0},
        {"idempotency_key": ""},
        {"run_at": datetime(2026, 1, 1)},
        {"expires_at": datetime(2026, 1, 1)},
    ],
)
def test_a_bad_option_stores_nothing_of_the_call(
    backend: Backend, options: dict[str, object]
) -> None:
    good, bad = NewJob(payload_json="1"), NewJob(payload_json="2", **options)  # type: ignore[arg-type]
    with pytest.raises(InvalidOption):
        backend.enqueue(QUEUE, [good, bad])
    assert backend.counts().enqueued_total == 0


def test_delay_and_run_at_exclude_each_other(shop: Workshop) -> None:
    with pytest.raises(InvalidOption):
        shop.add(delay=1.0, run_at=shop.now)


@pytest.mark.parametrize("name", ["", "a/b", "x" * 10_000, "a\x00b"])
def test_a_bad_queue_name_or_type_is_refused(shop: Workshop, name: str) -> None:
    with pytest.raises(InvalidName):
        shop.add(queue=name)
    with pytest.raises(InvalidName):
        shop.add(type=name)
    assert shop.backend.counts().enqueued_total == 0


def test_a_payload_over_the_limit_stores_nothing_of_the_call(shop: Workshop) -> None:
    shop.configure(max_payload=10)
    jobs = [NewJob(payload_json='"small"'), NewJob(payload_json='"' + "x" * 9 + '"')]
    with pytest.raises(PayloadTooLarge) as caught:
        shop.backend.enqueue(QUEUE, jobs)
    assert "reference" in str(caught.value)
    assert shop.counts().enqueued_total == 0


def test_no_jobs_are_no_jobs(shop: Workshop) -> None:
    assert shop.backend.enqueue(QUEUE, []) == []
    assert shop.backend.counts().enqueued_total == 0


def test_a_queue_is_made_with_its_defaults_only_once(backend: Backend) -> None:
    backend.ensure_queue(QUEUE, QueueSettings(max_attempts=2))
    backend.ensure_queue(QUEUE, QueueSettings(max_attempts=7))
    (queue,) = backend.queues()
    assert (queue.name, queue.settings.max_attempts) == (QUEUE, 2)


def test_bad_settings_are_refused(backend: Backend) -> None:
    with pytest.raises(InvalidOption):
        backend.configure(QUEUE, QueueSettings(max_attempts=0))
    assert backend.queues() == ()


def test_an_unknown_job_is_not_found(backend: Backend) -> None:
    for job_id in ("1", "nonsense", "", "9" * 40, "-1"):
        with pytest.raises(NotFound):
            backend.job(job_id)
