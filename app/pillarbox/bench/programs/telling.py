"""What the programs share: telling a value, and what this process uses of the machine."""

from __future__ import annotations

import json
import time

from pillarbox_engine.errors import EnvironmentFault


def tell(key: str, value: object) -> None:
    """Write one JSON object with one value."""
    print(json.dumps({key: value}), flush=True)


def idle_cpu(seconds: float) -> float:
    """Wait for `seconds`; the percentage of one processor this process used meanwhile."""
    before, started = time.process_time(), time.perf_counter()
    time.sleep(seconds)
    return 100 * (time.process_time() - before) / (time.perf_counter() - started)


def memory() -> float:
    """This process' proportional share of memory (PSS), in MB. Linux: proc(5), smaps_rollup."""
    try:
        with open("/proc/self/smaps_rollup", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1_024 / 1e6
    except OSError as error:
        raise EnvironmentFault("The memory in use is not known", str(error)) from error
    raise EnvironmentFault("The memory in use is not known", "the system tells no PSS")
