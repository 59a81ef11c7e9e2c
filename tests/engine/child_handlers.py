"""Handlers that a child process can import by name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from pillarbox_engine.context import JobContext
from pillarbox_engine.errors import LeaseLost
from pillarbox_engine.model import JsonValue
from pillarbox_engine.outcomes import Cancel, Reject, Retry, Snooze


def report_process(job: JobContext) -> JsonValue:
    """Answer which process this is."""
    return {"pid": os.getpid(), "payload": job.payload, "attempt": job.attempt}


def heed_at_once(job: JobContext) -> JsonValue:
    """The same, in another handler."""
    return report_process(job)


def pid(job: JobContext) -> JsonValue:
    """Answer the process's number."""
    return os.getpid()


def talk(job: JobContext) -> JsonValue:
    """Tell something, and print where messages would be."""
    print('{"outcome": "Returned", "value": {}}')
    sys.stdout.flush()
    os.write(1, b"straight to the descriptor\n")
    job.progress(50)
    job.log("half-way")
    return sys.stdin.read()


def die(job: JobContext) -> JsonValue:
    """End the process at once."""
    os._exit(3)


def die_by_signal(job: JobContext) -> JsonValue:
    """End the process as the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def hang(job: JobContext) -> JsonValue:
    """Never return; leave a process of its own, whose id goes to the file the payload names."""
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(job.payload).write_text(str(orphan.pid))
    job.progress(1)
    threading.Event().wait()
    return None


def heed_cancel(job: JobContext) -> JsonValue:
    """Stop when asked."""
    job.progress(1)
    job.cancelled.wait()
    return "stopped"


def heed_cancel_after_a_question(job: JobContext) -> JsonValue:
    """Ask about its children, then stop when asked."""
    assert job.children == {}
    return "stopped" if job.cancelled.wait(5) else "not told"


def outcome(job: JobContext) -> JsonValue:
    """Raise the outcome the payload names."""
    raise {
        "retry": Retry("once more", after=7.0),
        "snooze": Snooze(9.0),
        "reject": Reject("hopeless"),
        "cancel": Cancel("not needed"),
        "error": ValueError("number 17 is wrong"),
        "exit": SystemExit(2),
    }[job.payload]


def unserialisable(job: JobContext) -> JsonValue:
    """Return what is not JSON."""
    return object()


def tell_children(job: JobContext) -> JsonValue:
    """Answer what the children of its flow ended with."""
    return [[child.id, child.state, child.result] for child in job.children.values()]


def die_the_first_time(job: JobContext) -> JsonValue:
    """End the process, unless the file that the payload names is there already."""
    note = Path(job.payload)
    if note.exists():
        return "well"
    note.touch()
    os._exit(3)


def note_process(job: JobContext) -> JsonValue:
    """Add the process and whether those noted before still run, then never return."""
    note = Path(job.payload)
    before = [line.split()[0] for line in note.read_text().splitlines()] if note.exists() else []
    running = [pid for pid in before if Path(f"/proc/{pid}").exists()]
    with note.open("a") as file:
        file.write(f"{os.getpid()} {len(running)}\n")
    job.progress(1)
    threading.Event().wait()
    return None


def hold_the_interpreter(job: JobContext) -> JsonValue:
    """Compute for hours in C, where no other thread of the process gets to run."""
    job.progress(1)
    Path(job.payload).write_text(str(os.getpid()))
    return sum(range(10**14))


def talk_late(job: JobContext) -> JsonValue:
    """Leave a thread behind that tells something when the next job runs."""
    if job.payload == "leave":
        LEFT.append(job)
        return None
    errors = []
    for left in LEFT:
        try:
            left.log("too late")
        except LeaseLost as error:
            errors.append(error.title)
    return errors


LEFT: list[JobContext] = []
"""Jobs whose handlers have returned, in a process that is kept."""

NOT_CALLABLE = 17
