"""Several threads of one client, and the first error any of them met."""

from __future__ import annotations

import threading
from collections.abc import Callable


def run_each(number: int, work: Callable[[int], None]) -> None:
    """Run `work(n)` in a thread for each n below `number`; raises the first error, at the end."""
    failed: list[Exception] = []

    def run(place: int) -> None:
        try:
            work(place)
        except Exception as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
