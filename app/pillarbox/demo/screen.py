"""What the headless demo shows while it runs: a live table, or a line now and then.

Owns the choice between the two, and the table. On a terminal the table is drawn in place; where
nobody can see it redrawn, a plain line is written every few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from pillarbox.cli.tables import queues_table
from pillarbox.demo.running import Demo
from pillarbox.demo.story import CRM, SETTINGS, THUMBNAILS

LINE_EVERY = 5.0
"""Seconds between two plain lines."""


class Screen(Protocol):
    """Where the demo is shown."""

    def show(self, demo: Demo) -> None:
        """Show how the demo stands now."""


class PlainScreen:
    """A line every few seconds."""

    def __init__(self, say: Callable[[str], None], now: Callable[[], float] = monotonic) -> None:
        self._say, self._now = say, now
        self._next = now()

    def show(self, demo: Demo) -> None:
        if self._now() < self._next:
            return
        self._next = self._now() + LINE_EVERY
        counts = demo.engine.counts()
        self._say(
            f"{demo.elapsed:5.0f} s  ready {counts.ready}  in flight {counts.leased}"
            f"  retrying {counts.retrying}  done {counts.done_total}  dead {counts.dead}"
        )


class LiveScreen:
    """A table drawn in place."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, demo: Demo) -> None:
        self._live.update(_picture(demo), refresh=True)


@contextmanager
def live_screen(console: Console) -> Iterator[Screen]:
    """A live table on `console`, taken off it again at the end."""
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield LiveScreen(live)


def _picture(demo: Demo) -> Group:
    now = datetime.now(UTC)
    table = queues_table([queue for queue in demo.engine.queues() if queue.name in SETTINGS], now)
    return Group(Text(f"The sign-ups, {demo.elapsed:.0f} s\n", style="bold"), table, _notes(demo))


def _notes(demo: Demo) -> Text:
    seen, limit, bound = demo.measures.seen(), demo.rate_limit(), demo.bound()
    return Text(
        f"\n{CRM}: at most {limit['max']} starts in {limit['per']:g} s, "
        f"most seen {limit['most_in_any_window']}"
        f"\n{THUMBNAILS}: at most {bound['max_depth']} jobs, "
        f"most seen {bound['most']}, refused {bound['refused']}"
        f"\n{seen['progress']} progress reports and {seen['retries']} retries seen",
        style="dim",
    )


def ledger_lines(report: dict[str, Any]) -> Iterator[str]:
    """The closing report in words."""
    ledger, seen = report["ledger"], report["seen"]
    limit, bound = report["rate_limit"], report["bound"]
    yield f"Ledger of {report['file']}"
    for name in ("enqueued", "done", "dead", "cancelled", "waiting"):
        yield f"  {name:<10}{ledger[name]:>8,}"
    accounted = sum(ledger[name] for name in ("done", "dead", "cancelled", "waiting"))
    missing = ledger["enqueued"] - accounted
    yield "  nothing lost" if missing == 0 else f"  {missing:,} jobs are not accounted for"
    yield f"Seen: {seen['progress']:,} progress reports, {seen['retries']:,} retries, " + (
        f"{seen['dead_letters']:,} dead letters"
    )
    yield (
        f"Rate limit of {limit['queue']}: {limit['most_in_any_window']} of {limit['max']} starts"
        f" in any {limit['per']:g} s · {_held(limit)}"
    )
    yield (
        f"Bound of {bound['queue']}: {bound['most']} of {bound['max_depth']} jobs,"
        f" {bound['refused']:,} refused · {_held(bound)}"
    )


def _held(promise: dict[str, Any]) -> str:
    return "held" if promise["held"] else "broken"
