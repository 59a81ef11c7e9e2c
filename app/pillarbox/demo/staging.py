"""The demo in the window: starts when the window opens the demo's file, ends with the window.

Owns the wrapping of "open this file": the window knows nothing of a demo.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from random import Random
from types import TracebackType

from pillarbox.demo.measures import Measures
from pillarbox.demo.running import Demo, watching
from pillarbox_engine.engine import Engine
from pillarbox_engine.errors import PillarboxError


class Stage:
    """Opens files for the window, and runs the demo on the one that is its own."""

    def __init__(
        self, open_file: Callable[..., Engine], path: str, *, seed: int, seconds: float | None
    ) -> None:
        self._open_file, self._path = open_file, os.path.abspath(path)
        self._seed, self._seconds = seed, seconds
        self._demos = ExitStack()

    def open(self, path: str, *, accept_copy: bool = False, read_only: bool = False) -> Engine:
        """Open `path`; if it is the demo's, and not only to look at, start the demo on it."""
        if read_only or os.path.abspath(path) != self._path:
            return self._open_file(path, accept_copy=accept_copy, read_only=read_only)
        measures = Measures()
        draw = Random(self._seed).random
        engine = self._open_file(
            path, accept_copy=accept_copy, watch=watching(measures), random_source=draw
        )
        try:
            demo = Demo(engine, measures, seed=self._seed, seconds=self._seconds)
        except PillarboxError:
            engine.close()
            raise
        self._demos.enter_context(demo)
        return engine

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._demos.close()
