"""How SQLite goes about each statement: nothing a verb runs reads more rows than it changes.

Judged on an empty file without statistics, as every file is opened.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pillarbox_engine import sqlite
from pillarbox_engine.sqlite.connection import open_untouched
from pillarbox_engine.sqlite.statements import names, statement

LOOSE = {"summaries", "counting", "frozen_ids", "places"}
PARTS = {name for name in names() if name.startswith(("where_", "order_", "value_"))} | LOOSE
WHOLE = {
    "group_lines", "ungrouped_holds",
    "integrity", "miscounted_parents", "orphan_events", "orphan_leases", "payloads",
    "rows_by_state", "unknown_states",
}  # fmt: skip
"""`check` looks at everything, and only that."""
GROUPS = {"dead_groups", "dead_trend"}
"""Over all dead letters, which their index holds."""
LISTED = {name for name in names() if name.startswith("ids_")}
"""Asked where the counters say that there are few."""
SMALL = {
    "CONSTANT", "a", "alarms", "chain_base", "counted", "counters", "maintainer", "meta", "o",
    "operations", "processes", "queues", "s", "schedules",
    "main.sqlite_schema", "sqlite_schema", "temp.sqlite_schema",
}  # fmt: skip
"""Tables with a row a queue, a process or an operator's deed."""
HANDED = "VIRTUAL TABLE"
"""What the statement was handed: an array."""
IN_FLIGHT = re.compile(r"SCAN \w+ USING (COVERING )?INDEX jobs_leased$")
"""As many rows as jobs are in flight."""
BY_IDEMPOTENCY = {"whole_job": "SCAN i"}
"""The key of one job that was given one is looked for among those of seven days."""
CLAIM = ["promote_due", *sorted(name for name in names() if name.startswith("claim_candidates"))]


@pytest.fixture
def plans(backend: sqlite.SqliteBackend, path: Path) -> dict[str, list[str]]:
    """What SQLite says it does, by statement."""
    connection = open_untouched(path)
    try:
        return {
            name: [
                str(row[3])
                for row in connection.execute(
                    f"EXPLAIN QUERY PLAN {statement(name)}", _anything(statement(name))
                )
            ]
            for name in names() - PARTS - {"integrity"}
        }
    finally:
        connection.close()


def _anything(text: str) -> Any:
    class Nulls(dict[str, object]):
        def __missing__(self, key: str) -> object:
            return None

    numbered = [int(n) for n in re.findall(r"\?(\d+)", text)]
    marks = max(numbered) if numbered else text.count("?")
    return Nulls() if re.search(r":[a-z_]+", text) else (None,) * marks


def _reads_all(name: str, step: str, text: str) -> bool:
    """Whether a step of a plan goes through a whole table or index that can be long."""
    if not step.startswith("SCAN ") or HANDED in step or IN_FLIGHT.match(step):
        return False
    if BY_IDEMPOTENCY.get(name) == step:
        return False
    table = step.split()[1].strip("()")
    stops = re.search(r"ORDER BY sequence DESC\s+LIMIT 1", text)  # the end of an index
    return table not in SMALL and not stops and not table.startswith("subquery")


def test_no_verb_reads_a_whole_table(plans: dict[str, list[str]]) -> None:
    found = {
        name: step
        for name, steps in plans.items() if name not in WHOLE | GROUPS | LISTED
        for step in steps if _reads_all(name, step, statement(name))
    }  # fmt: skip
    assert found == {}


@pytest.mark.parametrize("name", CLAIM)
def test_a_claim_sorts_nothing(plans: dict[str, list[str]], name: str) -> None:
    assert not [step for step in plans[name] if "TEMP B-TREE" in step]
    index = "jobs_scheduled" if name == "promote_due" else "jobs_ready"
    assert [step for step in plans[name] if f"INDEX {index} (queue_id=?" in step]


def test_the_jobs_of_a_state_are_read_out_of_its_index(plans: dict[str, list[str]]) -> None:
    for name in LISTED:
        (step,) = plans[name]
        assert "COVERING INDEX jobs_" in step, name


def test_no_verb_walks_past_jobs_that_have_ended(plans: dict[str, list[str]]) -> None:
    """The index over all jobs of a queue is for listings: it grows with what is kept.

    Where ageing is switched on or off, all that may be claimed one day moves.
    """
    walking = {name for name, steps in plans.items() if any("jobs_of_queue" in s for s in steps)}
    assert walking <= WHOLE | {"rerank"}


def test_only_looks_for_people_sort(plans: dict[str, list[str]]) -> None:
    """And few rows: a batch, the jobs in flight, those in a queue that is full."""
    sorting = {name for name, steps in plans.items() if any("TEMP B-TREE" in s for s in steps)}
    few = {"all_alarms", "leases_by_process", "live_acks", "oldest_droppable"}
    assert sorting - WHOLE - GROUPS <= few
