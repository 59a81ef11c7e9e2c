"""What every test shares: Qt draws off the screen unless the caller chose otherwise."""

from __future__ import annotations

import os

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
