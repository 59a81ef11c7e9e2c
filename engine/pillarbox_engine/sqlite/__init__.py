"""The durable backend: one SQLite file in WAL mode, shared by threads and processes."""

from pillarbox_engine.sqlite.backend import SqliteBackend
from pillarbox_engine.sqlite.opening import open_backend

__all__ = ["SqliteBackend", "open_backend"]
