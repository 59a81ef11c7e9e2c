"""When a schedule fires: cron lines and intervals, in a zone, over every change of the clocks.

Owns the only use of croniter, which here counts wall-clock times and knows no zone. Which moment
such a time is, is said here, so that time goes on and nothing fires twice:

- a time that the clocks skip fires once, at the moment after the gap, together with all others
  in the gap;
- a time that comes twice fires once, at the first;
- an interval goes by elapsed time, whatever the clocks do.

Where both day fields of a cron line are given, a day that meets either is meant, as in Vixie cron
(crontab(5)). Moments are microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pillarbox_engine.clock import from_us, to_us
from pillarbox_engine.errors import EnvironmentFault, InvalidOption
from pillarbox_engine.json_fault import printable, shown

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = (
    ("minute", "0-59"),
    ("hour", "0-23"),
    ("day of month", "1-31, or l for the last"),
    ("month", "1-12 or jan-dec"),
    ("day of week", "0-7 or sun-sat, both 0 and 7 being Sunday"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_WORDS = frozenset({"l", *_MONTHS, *_DAYS})
_FIELD_TEXT = re.compile(r"[0-9A-Za-z*?/,#-]+")
_SECOND_US = 1_000_000
_LONGEST_LINE = 200
_HOW_TO_WRITE = (
    "Write minute, hour, day of month, month, day of week: '*/5 * * * *' is every five minutes, "
    "'0 3 * * mon-fri' three o'clock on working days"
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When to fire: by a checked cron line in `zone`, or each `every_us` from `first_us` on.

    Nothing fires before `first_us`, which for an interval is the first time.
    """

    cron: str | None
    every_us: int | None
    zone: str
    first_us: int

    def after(self, moment: int) -> int | None:
        """The first time later than `moment`; None: there is none."""
        return next(self.from_then_on(moment + 1), None)

    def from_then_on(self, moment: int) -> Iterator[int]:
        """The times not before `moment`, soonest first."""
        start = max(moment, self.first_us)
        if self.every_us is not None:
            return self._beats(start)
        return _cron_times(self.cron or "", self.zone, start)

    def back_from(self, moment: int) -> Iterator[int]:
        """The times not after `moment`, latest first."""
        if self.every_us is not None:
            latest = moment - (moment - self.first_us) % self.every_us
            return iter(range(latest, self.first_us - 1, -self.every_us))
        return self._since_first(_cron_times_back(self.cron or "", self.zone, moment))

    def _since_first(self, times: Iterator[int]) -> Iterator[int]:
        for moment in times:
            if moment < self.first_us:
                return
            yield moment

    def count(self, first: int, last: int, most: int) -> int:
        """How many times there are from `first` to `last`; of a cron line's at most `most`."""
        if self.every_us is not None:
            return max(0, (last - max(first, self.first_us)) // self.every_us + 1)
        back = (moment >= first for moment in self.back_from(last))
        return sum(1 for _ in islice(iter(lambda: next(back, False), False), most))

    def _beats(self, start: int) -> Iterator[int]:
        every = self.every_us or 1
        beat = start + (self.first_us - start) % every
        while True:
            yield beat
            beat += every


def check_cron(text: object) -> str:
    """A cron line of five fields, or a nickname such as @daily, as we keep it.

    `InvalidOption` names the field that cannot be used, and where it stands.
    """
    if not isinstance(text, str):
        raise InvalidOption("cron must be text", f"got {shown(text)}", _HOW_TO_WRITE)
    line = NICKNAMES.get(text.strip().lower(), text)
    fields = list(re.finditer(r"\S+", line))
    if len(fields) != len(_FIELDS) or len(line) > _LONGEST_LINE:
        raise _bad_cron(text, f"it has {len(fields)} fields and not {len(_FIELDS)}")
    for place, found in enumerate(fields):
        _check_field(text, place, found)
    cron = " ".join(found.group() for found in fields).lower()
    _require_some(cron)
    return cron


def _check_field(text: str, place: int, found: re.Match[str]) -> None:
    """Try a field alone, so that what is wrong can be laid at its door."""
    name, takes = _FIELDS[place]
    field = found.group()
    alone = " ".join(field if other == place else "*" for other in range(len(_FIELDS)))
    words = set(re.findall("[a-z]+", field.lower()))
    if not _FIELD_TEXT.fullmatch(field) or words - _WORDS or not _is_cron(alone.lower()):
        raise _bad_cron(
            text,
            f"field {place + 1} (character {found.start() + 1}), {name}, is "
            f"'{printable(field)}', and takes {takes}",
        )


def _bad_cron(text: str, reason: str) -> InvalidOption:
    return InvalidOption(f"The cron line '{printable(text)}' cannot be used", reason, _HOW_TO_WRITE)


def _is_cron(line: str) -> bool:
    from croniter import croniter

    return bool(croniter.is_valid(line))


def _require_some(cron: str) -> None:
    """`InvalidOption` for a line that is well formed and never comes, such as 30 February."""
    from croniter import CroniterBadDateError

    try:
        _counter(cron, datetime(2026, 1, 1)).get_next(datetime)
    except CroniterBadDateError:
        raise InvalidOption(
            f"The cron line '{cron}' never fires",
            "there is no such day in any month it names",
            "Change the day or the month",
        ) from None


def check_zone(name: object) -> str:
    """The name of a zone in the IANA database; `InvalidOption` suggests one that is alike."""
    if isinstance(name, str):
        try:
            return zone_named(name).key
        except EnvironmentFault:
            near = difflib.get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.5)
            remedy = f"Did you mean {near[0]}?" if near else "Write it as in Europe/Berlin, or UTC"
    else:
        remedy = "Write it as in Europe/Berlin, or UTC"
    raise InvalidOption(
        f"There is no zone {shown(name)}",
        "the IANA time zone database has none of that name",
        remedy,
    )


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The zone of that name; `EnvironmentFault` where this machine knows none."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # ZoneInfo answers names of folders, and what is no path, with errors of the system
        raise EnvironmentFault(
            f"This machine knows no zone {shown(name)}",
            "its time zone database has none of that name",
            "Install the newest tzdata, or plan it in another zone",
        ) from None


