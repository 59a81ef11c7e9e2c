"""The demo end to end, in short: it balances, survives a kill, and goes on with what is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from pillarbox.cli import run
from pillarbox.demo.measures import Measures
from pillarbox.demo.producer import Producer
from pillarbox.demo.screen import PlainScreen, ledger_lines
from pillarbox.demo.story import CRM, REGISTRATION, SETTINGS, THUMBNAILS
from pillarbox.root import open_engine

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "demo.pillarbox"


@pytest.fixture
def start(file: Path) -> Iterator[Start]:
    """Start the demo in a process of its own, with no display."""
    started: list[subprocess.Popen[str]] = []
    no_display = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environ = {name: value for name, value in os.environ.items() if name not in no_display}

    def begin(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pillarbox", "demo", "--file", str(file), *words]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def told_until(stream: IO[str] | None, enough: Callable[[str], bool]) -> None:
    assert stream is not None
    for line in stream:
        if enough(line):
            return
    pytest.fail("it ended before that")


def balances(ledger: dict[str, int]) -> bool:
    parts = ("done", "dead", "cancelled", "waiting")
    return ledger["enqueued"] == sum(ledger[part] for part in parts)


def check_report(report: dict[str, Any], file: Path) -> None:
    assert balances(report["ledger"])
    assert set(report["queues"]) == {REGISTRATION, THUMBNAILS, CRM}
    assert all(balances(ledger) for ledger in report["queues"].values())
    assert report["rate_limit"]["held"] is True
    assert report["bound"]["held"] is True
    assert report["file"] == str(file)


def test_it_is_killed_and_a_second_run_goes_on_with_what_is_left(
    start: Start, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = start("--headless", "--seconds", "60", "--seed", "7", "--json")
    told_until(first.stderr, lambda line: " done 0 " not in line)
    first.send_signal(signal.SIGKILL)
    first.wait(timeout=30)

    assert run(["check", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["whole"] is True
    with open_engine(str(file), read_only=True) as engine:
        before = engine.counts()

    second = start("--headless", "--seconds", "2", "--grace", "0", "--json")
    out, err = second.communicate(timeout=60)
    report = json.loads(out)

    assert second.returncode == 0
    assert "earlier run" in err
    assert "Traceback" not in err
    check_report(report, file)
    assert report["continued"] is True
    assert report["ledger"]["enqueued"] == before.enqueued_total
    assert report["ledger"]["done"] > before.done_total


def test_without_a_display_it_says_so_and_ends_with_the_ledger(start: Start, file: Path) -> None:
    process = start("--seconds", "1", "--grace", "0.5")
    out, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "no display" in err
    assert f"Ledger of {file}" in out
    assert "nothing lost" in out
    assert "Traceback" not in err


@pytest.mark.accept
def test_a_minute_of_it_shows_everything_and_holds_every_promise(start: Start, file: Path) -> None:
    out, err = start("--headless", "--seconds", "60", "--seed", "7", "--json").communicate()
    report = json.loads(out)

    check_report(report, file)
    assert "Traceback" not in err
    assert report["ledger"]["enqueued"] > 1_000
    assert report["ledger"]["dead"] >= 6
    assert report["seen"]["progress"] > 500
    assert report["seen"]["retries"] > 20
    assert report["seen"]["dead_letters"] == report["ledger"]["dead"]
    assert report["rate_limit"]["most_in_any_window"] == 50
    assert report["bound"]["most"] == 60
    assert report["bound"]["refused"] > 0


@pytest.mark.accept
def test_killed_in_the_middle_a_second_run_finishes_all_that_was_left(
    start: Start, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = start("--headless", "--seconds", "60", "--seed", "7", "--json")
    told_until(first.stderr, lambda line: line.strip().startswith(("30 s", "31 s")))
    first.kill()
    first.wait(timeout=30)
    assert run(["check", str(file)]) == 0

    out, _ = start("--headless", "--seconds", "60", "--seed", "7", "--json").communicate()
    report = json.loads(out)

    check_report(report, file)
    assert report["continued"] is True
    assert report["ledger"]["waiting"] == 0
    assert run(["check", str(file)]) == 0


def test_ctrl_c_ends_it_in_order(start: Start, file: Path) -> None:
    process = start("--headless", "--seconds", "60", "--json")
    told_until(process.stderr, lambda line: "ready" in line)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "run it again to go on" in err
    assert "Traceback" not in err
    check_report(json.loads(out), file)


def test_nothing_new_comes_while_an_earlier_run_is_left(file: Path) -> None:
    with open_engine(str(file)) as engine:
        engine.queue(REGISTRATION).enqueue({"userId": 1})
        producer = Producer(engine, Measures(), seed=7, seconds=0.1)
        producer.start()
        assert producer.finished.wait(30)
        producer.stop()

        assert producer.continues
        assert engine.counts().enqueued_total == 1


def test_a_full_queue_refuses_and_is_measured(file: Path) -> None:
    measures = Measures()
    with open_engine(str(file)) as engine:
        engine.queue(THUMBNAILS, defaults=SETTINGS[THUMBNAILS].changed(max_depth=1))
        producer = Producer(engine, measures, seed=7, seconds=1.0)
        producer.start()
        assert producer.finished.wait(30)
        producer.stop()

        bound = measures.bound(THUMBNAILS, 1)
        assert bound["most"] == 1
        assert bound["refused"] > 0
        assert engine.queue(THUMBNAILS).counts().ready == 1


def test_the_sign_ups_stop_when_the_engine_is_closed_under_them(file: Path) -> None:
    engine = open_engine(str(file))
    producer = Producer(engine, Measures(), seed=7, seconds=None)
    producer.start()
    engine.close()

    assert producer.finished.wait(30)
    producer.stop()


def test_a_plain_screen_writes_a_line_now_and_then(file: Path) -> None:
    from pillarbox.demo.running import Demo

    said: list[str] = []
    moments = iter([0.0, 0.0, 0.0, 1.0, 5.5, 5.5])
    screen = PlainScreen(said.append, lambda: next(moments))
    with open_engine(str(file)) as engine:
        demo = Demo(engine, Measures(), seed=7)
        for _ in range(3):
            screen.show(demo)

    assert len(said) == 2
    assert "ready 0" in said[0]


def test_a_ledger_that_does_not_balance_and_a_broken_promise_are_said() -> None:
    promise = {"queue": "q", "max": 5, "per": 60.0, "most_in_any_window": 6, "held": False}
    bound = {"queue": "b", "max_depth": 3, "most": 3, "refused": 0, "held": True}
    ledger = {"enqueued": 5, "done": 3, "dead": 1, "cancelled": 0, "waiting": 0}
    seen = {"progress": 1, "retries": 1, "dead_letters": 1}
    report = {"ledger": ledger, "seen": seen, "rate_limit": promise, "bound": bound, "file": "f"}

    text = "\n".join(ledger_lines(report))

    assert "1 jobs are not accounted for" in text
    assert "broken" in text
    assert "held" in text
