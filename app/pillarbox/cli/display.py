"""Is there a display to open a window on?"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def has_display(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a window can be opened: elsewhere than on X11 and Wayland we assume so.

    A Qt platform chosen by hand (`QT_QPA_PLATFORM=offscreen`) counts as one.
    """
    if platform in {"win32", "darwin"}:
        return True
    return any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