def _counter(cron: str, wall: datetime) -> Any:
    # Loaded when a schedule is looked at: most processes have none.
    from croniter import croniter

    return croniter(cron, wall)


def _cron_times(cron: str, zone_name: str, start: int) -> Iterator[int]:
    zone = zone_named(zone_name)
    # croniter answers what is strictly later, so it begins a second before: at the end of a gap,
    # that is before the gap, whose times all come then.
    before = from_us(start - _SECOND_US).astimezone(zone)
    counter = _counter(cron, before.replace(tzinfo=None))
    last = start - 1
    while True:
        moment = _moment(counter.get_next(datetime), zone)
        if moment > last:
            yield moment
            last = moment


def _cron_times_back(cron: str, zone_name: str, start: int) -> Iterator[int]:
    zone = zone_named(zone_name)
    local = from_us(start).astimezone(zone)
    wall = local.replace(tzinfo=None) + _repeated(local) + timedelta(seconds=1)
    counter = _counter(cron, wall)
    last = start + 1
    while True:
        moment = _moment(counter.get_prev(datetime), zone)
        if moment < last:
            yield moment
            last = moment


def _repeated(local: datetime) -> timedelta:
    """In the second pass of a repeated hour, how much of the wall clock was seen before."""
    first = local.replace(fold=0).utcoffset() or timedelta()
    return first - (local.utcoffset() or timedelta())


def _moment(wall: datetime, zone: ZoneInfo) -> int:
    """The moment of a wall-clock time: the first of two, or the end of the gap it lies in."""
    there = wall.replace(tzinfo=zone, fold=0)
    moment = to_us(there)
    if from_us(moment).astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(to_us(there.replace(fold=1)), moment, zone)


def _end_of_gap(before: int, after: int, zone: ZoneInfo) -> int:
    """When the clocks went forward, between two moments on either side of it (PEP 495)."""
    low, high = before // _SECOND_US, after // _SECOND_US
    then = _offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == then:
            high = middle
        else:
            low = middle
    return high * _SECOND_US


def _offset(seconds: int, zone: ZoneInfo) -> timedelta | None:
    return from_us(seconds * _SECOND_US).astimezone(zone).utcoffset()
