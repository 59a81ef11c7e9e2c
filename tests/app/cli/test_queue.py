"""`pillarbox queue`: every setting shown and set, all or none, and told to other processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from pillarbox_engine.backoff import Exponential, Fixed, Linear, Table
from pillarbox_engine.engine import Engine
from pillarbox_engine.retry_rules import RetryRule
from pillarbox_engine.settings import QueueSettings, RateLimit
from pillarbox_engine.settings_text import changed, length, lines
from pillarbox_engine.states import OnFull
from tests.app.cli.conftest import Command

GOOD: list[tuple[str, str, Any]] = [
    ("max_attempts", "3", 3),
    ("max-attempts", "3", 3),
    ("lease", "45", 45.0),
    ("lease", "1.5m", 90.0),
    ("timeout", "500ms", 0.5),
    ("timeout", "2h", 7_200.0),
    ("keep_done_for", "2d", 172_800.0),
    ("max_depth", "10,000", 10_000),
    ("max_depth", "none", None),
    ("rate_limit", "50/60s", RateLimit(50, per=60.0)),
    ("rate_limit", "5/s", RateLimit(5, per=1.0)),
    ("rate_limit", "NONE", None),
    ("on_full", "drop-oldest", OnFull.DROP_OLDEST),
    ("backoff", "exponential:first=3,jitter=0.2", Exponential(first=3.0, jitter=0.2)),
    ("backoff", "fixed:seconds=5m, cap=1h", Fixed(seconds=300.0, cap=3_600.0)),
    ("backoff", "linear", Linear()),
    ("backoff", "table:delays=1/10s/1m", Table(delays=(1.0, 10.0, 60.0))),
    ("retry_for", "1h", 3_600.0),
    ("retry_rules", '[{"error": "KeyError", "then": "dead"}]',
     (RetryRule(error="KeyError", then="dead"),)),
    ("retry_rules", "none", ()),
    ("alarm_dead_rate", "2.5", 2.5),
    ("alarm_oldest", "5m", 300.0),
]  # fmt: skip

BAD = [
    ("max_atempts=3", "Did you mean max_attempts?"),
    ("colour=red", "Use one of: max_attempts"),
    ("max_attempts", "no = in it"),
    ("max_attempts=", "a whole number"),
    ("max_attempts=3.5", "a whole number"),
    ("max_attempts=0", "out of range"),
    ("max_attempts=none", "cannot be none"),
    ("lease=soon", "30s, 5m or 1h"),
    ("lease=-3", "30s, 5m or 1h"),
    ("lease=3 weeks", "30s, 5m or 1h"),
    ("rate_limit=50", "50/60s"),
    ("rate_limit=x/60s", "a whole number"),
    ("rate_limit=50/0s", "out of range"),
    ("backoff=never", "policy"),
    ("backoff=fixed:3", "first=3"),
    ("backoff=fixed:second=3", "no figure 'second'"),
    ("backoff=none", "cannot be none"),
    ("on_full=explode", "reject, block"),
    ("retry_rules=KeyError", "JSON"),
    ('retry_rules=[{"then":"maybe"}]', "retry rule 1"),
    ("alarm_dead_rate=often", "a number"),
]


@pytest.mark.parametrize(("key", "text", "value"), GOOD)
def test_a_value_is_understood(key: str, text: str, value: Any) -> None:
    settings = changed(QueueSettings(), [f"{key}={text}"])
    assert getattr(settings, key.replace("-", "_")) == value


@pytest.mark.parametrize(("assignment", "said"), BAD)
def test_what_cannot_be_is_refused_whole(
    engine: Engine, pillarbox: Command, assignment: str, said: str
) -> None:
    engine.queue("mail").configure(max_attempts=7)
    answer = pillarbox("queue", "mail", "--set", "timeout=99s", "--set", assignment)
    assert answer.code == 2
    assert said in answer.err
    assert engine.queue("mail").settings == QueueSettings(max_attempts=7)


def test_a_setting_given_twice_is_refused(pillarbox: Command) -> None:
    answer = pillarbox("queue", "mail", "--set", "lease=9s", "--set", "lease=8s")
    assert answer.code == 2
    assert "set twice" in answer.err


def test_every_setting_is_shown_as_it_can_be_set() -> None:
    settings = QueueSettings(
        rate_limit=RateLimit(50, per=60.0), backoff=Table(delays=(1.0, 90.5)), retry_for=5_400.0,
        retry_rules=(RetryRule(status=(429, 503), after="header"),), alarm_dead_rate=0.5,
        lease=0.123456789,
    )  # fmt: skip
    told = lines(settings)
    assert [key for key, _ in told] == [entry.name for entry in fields(QueueSettings)]
    assert changed(QueueSettings(), [f"{key}={text}" for key, text in told]) == settings


@pytest.mark.parametrize(
    ("seconds", "said"), [(30.0, "30s"), (300.0, "5m"), (3_600.0, "1h"), (90.0, "90s"), (0.0, "0s")]
)
def test_a_length_is_short(seconds: float, said: str) -> None:
    assert length(seconds) == said


def test_a_queue_is_shown_with_what_is_not_usual(engine: Engine, pillarbox: Command) -> None:
    engine.queue("mail").configure(max_attempts=3, lease=60.0)
    engine.queue("mail").pause()
    told = pillarbox("queue", "mail")
    assert told.code == 0
    assert told.out.startswith("mail · paused\n")
    assert "max_attempts       3   (default 5)" in told.out
    assert "lease              1m   (default 30s)" in told.out
    document = pillarbox("queue", "mail", "--json").document
    assert (document["name"], document["paused"]) == ("mail", True)
    assert document["settings"]["max_attempts"] == 3


def test_a_change_is_told_and_in_force(engine: Engine, pillarbox: Command) -> None:
    engine.queue("mail").configure(max_attempts=3)
    told = pillarbox("queue", "mail", "--set", "max_attempts=4", "--set", "rate_limit=50/60s")
    assert (told.code, told.out) == (0, "")
    assert told.err.splitlines() == ["mail: max_attempts 3 → 4", "mail: rate_limit none → 50/1m"]
    assert engine.queue("mail").settings.max_attempts == 4
    again = pillarbox("queue", "mail", "--set", "max_attempts=4", "--json").document
    assert again["settings"]["rate_limit"] == {"max": 50, "per": 60.0}


def test_a_queue_that_is_not_there(engine: Engine, pillarbox: Command) -> None:
    assert pillarbox("queue", "mial").code == 1
    assert pillarbox("queue", "mial", "--set", "lease=9s").code == 0
    assert engine.queue("mial").settings.lease == 9.0
    assert pillarbox("queue", "a/b").code == 2


PROGRAM = """
import sys, threading, pillarbox
with pillarbox.connect(sys.argv[1]) as engine:
    queue = engine.queue("mail", pillarbox.QueueSettings(max_attempts=9, lease=60.0))
    print("asked", *queue.notices, sep="|", flush=True)
    changed = threading.Event()
    engine.subscribe(lambda change: changed.set() if len(queue.notices) > 1 else None)
    assert changed.wait(30)
    print("heard", *queue.notices, sep="|", flush=True)
