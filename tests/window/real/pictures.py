"""What is seen on the screen: a part of it, as the colours it has."""

from __future__ import annotations

import subprocess
from collections import Counter

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage


def colours(display: str, place: tuple[int, int, int, int]) -> Counter[str]:
    """How many pixels of that part of the screen have which colour, as "#rrggbb".

    `place`: x, y, width, height.
    """
    x, y, width, height = place
    command = [
        "import",
        "-window",
        "root",
        "-crop",
        f"{width}x{height}+{x}+{y}",
        "+repage",
        "png:-",
    ]
    taken = subprocess.run(command, env={"DISPLAY": display}, capture_output=True, check=True)
    image = QImage()
    image.loadFromData(QByteArray(taken.stdout))
    flat = image.convertToFormat(QImage.Format.Format_RGB32)
    across, down = range(flat.width()), range(flat.height())
    return Counter(f"#{flat.pixel(at, line) & 0xFFFFFF:06x}" for line in down for at in across)
