"""A whole backend in plain dictionaries: for tests, and as the plainest reading of the rules."""

from pillarbox_engine.memory.backend import MemoryBackend

__all__ = ["MemoryBackend"]
