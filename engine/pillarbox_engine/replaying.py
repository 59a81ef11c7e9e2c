"""The options of a replay as a program gives them: `ReplayOptions`, and what the store takes."""

from __future__ import annotations

from typing import Any, TypedDict

from pillarbox_engine.admission import check_known
from pillarbox_engine.errors import InvalidPayload
from pillarbox_engine.intents import about_patch
from pillarbox_engine.model import JsonValue
from pillarbox_engine.operation import OperationOptions
from pillarbox_engine.payload import encode


class ReplayOptions(TypedDict, total=False):
    """How dead letters are replayed; what is left out is as always.

    `to`: into that queue. `rate`: so many jobs a second. `canary`: so many first, the others only
    when all of those have ended and no more than the share `stop_above` (0 to 1; for the canary 0
    where it is not given) are dead letters again. `stop_above`: stop by itself when a larger share
    of the jobs put back failed. `patch`: a JSON merge patch (RFC 7396) for every payload; what it
    was stays in the history. `keep_attempts`: attempts go on instead of starting again.
    """

    to: str | None
    rate: float | None
    canary: int | None
    stop_above: float | None
    patch: JsonValue
    keep_attempts: bool


def replay_options(options: ReplayOptions) -> OperationOptions:
    """The options as the store takes them; `InvalidPayload` for a patch that is no JSON."""
    given: dict[str, Any] = dict(options)
    check_known(given, ReplayOptions.__annotations__, what="replay")
    patch = given.pop("patch", None)
    try:
        text = None if patch is None else encode(patch)
    except InvalidPayload as error:
        raise about_patch(error) from None
    return OperationOptions(**given, patch_json=text)
