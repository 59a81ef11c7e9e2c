"""The window on a queue file on a small disk of its own, which is filled and emptied on demand.

Run in a mount namespace. While there is a file called `full` in the folder SWITCH, there is no
room on the disk; while not, there is.

Usage: small_disk.py DISK SWITCH
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.window.real.shop import make_shop

SIZE = "100m"
LOOK_SECONDS = 0.05


def main() -> None:
    disk, switch = Path(sys.argv[1]), Path(sys.argv[2])
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", disk], check=True)
    path, filler = disk / "shop.pillarbox", disk / "filler"
    make_shop(path, dead=3)
    window = subprocess.Popen([sys.executable, "-m", "pillarbox", str(path)])
    signal.signal(signal.SIGTERM, lambda *_: window.terminate())
    while window.poll() is None:
        if (switch / "full").exists():
            _fill(filler)
        else:
            filler.unlink(missing_ok=True)
        time.sleep(LOOK_SECONDS)


def _fill(filler: Path) -> None:
    """Take all the room that is left."""
    place = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while os.write(place, bytes(1 << 16)):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
    finally:
        os.close(place)


if __name__ == "__main__":
    main()
