"""A bulk verb to be: which jobs, which options, and what is checked before anything is written.

Owns `OperationPlan`, which the seam takes, and the rules on what a verb means by a filter.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from pillarbox_engine import arguments
from pillarbox_engine.clock import from_us
from pillarbox_engine.errors import InvalidOption, InvalidPayload
from pillarbox_engine.filters import Filter
from pillarbox_engine.fingerprint import MAX_MESSAGE
from pillarbox_engine.lifecycle import states_for
from pillarbox_engine.model import Operation
from pillarbox_engine.names import check_queue_name
from pillarbox_engine.operation import PLAIN, OperationOptions
from pillarbox_engine.payload import check_size, checked_text
from pillarbox_engine.settings import DEFAULT_PAYLOAD_LIMIT, REPLAY_RATES, check_number
from pillarbox_engine.states import State, Verb

OPERATORS_VERBS = frozenset(
    {Verb.REQUEUE, Verb.REPLAY, Verb.RELEASE, Verb.CANCEL, Verb.PURGE, Verb.RESTORE, Verb.ERASE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPlan:
    """An operation to be: `what` describes the jobs for the journal."""

    verb: Verb
    where: Filter
    what: str = ""
    options: OperationOptions = PLAIN


def checked(plan: OperationPlan) -> OperationPlan:
    """`plan`, its patch in compact form; `InvalidOption`, `InvalidName`, `InvalidPayload`."""
    if plan.verb not in OPERATORS_VERBS:
        raise InvalidOption(
            f"{plan.verb} is not an operator's verb",
            "only a worker or the engine does it",
            f"Use one of: {', '.join(sorted(OPERATORS_VERBS))}",
        )
    _check_whose(plan.verb, plan.options)
    _check_figures(plan.options)
    if plan.options.to is not None:
        check_queue_name(plan.options.to)
    if plan.options.patch_json is None:
        return plan
    patch = _checked_patch(plan.options.patch_json)
    return replace(plan, options=replace(plan.options, patch_json=patch))


def _checked_patch(text: str) -> str:
    arguments.kind("patch_json", text, str)
    try:
        patch = checked_text(text)
        check_size(patch, DEFAULT_PAYLOAD_LIMIT)
    except InvalidPayload as error:
        raise about_patch(error) from None
    return patch


def about_patch(error: InvalidPayload) -> InvalidPayload:
    """What is wrong with a payload, said of a patch."""
    error.title = error.title.replace("payload", "patch")
    error.remedy = "Give a JSON merge patch (RFC 7396)"
    return error


def _check_whose(verb: Verb, options: OperationOptions) -> None:
    for entry in fields(options):
        owner = Verb.CANCEL if entry.name == "reason" else Verb.REPLAY
        if verb is not owner and getattr(options, entry.name) != entry.default:
            name = entry.name.removesuffix("_json")
            raise InvalidOption(f"A {verb} takes no {name}", f"only a {owner} does", "Leave it out")


def _check_figures(options: OperationOptions) -> None:
    if options.rate is not None:
        check_number("rate", options.rate, *REPLAY_RATES)
    if options.canary is not None:
        check_number("canary", options.canary, 1, 1_000_000, whole=True)
    if options.stop_above is not None:
        check_number("stop_above", options.stop_above, 0, 1)
    arguments.flag("keep_attempts", options.keep_attempts)
    arguments.text("reason", options.reason, MAX_MESSAGE)


def applicable(verb: Verb, where: Filter) -> Filter:
    """`where` held to the states the verb is about, where it names none itself.

    Purge looks at leased jobs too, so that it can say how many it skipped.
    """
    if where.states or where.ids:
        return where
    states = states_for(verb)
    return replace(where, states=states | {State.LEASED} if verb is Verb.PURGE else states)


def named_ids(where: Filter) -> tuple[str, ...]:
    """The ids of a filter that is nothing but ids: they are taken as they are, missing or not."""
    return tuple(dict.fromkeys(where.ids)) if where == Filter(ids=where.ids) else ()


def described(plan: OperationPlan, jobs: int) -> str:
    """What the journal says of the jobs: the plan's words, or else how many there are."""
    return plan.what or f"{jobs:,} job{'' if jobs == 1 else 's'}"


def nothing(plan: OperationPlan, now: int) -> Operation:
    """What is told of a plan no job matches: it has no row in the store, and no id."""
    moment = from_us(now)
    return Operation(
        id="", verb=str(plan.verb), at=moment, what=described(plan, 0), changed=0, skipped=0,
        options=plan.options, ended_at=moment,
    )  # fmt: skip
