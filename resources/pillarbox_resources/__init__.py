"""Pillarbox's data files: icons, samples. Data only; nothing here imports Qt."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

_ROOT = Path(str(files(__name__)))


def app_icon_path() -> Path:
    """The application's icon, an SVG."""
    return icon_path("pillarbox.svg")


def icon_path(name: str) -> Path:
    """The icon file called `name`, for example "caret-down.svg"."""
    return _ROOT / "icons" / name


def samples() -> tuple[Path, ...]:
    """The sample job files, by name."""
    return tuple(sorted((_ROOT / "samples").glob("*.jsonl")))


def sample_path(name: str = "sign-ups.jsonl") -> Path:
    """The sample job file called `name`."""
    return _ROOT / "samples" / name
