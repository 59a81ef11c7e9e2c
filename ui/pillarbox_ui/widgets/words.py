"""Durations, times, sizes, counts and rates as the window writes them.

Owns every short form: "47m", "3.2 s", "1.2 MB", "1,204", "42.1/s". No Qt but its translator.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from PySide6.QtCore import QCoreApplication

from pillarbox_engine import spans

NOTHING = "–"
duration, countdown = spans.duration, spans.countdown
"""How long something took, and what is left; the same words as the engine's."""
_NOUGHTS = (" 00s", " 00m", " 0h")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("words", text)


def span(seconds: float) -> str:
    """A length of time that somebody set, without noughts: "2 s", "1h", "1h 30m"."""
    text = duration(seconds).replace(".0 s", " s")
    for noughts in _NOUGHTS:
        text = text.removesuffix(noughts)
    return text


def age(seconds: float) -> str:
    """How long ago or ahead, in one unit: "0s", "47m", "5h", "3d"."""
    whole = int(abs(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    return f"{count(whole // _DAY)}d"


def relative(moment: datetime, now: datetime) -> str:
    """ "47m ago", "in 12s", or "now" within a second of it."""
    ahead = (moment - now).total_seconds()
    if abs(ahead) < 1.0:
        return tr("now")
    return tr("in {0}").format(age(ahead)) if ahead > 0 else tr("{0} ago").format(age(ahead))


def size(octets: int) -> str:
    """A size in decimal units: "210 B", "1.2 kB", "12 MB"."""
    if octets < 1_000:
        return f"{octets} B"
    amount = float(octets)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1_000
        if amount < 999.5 or unit == "TB":
            return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"
    raise AssertionError("unreachable: TB takes everything")


def count(number: int) -> str:
    """A count with thousands separators: "1,204"."""
    return f"{number:,}"


def compact(number: float) -> str:
    """A count where room is short: "940", "1.2k", "34k", "1.2M"."""
    if abs(number) < 999.5:
        return f"{number:.0f}"
    for limit, divisor, unit in ((999_500.0, 1e3, "k"), (999_500_000.0, 1e6, "M")):
        if abs(number) < limit:
            return _short(number / divisor) + unit
    return _short(number / 1e9) + "G"


def _short(amount: float) -> str:
    return f"{amount:.1f}".removesuffix(".0") if abs(amount) < 9.95 else f"{amount:.0f}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """ "1 job", "1,204 jobs": `many` defaults to `one` with an s."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def rate(per_second: float) -> str:
    """A rate: "0/s", "0.4/s", "42.1/s", "1,204/s"."""
    if per_second < 0.05:
        return "0/s"
    return f"{per_second:.1f}/s" if per_second < 99.95 else f"{per_second:,.0f}/s"


def trend(series: Sequence[int], text: str) -> str:
    """A row of figures, oldest first, in `text`: {0} the last, {1} the most, {2} whither it goes;
    "" without figures."""
    if not series:
        return ""
    return text.format(count(series[-1]), count(max(series)), _whither(series))


def _whither(series: Sequence[int]) -> str:
    """The last third against the first, by a tenth at least."""
    part = max(1, len(series) // 3)
    before, after = sum(series[:part]), sum(series[-part:])
    if abs(after - before) * 10 <= max(before, after):
        return tr("steady")
    return tr("rising") if after > before else tr("falling")


def share(fraction: float) -> str:
    """A share of one as per cent: "20 %"."""
    return f"{fraction * 100:.0f} %"


def absolute(moment: datetime, zone: tzinfo | None = None) -> str:
    """A time in full with its zone, local unless `zone` is given: "2026-01-02 12:04:31 UTC+1"."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {zone_name(local)}"


def clock_time(moment: datetime, zone: tzinfo | None = None) -> str:
    """The time of day, local unless `zone` is given: "12:04:31"."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


def zone_name(moment: datetime) -> str:
    """The offset of an aware time: "UTC", "UTC+1", "UTC-3:30"."""
    offset = moment.utcoffset()
    minutes = 0 if offset is None else round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}:{rest:02d}" if rest else f"UTC{sign}{hours}"


def utc_now() -> datetime:
    """The time of the moment, aware, in UTC."""
    return datetime.now(UTC)
