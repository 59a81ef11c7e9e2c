"""What is seen on the screen: a part of it, as the colours it has."""

from __future__ import annotations

import subprocess
from collections import Counter

from PySide6.QtGui import QImage


def colours(display: str, place: tuple[int, int, int, int]) -> Counter[str]:
    """How many pixels of that part of the screen have which colour, as "#rrggbb".

    `place`: x, y, width, height.
    """
    x, y, width, height = place
    command = ["import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}", "+repage", "png:-"]
    taken = subprocess.run(command, env={"DISPLAY": display}, capture_output=True, check=True)
    image = QImage.fromData(taken.stdout, "PNG").convertToFormat(QImage.Format.Format_RGB888)
    row = 3 * image.width()
    lines = [bytes(image.constScanLine(line))[:row] for line in range(image.height())]
    pixels = (line[at : at + 3] for line in lines for at in range(0, row, 3))
    return Counter({f"#{pixel.hex()}": count for pixel, count in Counter(pixels).items()})
