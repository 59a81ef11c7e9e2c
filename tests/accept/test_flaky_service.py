"""Five thousand jobs out of a file against a service that times out, refuses, hangs and floods."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

import pillarbox as library
from tests import flaky
from tests.accept.conftest import Program, Starter, document
from tests.engine.kit import until
from tests.loopback import Server

pytestmark = pytest.mark.accept
JOBS, CONCURRENCY = 5_000, 24


def test_five_thousand_jobs_end_as_the_rules_say(
    pillarbox: Program, start: Starter, path: Path, tmp_path: Path
) -> None:
    with Server(flaky.Service()) as server, library.connect(path) as engine:
        engine.queue(flaky.QUEUE, defaults=flaky.settings())
        jobs = flaky.write_jobs(tmp_path, JOBS)
        imported = pillarbox("enqueue", flaky.QUEUE, jobs, "--type", flaky.TYPE, "--file", path)
        assert imported.returncode == 0, imported.stderr
        handlers = flaky.write_handlers(tmp_path, server, CONCURRENCY)
        worker = start("work", flaky.QUEUE, "--handlers", handlers, "--file", path)
        until(engine, flaky.QUEUE, lambda: flaky.is_over(engine), patience=100)
        worker.send_signal(signal.SIGTERM)
        _, err = worker.communicate(timeout=30)
        assert worker.returncode == 0, err
        assert "Traceback" not in err
        flaky.judge(engine, server, JOBS, CONCURRENCY)
    assert document(pillarbox("check", path, "--json"))["whole"]
