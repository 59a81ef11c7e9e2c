"""The handlers file: what runs when a job comes.

Owns the binding of job types to code, by a TOML file the user chose: `load` it.
"""

from pillarbox_engine.handlers.loading import ANY, Handlers, load

__all__ = ["ANY", "Handlers", "load"]
