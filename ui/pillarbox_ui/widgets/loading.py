"""Loading what a part is made of, so that it is felt little: in turns, and by a thread what may be.

Owns what is loaded where and in which order. A thread loads nothing of Qt's. PySide makes the
Python class of a Qt class when it is first asked for, and keeps what it knows of it, and of each
class of ours, in a table that has no lock; the main thread looks there without the interpreter's
lock whenever Qt asks an object of ours for its type, which every question of a screen reader leads
to. Met in the middle of a change, the process is gone: see docs/dependencies.md.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

PAUSE_MS = 4
"""Between two turns, for what the person does meanwhile."""

_CLASSES = 16
"""Classes of Qt that are made in one turn: about 2 ms."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a part is made of.

    `plain` are modules that neither are nor import anything of Qt's: a thread loads them first.
    `classes` are modules of Qt whose classes are all needed, a few made in each turn. `modules`
    are then loaded, each in a turn.
    """

    modules: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


class Loading(QObject):
    """`loaded` on the main thread once all that is needed is there. It belongs to the application
    until then, so who asked may be gone meanwhile; it goes by itself."""

    loaded = Signal()
    _answered = Signal()

    def __init__(self, needs: Needs) -> None:
        super().__init__(QCoreApplication.instance())
        self._needs = needs
        self._steps = _steps(needs)
        self._answered.connect(self._take_turn)

    def start(self) -> None:
        """Begin. That a module is in `sys.modules` is not enough: it is so before it is whole, and
        the main thread would wait for the thread that loads it."""
        if self._needs.plain:
            threading.Thread(target=self._load, name="pillarbox-loading", daemon=True).start()
        else:
            self._wait()

    def _load(self) -> None:
        for name in self._needs.plain:
            import_module(name)
        self._answered.emit()

    def _wait(self) -> None:
        QTimer.singleShot(PAUSE_MS, self, self._take_turn)

    @Slot()
    def _take_turn(self) -> None:
        if next(self._steps, None) is not None:
            self._wait()
            return
        self.loaded.emit()
        self.deleteLater()


def _steps(needs: Needs) -> Iterator[str]:
    """Do one step after the other: what is told is what was made."""
    for module in needs.classes:
        yield from _make_classes(module)
    for name in needs.modules:
        import_module(name)
        yield name


def _make_classes(name: str) -> Iterator[str]:
    """Asked for, a class of Qt's is made."""
    module = import_module(name)
    for number, one in enumerate(dir(module), 1):
        getattr(module, one)
        if number % _CLASSES == 0:
            yield one
