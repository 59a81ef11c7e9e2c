"""What plots are made of, for those who may not import them before they are seen.

Owns the names. Loading them all at once would hold the window for a third of a second.
"""

from __future__ import annotations

from pillarbox_ui.widgets.loading import Needs

_PLAIN = (
    "numpy",
    "numpy.typing",
    "cProfile",
    "multiprocessing.connection",
    "multiprocessing.util",
    "pydoc",
    "statistics",
    "xml.etree.ElementTree",
)
"""What pyqtgraph imports that knows nothing of Qt."""

_CLASSES = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
"""It copies every name of these."""


def plot_needs(module: str) -> Needs:
    """What a plot out of `module`, of this package, is made of."""
    ours = f"{__package__}.{module}"
    return Needs(modules=("pyqtgraph", ours), plain=_PLAIN, classes=_CLASSES)
