"""`module:function` → the function itself.

Owns the import of handlers written in Python, and the telling of everything that can go wrong
with it: the module runs foreign code as it is imported.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from pillarbox_engine.json_fault import printable

_TARGET = re.compile(
    r"(?P<module>[^\W\d]\w*(?:\.[^\W\d]\w*)*):(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
)


class TargetFault(Exception):
    """A target cannot be used: `reason` and `remedy`, for the error that names file and line."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


def check_target(target: object) -> str:
    """`target`, if it is written as `module:function`; else `TargetFault`. Imports nothing."""
    if not isinstance(target, str) or not _TARGET.fullmatch(target):
        raise TargetFault(
            f"{printable(repr(target))} does not name a function",
            'Write python = "module:function", for example "shop.jobs:handle"',
        )
    return target


def function_of(target: str, folder: Path) -> Callable[..., Any]:
    """The function that a checked target names, its module imported.

    `folder` comes first on the module search path from then on, as a script's own folder does.
    """
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    module_name, _, name = target.partition(":")
    function = _found(_imported(module_name, folder), name)
    if not callable(function):
        raise TargetFault(
            f"{target} is a {type(function).__name__}, which cannot be called", "Name a function"
        )
    if inspect.iscoroutinefunction(function):
        raise TargetFault(
            f"{target} is asynchronous, and handlers run in threads",
            "Make it a plain function, which may call asyncio.run",
        )
    return function


def _imported(name: str, folder: Path) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _failed(name, error) from error
        raise TargetFault(
            f"there is no module {error.name}",
            f"Put it beside the handlers file, in {folder}, or install it",
        ) from error
    # A module that is imported runs whatever stands in it, so anything can come out of it,
    # even a call of exit; all of it is the file's fault and must reach the person as that.
    except (Exception, SystemExit) as error:
        raise _failed(name, error) from error


def _failed(name: str, error: BaseException) -> TargetFault:
    what = printable(f"{type(error).__name__}: {error}", 300)
    return TargetFault(f"the module {name} does not import: {what}{_where(error)}", "Mend it first")


def _where(error: BaseException) -> str:
    """Where in the user's own code it happened."""
    if isinstance(error, SyntaxError):
        return ""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "importlib" not in frame.filename]
    inner = own[-1] if len(own) > 1 else None
    return f" ({Path(inner.filename).name}, line {inner.lineno})" if inner else ""


def _found(module: ModuleType, name: str) -> object:
    target: object = module
    for part in name.split("."):
        if not hasattr(target, part):
            raise TargetFault(f"{module.__name__} has no {name}", _alike(part, target))
        target = getattr(target, part)
    return target


def _alike(name: str, target: object) -> str:
    public = [entry for entry in dir(target) if not entry.startswith("_")]
    alike = difflib.get_close_matches(name, public, n=1)
    return f"Did you mean {alike[0]}?" if alike else "Check the name of the function"