"""


def test_two_processes_that_disagree(engine: Engine, file: Path, pillarbox: Command) -> None:
    """The file's settings hold; the other process is told, at once and when they change."""
    engine.queue("mail").configure(max_attempts=3, lease=60.0)
    command = [sys.executable, "-c", PROGRAM, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        first = other.stdout.readline()
        assert "max_attempts is 3 in the store, this program asked for 9" in first
        assert "lease" not in first
        assert pillarbox("queue", "mail", "--set", "lease=90s").code == 0
        second = other.stdout.readline()
        assert "lease is 90.0 in the store, this program asked for 60.0" in second
        assert other.wait(30) == 0
    assert engine.queue("mail").settings == QueueSettings(max_attempts=3, lease=90.0)


def test_the_log_tells_too(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    engine.queue("mail", QueueSettings(lease=9.0))
    assert engine.queue("mail", QueueSettings(lease=9.0)).notices == ()
    assert "lease" not in caplog.text
    queue = engine.queue("mail", QueueSettings(lease=8.0))
    assert "lease is 9.0 in the store, this program asked for 8.0" in caplog.text
    queue.configure(lease=7.0)
    assert queue.notices == (), "what it configured itself is what it wants"
    engine.queue("mail").configure(lease=6.0)
    assert len(queue.notices) == 1
    assert engine.queue("mail").notices == ()
