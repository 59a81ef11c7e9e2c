"""Is there a display to open a window on?

Owns the question, because Qt ends the process by itself when the display it is told of does not
answer.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping

_LOCAL = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_PATIENCE = 2.0


def has_display(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a window can be opened: elsewhere than on X11 and Wayland we assume so.

    A Qt platform chosen by hand (`QT_QPA_PLATFORM=offscreen`) counts as one; an X display of this
    machine only if it answers.
    """
    if platform in {"win32", "darwin"}:
        return True
    if environ.get("WAYLAND_DISPLAY") or environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return True
    return answers(environ.get("DISPLAY", ""))


def answers(display: str) -> bool:
    """Whether the X display of that name takes connections; one elsewhere is taken on trust."""
    local = _LOCAL.fullmatch(display)
    if local is None:
        return bool(display)
    name = f"/tmp/.X11-unix/X{local.group(1)}"
    return any(_connects(address) for address in (name, f"\0{name}"))


def _connects(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
