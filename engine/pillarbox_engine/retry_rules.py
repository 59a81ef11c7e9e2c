"""Which failures are tried again: ordered rules, the first that matches decides.

Owns `RetryRule`, its JSON form (in a queue's settings, and under `retry` in a handlers file) and
what matches it. What follows from a match is told to the store by `retry_policy`. The idea of
ordered, first-match rules is that of Temporal's non-retryable error types and of HTTP clients'
status lists (RFC 9110 §10.2.3 for Retry-After).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.json_fault import shown
from pillarbox_engine.spans import duration

if TYPE_CHECKING:
    from pillarbox_engine.model import Failure

HEADER = "header"
"""`after` as the answer's `Retry-After` said, where it said anything."""
LONGEST = 100 * 366 * 86_400.0
MAX_RULES = 50
_ROOTS = {"BaseException", "object"}


class Then(StrEnum):
    """What a matching rule does with the job."""

    RETRY = "retry"
    DEAD = "dead"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """If a failure is one of these, then that. A condition left empty matches every failure.

    `error`: names of exception classes, dotted (`shop.errors.NoStock`) or bare; a base class
    stands for all that derive from it. `exit_code`: of a command. `status`: of an HTTP answer. One
    value or several; of several kinds of condition all must hold. `then`: "retry", "dead" (a dead
    letter now) or "discard" (cancelled, the error kept as its reason). `after`, for a retry:
    seconds, or "header"; None is the job's backoff.
    """

    error: tuple[str, ...] | str = ()
    exit_code: tuple[int, ...] | int = ()
    status: tuple[int, ...] | int = ()
    then: Then | str = Then.RETRY
    after: float | str | None = None

    def __post_init__(self) -> None:
        for name in ("error", "exit_code", "status"):
            object.__setattr__(self, name, _several(getattr(self, name)))
        if isinstance(self.then, str) and self.then in tuple(Then):
            object.__setattr__(self, "then", Then(self.then))

    def matches(self, failure: Failure) -> bool:
        """Whether the rule is for `failure`."""
        return (
            (not self.error or any(_is_named(failure, str(name)) for name in _all(self.error)))
            and (not self.exit_code or failure.exit_code in _all(self.exit_code))
            and (not self.status or failure.status in _all(self.status))
        )


def _several(value: object) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return tuple(value)
    return (value,)


def _all(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _is_named(failure: Failure, name: str) -> bool:
    """Whether `name` is the failure's type or a base of it, dotted or by its last part."""
    kinds = (failure.type, *failure.bases)
    return any(name == kind or name == kind.rpartition(".")[2] for kind in kinds)


def names_of(kind: type[BaseException], own: str) -> tuple[str, ...]:
    """The dotted names of the classes `kind` derives from, nearest first; `own` is its name."""
    names = (dotted(base) for base in kind.__mro__[1:])
    return tuple(name for name in names if name not in _ROOTS and name != own)


def dotted(kind: type) -> str:
    """A class' name as failures have it: without the module for built-in ones and `__main__`'s."""
    if kind.__module__ in {"builtins", "__main__"}:
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def first_match(rules: tuple[RetryRule, ...], failure: Failure) -> RetryRule | None:
    """The first of `rules` that is for `failure`, or None."""
    return next((rule for rule in rules if rule.matches(failure)), None)


def sentence(rule: RetryRule) -> str:
    """A rule in words, such as "HTTP 429, 503: again after what the answer says"."""
    kinds = ((_all(rule.error), ""), (_all(rule.status), "HTTP "), (_all(rule.exit_code), "exit "))
    parts = [before + ", ".join(map(str, values)) for values, before in kinds if values]
    return f"{' and '.join(parts) or 'any failure'}: {_what_then(rule)}"


def _what_then(rule: RetryRule) -> str:
    if rule.then is Then.DEAD:
        return "a dead letter"
    if rule.then is Then.DISCARD:
        return "discarded"
    if rule.after is None:
        return "again after the backoff"
    if rule.after == HEADER:
        return "again after what the answer says"
    return f"again after {duration(float(rule.after))}"


def check_rules(rules: object) -> None:
    """`InvalidOption` naming the first thing wrong with `rules`."""
    if not isinstance(rules, tuple) or not all(isinstance(rule, RetryRule) for rule in rules):
        raise InvalidOption(
            "retry_rules must be a tuple of RetryRule",
            f"got {shown(rules)}",
            "Pass (RetryRule(…),)",
        )
    if len(rules) > MAX_RULES:
        raise InvalidOption(
            "There are too many retry rules", f"{len(rules)} of at most {MAX_RULES}", "Merge some"
        )
    for place, rule in enumerate(rules, 1):
        _check_rule(f"retry rule {place}", rule)


def _check_rule(where: str, rule: RetryRule) -> None:
    for name in _all(rule.error):
        if not isinstance(name, str) or not name.replace(".", "_").isidentifier():
            raise _refused(where, "error", name, "the name of an exception class")
    for code in _all(rule.exit_code):
        if not _is_whole(code) or not -255 <= code <= 255:
            raise _refused(where, "exit_code", code, "a whole number from -255 to 255")
    for status in _all(rule.status):
        if not _is_whole(status) or not 100 <= status <= 599:
            raise _refused(where, "status", status, "an HTTP status from 100 to 599")
    if not isinstance(rule.then, Then):
        raise _refused(where, "then", rule.then, f"one of {', '.join(Then)}")
    _check_after(where, rule)


def _check_after(where: str, rule: RetryRule) -> None:
    after = rule.after
    if after is None:
        return
    if rule.then is not Then.RETRY:
        raise InvalidOption(
            f"{where}: after goes with then = retry only", f"it says {rule.then}", "Leave one out"
        )
    if after != HEADER and not _is_length(after):
        raise _refused(where, "after", after, 'seconds from 0 on, or "header"')


def _is_length(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return 0 <= value <= LONGEST  # not true of NaN


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _refused(where: str, part: str, value: object, wanted: str) -> InvalidOption:
    return InvalidOption(
        f"{where}: {part} is not understood", f"got {shown(value)}", f"Use {wanted}"
    )


def rules_to_builtins(rules: tuple[RetryRule, ...]) -> list[dict[str, Any]]:
    """Rules as a JSON array of objects, without what they leave open."""
    return [
        {
            entry.name: list(value) if isinstance(value, tuple) else value
            for entry in fields(rule)
            if (value := getattr(rule, entry.name)) not in ((), None)
        }
        for rule in rules
    ]


def rules_from_builtins(value: object) -> tuple[RetryRule, ...]:
    """The rules a JSON array of objects describes; `InvalidOption` says what is wrong with it."""
    if not isinstance(value, list):
        raise InvalidOption(
            "The retry rules are not a list", f"got {shown(value)}", 'Write [{"error": "…"}, …]'
        )
    rules = tuple(_rule(f"retry rule {place}", one) for place, one in enumerate(value, 1))
    check_rules(rules)
    return rules


def _rule(where: str, value: object) -> RetryRule:
    known = [entry.name for entry in fields(RetryRule)]
    if not isinstance(value, Mapping):
        raise InvalidOption(f"{where} is not an object", f"got {shown(value)}", "")
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise InvalidOption(f"{where} has no part {unknown[0]!r}", "", f"Known: {', '.join(known)}")
    return RetryRule(**value)
