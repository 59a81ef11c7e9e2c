"""Events out: an alarm or a dead letter, told to an address or a command the user chose.

Owns the queue they go through. What is to be told is noticed by whichever processes have a handlers
file with `[events.…]`, and stored as a job of `QUEUE` under an idempotency key, so it is stored
once; a worker of any of them sends it, with the leases and retries of every job.
"""

from pillarbox_engine.events.occasions import QUEUE, Occasion
from pillarbox_engine.events.sender import Sender

__all__ = ["QUEUE", "Occasion", "Sender"]
