"""The handlers file: what runs when a job comes.

Owns the binding of job types to Python functions, commands and HTTP calls, by a TOML file the
user chose. `inspect` reads it and runs nothing; `load` makes it run; `shares` says which threads
serve what.
"""

from pillarbox_engine.handlers.bindings import ANY, Binding, Described, Inspected
from pillarbox_engine.handlers.loading import Handlers, load
from pillarbox_engine.handlers.parsing import inspect
from pillarbox_engine.handlers.sharing import Share, shares
from pillarbox_engine.handlers.trial import Trial, run_once

__all__ = [
    "ANY", "Binding", "Described", "Handlers", "Inspected", "Share", "Trial", "inspect",
    "load", "run_once", "shares",
]  # fmt: skip
