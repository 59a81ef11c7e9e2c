"""What the settings of a queue are called in the window, and where each stands.

Owns the groups and the words. A setting that is in no group fails a test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in `QueueSettings`, what it is called, and a word of help.

    `choices`: the values it may have, each with its words. `long`: it is JSON of several lines.
    """

    key: str
    title: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    long: bool = False


BACKOFF = Setting("backoff", "Delay before another attempt")

GROUPS: tuple[tuple[str, tuple[Setting, ...]], ...] = (
    (
        "Limits",
        (
            Setting("max_depth", "Jobs at most", "Waiting, scheduled, ready and in flight"),
            Setting("max_bytes", "Bytes at most", "Of all payloads together"),
            Setting(
                "on_full",
                "When it is full",
                "What becomes of a new job",
                (
                    ("reject", "Refuse the new job"),
                    ("block", "Let its sender wait"),
                    ("drop_oldest", "Drop the oldest to the dead letters"),
                ),
            ),
            Setting("block_timeout", "Wait for room", "How long, such as 30s"),
            Setting("max_in_flight", "In flight at most", "Over all processes"),
            Setting("rate_limit", "Rate limit", "Starts in a time, such as 50/60s"),
            Setting("group_rate_limit", "Rate limit of each group", "Such as 1/10s"),
        ),
    ),
    (
        "Retries",
        (
            Setting("max_attempts", "Attempts at most"),
            Setting("retry_for", "Total retry time", "From the first attempt on, such as 2h"),
            Setting("max_lost", "Leases lost at most", "Then the job is a dead letter"),
            BACKOFF,
            Setting("retry_rules", "Retry rules", "JSON; the first that fits holds", long=True),
        ),
    ),
    (
        "Running",
        (
            Setting("lease", "Lease", "How long a job is taken for, such as 30s"),
            Setting("timeout", "Time-out", "Of one attempt, such as 15m"),
            Setting("priority", "Priority", "0 to 1,000, lower runs first"),
            Setting("ageing", "Ageing", "Waiting time that gains one level of priority"),
            Setting(
                "group_retry",
                "While a group's first job retries",
                "",
                (("block", "The group waits"), ("yield", "The next one of it runs")),
            ),
        ),
    ),
    (
        "Payloads",
        (
            Setting("max_payload", "Payload at most", "Bytes"),
            Setting("claim_check", "Beside the file above", "Bytes; none keeps all within"),
            Setting("schema", "JSON Schema", "New jobs of the window must fit it", long=True),
        ),
    ),
    (
        "Keeping and alarms",
        (
            Setting("keep_done", "Done jobs kept at most"),
            Setting("keep_done_for", "Done jobs kept for", "Such as 1h"),
            Setting("alarm_depth", "Alarm: ready jobs above"),
            Setting("alarm_oldest", "Alarm: oldest waits longer than", "Such as 5m"),
            Setting("alarm_dead_rate", "Alarm: dead letters a minute above"),
            Setting("alarm_dead_age", "Alarm: a dead letter older than", "Such as 2d"),
        ),
    ),
)
