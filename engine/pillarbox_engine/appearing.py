"""A file that appears whole or not at all.

Owns the way there: a private file beside it under another name, fsynced, then linked to its own
name, which fails where that is taken, and the folder fsynced. So nothing is overwritten unless that
was asked for, and what stops half-way leaves nothing behind.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pillarbox_engine.errors import EnvironmentFault

_UNLINKABLE = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links answer."""
_UNSYNCABLE = {errno.EINVAL, errno.EBADF, errno.EACCES, *_UNLINKABLE}
"""What is answered where a folder cannot be synced, or may be written but not read."""


@contextmanager
def appearing(path: Path, what: str, *, replace: bool = False) -> Iterator[Path]:
    """A new, empty file (0600) to write; when the block ends well it is the one at `path`.

    `what` names it in errors. Raises `EnvironmentFault` where there is something at `path` already
    and `replace` was not asked for, or the system refuses.
    """
    with told(path, what):
        if not replace:
            refuse_existing(path, what)
        unfinished = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.part")
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield unfinished
            sync(unfinished)
            _name(unfinished, path, what, replace=replace)
            keep_name(path)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def told(path: Path, what: str) -> Iterator[None]:
    """Turn what the system says of `path` into an `EnvironmentFault`."""
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(
            f'{what} cannot be written to "{path}"',
            error.strerror or str(error),
            "Choose another place",
        ) from error


def refuse_existing(path: Path, what: str) -> None:
    """`EnvironmentFault` if there is something at `path`, a dangling link included."""
    if os.path.lexists(path):
        raise EnvironmentFault(
            f'{what} cannot be written to "{path}"',
            "there is a file of that name already" if not path.is_dir() else "it is a folder",
            "Choose another name, or move what is there away",
        )


def sync(path: Path) -> None:
    """Make what was written to `path` survive power loss."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the entry of a new file survive power loss, where folders can be synced (POSIX)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(unfinished: Path, path: Path, what: str, *, replace: bool) -> None:
    if replace:
        os.replace(unfinished, path)
        return
    try:
        os.link(unfinished, path)
    except FileExistsError:
        refuse_existing(path, what)
        raise
    except OSError as error:
        if error.errno not in _UNLINKABLE:
            raise
        refuse_existing(path, what)
        unfinished.rename(path)


def keep_name(path: Path) -> None:
    """Make the name survive power loss too, where the file system can."""
    try:
        sync_folder(path.parent)
    except OSError as error:
        if error.errno not in _UNSYNCABLE:
            raise
