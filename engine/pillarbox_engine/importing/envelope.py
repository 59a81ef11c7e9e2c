"""From a JSON value to a job: envelopes, BullMQ's shape, bare payloads.

Owns the rules: an object with a `payload` key is an envelope whose other keys are options, and
an unknown one is an error; `{name, data, opts}` is BullMQ's; anything else is the payload itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pillarbox_engine import payload
from pillarbox_engine.clock import to_us
from pillarbox_engine.errors import InputFault, InvalidOption, InvalidPayload, PillarboxError
from pillarbox_engine.importing import bullmq
from pillarbox_engine.importing.records import LONGEST_DELAY, ImportOptions
from pillarbox_engine.json_fault import printable, spelled
from pillarbox_engine.model import JsonValue, NewJob
from pillarbox_engine.names import check_group, check_queue_name, check_type
from pillarbox_engine.settings import RETRY_TIMES, backoff_from_builtins, check_number

LONGEST_KEY = 500
"""How many characters an idempotency or unique key may have."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """A job and the queue it is for."""

    queue: str
    job: NewJob


class OptionFault(InvalidPayload):
    """An entry is JSON, but not a job: `path` is the part at fault."""


def job_from(value: JsonValue, options: ImportOptions, name: str) -> Addressed:
    """The job that `value` describes; `name` makes its idempotency key if it brings none.

    Raises `OptionFault` with the path of what cannot be taken, `PayloadTooLarge`.
    """
    body, said = _unwrapped(value, options)
    queue = said.pop("queue", options.queue)
    said.setdefault("type", options.type)
    said.setdefault("idempotency_key", f"import:{queue}:{name}")
    if options.delay is not None and "run_at" not in said:
        said.setdefault("delay", options.delay)
    for key in ("priority", "group"):
        if getattr(options, key) is not None:
            said.setdefault(key, getattr(options, key))
    text = payload.encode(body)
    payload.check_size(text, options.limit_for(queue))
    return Addressed(queue, NewJob(payload_json=text, **said))


def _unwrapped(value: JsonValue, options: ImportOptions) -> tuple[JsonValue, dict[str, Any]]:
    if options.bare or not isinstance(value, dict):
        return value, {}
    if "payload" in value:
        said = {key: part for key, part in value.items() if key != "payload"}
        return value["payload"], _checked(said, _OPTIONS, ())
    if bullmq.is_job(value):
        return value["data"], _from_bullmq(value, options.queue)
    return value, {}


def _from_bullmq(value: dict[str, Any], queue: str) -> dict[str, Any]:
    named = _checked({"name": value["name"]}, {"name": check_type}, ())
    opts = value.get("opts")
    if opts is None:
        opts = {}
    if not isinstance(opts, dict):
        raise option_fault(("opts",), "expected an object")
    said = _checked(opts, bullmq.OPTIONS, ("opts",))
    renamed = {bullmq.NAMES.get(key, key): part for key, part in said.items()}
    if "idempotency_key" in renamed:  # unlike ours, theirs are told apart by queue
        renamed["idempotency_key"] = f"bullmq:{queue}:{renamed['idempotency_key']}"
    return {"type": named["name"], **renamed}


def _checked(
    said: Mapping[str, Any], known: Mapping[str, Callable[[Any], Any]], above: tuple[str, ...]
) -> dict[str, Any]:
    """The options converted; null stands for "not given"."""
    taken = {}
    for key, part in said.items():
        if key not in known:
            raise option_fault((*above, key), _unknown_reason(key, known))
        if part is not None:
            taken[key] = _converted(known[key], part, (*above, key))
    if "delay" in taken and "run_at" in taken:
        raise option_fault((*above, "run_at"), "delay and run_at are both given: keep one")
    return taken


def _converted(check: Callable[[Any], Any], part: Any, path: tuple[str, ...]) -> Any:
    try:
        return check(part)
    except InputFault as error:
        raise option_fault(path, _short(error)) from error


def _short(error: PillarboxError) -> str:
    text = f"{error.title}: {error.reason}" if error.reason else error.title
    return printable(f"{text}. {error.remedy}" if error.remedy else text, 300)


def _unknown_reason(key: str, known: Mapping[str, Any]) -> str:
    return f"there is no option {printable(key)!r}; known are {', '.join(known)}"


def option_fault(path: tuple[str, ...], reason: str) -> OptionFault:
    """The error for an option at `path` of an entry."""
    fault = OptionFault("The job cannot be taken", f"{spelled(path)}: {reason}")
    fault.path, fault.detail = spelled(path), reason
    return fault


def _number(name: str, low: float, high: float, *, whole: bool = False) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        check_number(name, value, low, high, whole=whole)
        return value

    return check


def _moment(value: Any) -> datetime:
    """An ISO 8601 time with a zone, as text."""
    expected = 'expected a time with its zone, such as "2026-01-31T08:00:00Z"'
    if not isinstance(value, str):
        raise InvalidOption(expected)
    try:
        moment = datetime.fromisoformat(value)
        to_us(moment)
    except (ValueError, OverflowError) as error:
        raise InvalidOption(expected, f"got {printable(value)!r}") from error
    return moment


def check_key(value: Any) -> str:
    """An idempotency or unique key: text of 1 to 500 characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_KEY:
        raise InvalidOption(f"expected text of 1 to {LONGEST_KEY} characters")
    return value


_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "type": check_type,
    "queue": check_queue_name,
    "priority": _number("priority", 0, 1_000, whole=True),
    "delay": _number("delay", 0, LONGEST_DELAY),
    "run_at": _moment,
    "unique_key": check_key,
    "idempotency_key": check_key,
    "max_attempts": _number("max_attempts", 1, 1_000, whole=True),
    "backoff": backoff_from_builtins,
    "retry_for": _number("retry_for", *RETRY_TIMES),
    "timeout": _number("timeout", 0.05, 30 * 86_400),
    "expires_at": _moment,
    "group": check_group,
}

KNOWN_OPTIONS = tuple(_OPTIONS)
"""The keys an envelope may have beside `payload`."""
