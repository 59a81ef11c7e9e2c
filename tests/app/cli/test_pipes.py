"""Readers that go away, and interruptions: a word at most, never a traceback."""

from __future__ import annotations

import os
import signal

from pillarbox_engine.engine import Engine
from tests.app.cli.conftest import Spawn, read_until


def test_a_reader_that_closes_early_hears_no_complaint(engine: Engine, spawn: Spawn) -> None:
    engine.queue("mail").enqueue_many([{"text": "x" * 500}] * 2_000)
    process = spawn("jobs", "--limit", "2000", "--json")
    assert process.stdout is not None
    assert process.stderr is not None

    process.stdout.readline()
    process.stdout.close()

    assert process.stderr.read() == ""
    assert process.wait(timeout=30) == 1


def test_ctrl_c_ends_a_watch_quietly(engine: Engine, spawn: Spawn) -> None:
    engine.queue("mail").enqueue({})
    process = spawn("stats", "--watch", "--json")
    assert process.stdout is not None
    process.stdout.readline()

    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=30)[1]

    assert (process.returncode, err) == (0, "")


def test_ctrl_c_while_it_waits_for_input_says_what_was_stored(engine: Engine, spawn: Spawn) -> None:
    keyboard, terminal = os.openpty()
    process = spawn("enqueue", "mail", "-", stdin=terminal)
    read_until(process.stderr, "Reading jobs")

    process.send_signal(signal.SIGINT)
    read_until(process.stderr, "Stopping")
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=30)[1]
    os.close(terminal)
    os.close(keyboard)

    assert process.returncode == 1
    assert "Traceback" not in err
    assert "0 jobs were stored" in err
    assert "nothing is added twice" in err
