"""Paths into a JSON value as people read them: `$.items[0]["odd name"]`. Pure."""

from __future__ import annotations

import json
import re

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def step(key: str | int) -> str:
    """One step of a path: `.name`, `["odd name"]` or `[3]`."""
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _PLAIN_KEY.match(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
