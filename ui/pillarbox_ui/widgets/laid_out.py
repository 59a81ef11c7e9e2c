"""A long text made fit to be shown: dressed, laid out, its lines no longer than Qt can bear.

Owns the limits. Pure, so it can be done on a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pillarbox_ui.widgets.json_text import pretty

LONGEST_LINE = 1_000
"""Characters of one line: Qt lays a line out as a whole, one of 256 k in half a second."""
LAID_OUT = 1024 * 1024
"""Characters of JSON that are laid out; what is longer is shown as it is, its lines cut."""
SLICE = 64 * 1024
"""Characters that are put into an editor at a time."""

Dress = Callable[[str], str]
"""What is done to a text before it is shown, such as masking."""


def as_it_is(text: str) -> str:
    """No dress at all."""
    return text


def laid_out(text: str, dress: Dress, *, json: bool, whole: bool = True) -> str:
    """`text` as it is shown. A start of JSON that is not `whole` ends after one of its commas."""
    if not whole and json:
        text = text[: text.rfind(",") + 1] or text
    dressed = dress(text)
    return cut(pretty(dressed) if json and len(text) <= LAID_OUT else dressed)


def cut(text: str) -> str:
    """`text` with its long lines cut into several."""
    if len(text) <= LONGEST_LINE:
        return text
    return "\n".join(
        line[at : at + LONGEST_LINE]
        for line in text.split("\n")
        for at in range(0, max(1, len(line)), LONGEST_LINE)
    )


def slices(text: str) -> Iterator[str]:
    """`text` in parts of whole lines, each little enough for one turn of the event loop."""
    at = 0
    while at < len(text):
        end = text.find("\n", at + SLICE)
        end = len(text) if end < 0 else end
        yield text[at:end]
        at = end + 1
