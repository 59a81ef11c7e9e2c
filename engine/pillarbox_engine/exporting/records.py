"""What an export is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from pillarbox_engine.states import LIVE_STATES, State

Form = Literal["jsonl", "csv"]
FORMS: tuple[Form, ...] = ("jsonl", "csv")

TO_RUN: frozenset[State] = LIVE_STATES
"""The states of jobs that are still to run: what to export where nobody says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How to write. `keep_queue`: each entry names its job's queue, so that an import puts it back
    there, whatever queue that one is for."""

    form: Form = "jsonl"
    keep_queue: bool = False


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export is: `jobs` written, `share` (0 to 1) of the store looked through."""

    jobs: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What an export wrote. `damaged` are the ids of jobs left out, whose payload is not whole.

    `size` counts the bytes of text. A cancelled export leaves no file.
    """

    jobs: int = 0
    size: int = 0
    damaged: tuple[str, ...] = ()
    cancelled: bool = False


Listener = Callable[[ExportProgress], None]


def form_of(name: str) -> Form:
    """The form a file of that name is expected to have."""
    inner = PurePath(name.lower().removesuffix(".gz"))
    return "csv" if inner.suffix == ".csv" else "jsonl"


def unheard(progress: ExportProgress) -> None:
    """A `Listener` that does not listen."""


def never() -> bool:
    """Never cancelled."""
    return False
