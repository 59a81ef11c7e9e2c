"""Schedules as a table and as JSON, and their times in the zone they go by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.table import Table
from rich.text import Text

from pillarbox.cli.output import one_line
from pillarbox.cli.tables import age, moment, plain_table
from pillarbox_engine.planning import Schedule
from pillarbox_engine.plans import job_to_builtins


def schedule_json(schedule: Schedule) -> dict[str, Any]:
    """A schedule as a JSON object; its job's payload is a JSON value, not text."""
    plain = {entry.name: getattr(schedule, entry.name) for entry in fields(schedule)}
    job = job_to_builtins(schedule.job)
    payload = msgspec.Raw(job.pop("payload_json").encode("utf-8"))
    return plain | {"job": {**job, "payload": payload}}


def schedules_table(schedules: Iterable[Schedule], now: datetime) -> Table:
    """A row per schedule."""
    table = plain_table(
        "name", "queue", "when", "zone", "state", "next run", "last run>", "fired>", "skipped>",
        "missed>", "note",
    )  # fmt: skip
    for one in schedules:
        cells = (
            one.name, one.queue, one.cron or f"every {one.every:g} s", one.zone,
            "paused" if one.paused else "running",
            "–" if one.next_at is None else moment(one.next_at),
            "never" if one.last_at is None else f"{age(one.last_at, now)} ago",
            f"{one.fired:,}", f"{one.skipped:,}", f"{one.passed:,}", one.note,
        )  # fmt: skip
        table.add_row(*(Text(one_line(cell, 60)) for cell in cells))
    return table


def upcoming(schedule: Schedule, number: int) -> list[str]:
    """Its next times, in its own zone, with that zone's distance from UTC."""
    zone = ZoneInfo(schedule.zone)
    return [
        f"{one.astimezone(zone):%a %Y-%m-%d %H:%M:%S %z}" for one in schedule.next_times(number)
    ]
