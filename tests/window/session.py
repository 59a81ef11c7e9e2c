"""One sitting for pictures: a window on the demo, put into one state after the other.

Owns waiting for a state to be shown before it is taken, in both themes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from pillarbox.workshop import Workshop
from pillarbox_ui.application import make_application
from pillarbox_ui.opening import OpenEngine
from pillarbox_ui.theme.theme import Mode
from pillarbox_ui.windows import Opened, Windows
from tests.window.states import FIRST_RUN
from tests.window.steps import State

_FILLED = 3.0
"""Seconds until a file without a demo is there whole."""

_SETTLE = 0.8
"""Seconds between a state and its picture: a snapshot or two, and the motion of drawers."""


class Session:
    """Opens the window, waits for the demo to get going, takes the pictures, closes."""

    def __init__(
        self,
        open_engine: OpenEngine,
        path: str,
        arguments: argparse.Namespace,
        size: tuple[int, int],
    ) -> None:
        self._application = make_application()
        self._arguments = arguments
        self._size = size
        settings = QSettings(f"{path}.ini", QSettings.Format.IniFormat)
        self._windows = Windows(open_engine, settings, self._application, Workshop)
        self._windows.theme.motion = False  # a still shows no flash
        self._path = path

    def run(self, states: Sequence[State]) -> None:
        """Take the pictures of the demo that were asked for, and that of a first run."""
        if self._arguments.only in FIRST_RUN.name:
            self._take_empty()
        if self._wanted(states):
            opened = self._windows.open(self._path)
            opened.window.resize(*self._size)
            self._pass(self._arguments.seconds)
            self._take_all(opened, states)
        self._end()

    def run_on(self, states: Sequence[State], read_only: Sequence[State]) -> None:
        """Take those of a file that is left as it is, and of the same file read-only."""
        for wanted, only in ((self._wanted(states), False), (self._wanted(read_only), True)):
            if wanted:
                opened = self._windows.open(self._path, read_only=only)
                opened.window.resize(*self._size)
                self._pass(_FILLED)
                self._take_all(opened, wanted)
                opened.window.close()
        self._end()

    def _wanted(self, states: Sequence[State]) -> list[State]:
        return [state for state in states if self._arguments.only in state.name]

    def _take_all(self, opened: Opened, states: Sequence[State]) -> None:
        for mode in (Mode.LIGHT, Mode.DARK):
            self._windows.theme.set_mode(mode)
            for state in self._wanted(states):
                self._take(opened, state, mode)

    def _end(self) -> None:
        self._windows.close_all()
        self._windows.close()

    def _take_empty(self) -> None:
        """The first thing a person sees: a store of its own, without a queue."""
        opened = self._windows.open(f"{self._path}.new")
        opened.window.resize(*self._size)
        for mode in (Mode.LIGHT, Mode.DARK):
            self._windows.theme.set_mode(mode)
            self._take(opened, FIRST_RUN, mode)
        opened.window.close()

    def _take(self, opened: Opened, state: State, mode: Mode) -> None:
        state.arrange(opened)
        self._pass(_SETTLE)
        if state.then is not None:
            state.then(opened)
            self._pass(_SETTLE + state.patience)
        shown = [*opened.window.findChildren(QMenu), *opened.window.findChildren(QDialog)]
        what: QWidget = next((one for one in shown if one.isVisible()), opened.window)
        name = f"{state.name}-{mode.value}{self._arguments.suffix}.png"
        what.grab().save(str(Path(self._arguments.folder) / name))
        for over in shown:
            over.close()
        state.leave(opened)

    def _pass(self, seconds: float) -> None:
        """Let the window live for `seconds`."""
        loop = QEventLoop()  # unlike QTest.qWait it lets the other threads run meanwhile
        QTimer.singleShot(round(seconds * 1_000), loop.quit)
        loop.exec()
