"""What a screen reader is told of our windows, read by another process through AT-SPI.

Runs with the system's Python, which has pyatspi. Each line of input is a question in JSON: the
`program`; with `role` and `name` it is answered by the first part that can be seen and is called
so (`starts`: whose name begins so), or null; without, by all the parts that can be seen. A part is
told by role, name, description, states, place on the screen, text, and the roles above it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pyatspi  # type: ignore[import-not-found]

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
    program = _program(question["program"])
    parts = iter(()) if program is None else _parts(program, 0, ())
    if "role" not in question:
        return [told for part, above in parts if (told := _safely(part, above)) is not None]
    for part, above in parts:
        if _is(part, question):
            return _safely(part, above)
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
    try:
        seen = depth == 0 or part.getState().contains(pyatspi.STATE_SHOWING)
        children = min(part.childCount, MOST_CHILDREN) if seen else 0
        role = part.getRoleName()
    except (LookupError, RuntimeError):
        return  # it went away while it was looked at
    if seen:
        yield part, above
    for number in range(children if depth < DEEPEST else 0):
        try:
            child = part.getChildAtIndex(number)
        except (LookupError, RuntimeError):
            return
        if child is not None:
            yield from _parts(child, depth + 1, (*above, role))


def _safely(part: Any, above: tuple[str, ...]) -> dict[str, Any] | None:
    try:
        return _told(part, above)
    except (LookupError, RuntimeError):
        return None


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
