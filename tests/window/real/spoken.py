"""What a screen reader is told of our windows, read by another process through AT-SPI.

Runs with the system's Python, which has pyatspi. Each line of input is a question in JSON: the
`program`; with `role` and `name` it is answered by the first part that can be seen and is called
so (`starts`: whose name begins so), or null; without, by all the parts that can be seen. A part is
told by role, name, description, states, place on the screen, text, and the roles above it.

A part may go away between any two questions to it, and the program between any two parts: then it
is not there, which is an answer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import pyatspi  # type: ignore[import-not-found]
from gi.repository import GLib  # type: ignore[import-not-found]

Answer = TypeVar("Answer")

GONE = (LookupError, RuntimeError, GLib.GError)
"""What a question to something that is not there any more leads to."""

DEEPEST = 40
MOST_CHILDREN = 60
"""Of a table no more cells than these: what one row lacks, all do."""

STATES = {
    "focused": pyatspi.STATE_FOCUSED,
    "focusable": pyatspi.STATE_FOCUSABLE,
    "enabled": pyatspi.STATE_ENABLED,
    "showing": pyatspi.STATE_SHOWING,
    "checked": pyatspi.STATE_CHECKED,
    "selected": pyatspi.STATE_SELECTED,
    "active": pyatspi.STATE_ACTIVE,
}


def main() -> None:
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(_answer(question)), flush=True)


def _answer(question: dict[str, Any]) -> Any:
    program = _or_gone(lambda: _program(question["program"]))
    parts = iter(()) if program is None else _parts(program, 0, ())
    if "role" not in question:
        return [told for part, above in parts if (told := _safely(part, above)) is not None]
    for part, above in parts:
        if _or_gone(partial(_is, part, question)):
            return _safely(part, above)
    return None


def _or_gone(ask: Callable[[], Answer]) -> Answer | None:
    """What is answered; None from a part that went away while it was looked at."""
    try:
        return ask()
    except GONE:
        return None


def _is(part: Any, question: dict[str, Any]) -> bool:
    if part.getRoleName() != question["role"]:
        return False
    name = part.name
    return bool(
        name.startswith(question["name"]) if question["starts"] else name == question["name"]
    )


def _program(name: str) -> Any:
    for program in pyatspi.Registry.getDesktop(0):
        if program is not None and program.name.casefold() == name.casefold():
            return program
    return None


def _parts(part: Any, depth: int, above: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The parts that can be seen; what is in one that cannot is not asked for."""
    here = _or_gone(lambda: (_is_seen(part, depth), part.childCount, part.getRoleName()))
    if here is None or not here[0]:
        return
    _, children, role = here
    yield part, above
    for number in range(min(children, MOST_CHILDREN) if depth < DEEPEST else 0):
        child = _or_gone(partial(part.getChildAtIndex, number))
        if child is not None:
            yield from _parts(child, depth + 1, (*above, role))


def _is_seen(part: Any, depth: int) -> bool:
    return depth == 0 or bool(part.getState().contains(pyatspi.STATE_SHOWING))


def _safely(part: Any, above: tuple[str, ...]) -> dict[str, Any] | None:
    return _or_gone(lambda: _told(part, above))


def _told(part: Any, above: tuple[str, ...]) -> dict[str, Any]:
    states = part.getState()
    return {
        "role": part.getRoleName(),
        "name": part.name,
        "description": part.description,
        "states": [name for name, state in STATES.items() if states.contains(state)],
        "place": _place(part),
        "text": _text(part),
        "above": above,
    }


def _place(part: Any) -> list[int] | None:
    try:
        box = part.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    except NotImplementedError:
        return None
    return [box.x, box.y, box.width, box.height]


def _text(part: Any) -> str | None:
    try:
        return str(part.queryText().getText(0, -1))[:2_000]
    except NotImplementedError:
        return None


if __name__ == "__main__":
    main()
