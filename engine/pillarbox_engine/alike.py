"""Jobs that differ only in their payloads, as one thing.

Owns `Alike`: a sequence that a store may take whole, sharing all but the payloads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

from pillarbox_engine.model import NewJob


class Alike(Sequence[NewJob]):
    """Jobs to enqueue that differ only in their payloads: `template` with each of `texts`.

    A sequence of `NewJob`s to whoever looks at them singly; a store may take them as a whole.
    """

    __slots__ = ("template", "texts")

    def __init__(self, template: NewJob, texts: Sequence[str]) -> None:
        self.template, self.texts = template, texts

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, place: int) -> NewJob: ...
    @overload
    def __getitem__(self, place: slice) -> Alike: ...
    def __getitem__(self, place: int | slice) -> NewJob | Alike:
        if isinstance(place, slice):
            return Alike(self.template, self.texts[place])
        return replace(self.template, payload_json=self.texts[place])
