"""The queue file's place on disk: what may be opened, and the folder of side files.

Owns `Place`: the checked path and `FILE.d/`, where heads, doorbell and marks live. It never
opens the queue file, its `-wal` or its `-shm`: only SQLite may, because closing any other
descriptor of them drops SQLite's POSIX locks.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pillarbox_engine.errors import FileUnusable, ReadOnlyFile
from pillarbox_engine.json_text import visible
from pillarbox_engine.sqlite.filesystems import refuse_remote

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says where a disk, or a person's share of it, is full."""

_PRIVATE = 0o600
_LONGEST = 200
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Place:
    """Where a queue file and its side files are."""

    path: Path
    read_only: bool

    @property
    def side(self) -> Path:
        """The folder of side files."""
        return side_of(self.path)

    @property
    def exists(self) -> bool:
        """Whether there is a queue file with anything in it."""
        return self.path.exists() and self.path.stat().st_size > 0


def side_of(path: Path) -> Path:
    """The folder of the side files of the queue file at `path`."""
    return path.with_name(path.name + ".d")


def locate(path: str | os.PathLike[str], *, read_only: bool = False) -> Place:
    """The place `path` names, its parent folders resolved.

    Raises `FileUnusable` where it cannot hold a queue file, `ReadOnlyFile` where it, or its
    folder, cannot be written and `read_only` was not asked for.
    """
    with told(path):
        given = Path(path).expanduser()
        place = Place(given.parent.resolve() / given.name, read_only)
        _refuse_odd(place)
        refuse_remote(place.path)
        _require_readable(place)
        if not read_only:
            _require_writable(place)
    return place


@contextmanager
def told(path: object) -> Iterator[None]:
    """Turn what the operating system says of a path into `FileUnusable`."""
    try:
        with refused(path):
            yield
    except ValueError as error:
        raise FileUnusable(
            f"{_shown(path)} cannot be used as a queue file", str(error), "Check the path"
        ) from error


@contextmanager
def refused(path: object) -> Iterator[None]:
    """The same for what is beside a queue file: its other errors are nobody's path."""
    try:
        yield
    except OSError as error:
        full = error.errno in NO_ROOM
        raise FileUnusable(
            f"{_shown(path)} cannot be used as a queue file",
            f"the system says: {error.strerror or error}",
            "Free some room and try again" if full else "Name a file in a folder of your own",
        ) from error


def _shown(path: object) -> str:
    text = visible(str(path))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _refuse_odd(place: Place) -> None:
    path = place.path
    title = f"{path} cannot be used as a queue file"
    if path.is_symlink():
        raise FileUnusable(title, "it is a symbolic link", "Name the file it points to")
    if path.is_dir():
        raise FileUnusable(title, "it is a folder", "Name a file")
    if not path.parent.is_dir():
        raise FileUnusable(title, "its folder does not exist", f"Create {path.parent} first")
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise FileUnusable(title, "it is not a regular file", "Name a regular file")
    _refuse_links(place, title)
    if place.read_only and not place.exists:
        raise FileUnusable(title, "there is no such file", "Check the path")


def _refuse_links(place: Place, title: str) -> None:
    """What lies beside the file is as private as the file: no link may lead it elsewhere."""
    names = (f"{place.path.name}{suffix}" for suffix in (".d", "-wal", "-shm", "-journal"))
    for path in map(place.path.with_name, names):
        if path.is_symlink():
            raise FileUnusable(title, f"{path} is a symbolic link", "Put there what it points to")
    if place.side.exists() and not place.side.is_dir():
        raise FileUnusable(title, f"{place.side} is no folder", "Move it elsewhere")


def _require_readable(place: Place) -> None:
    if place.path.exists() and not os.access(place.path, os.R_OK):
        raise FileUnusable(
            f"{place.path} cannot be read",
            "you have no permission to",
            "Ask its owner, or name a file of your own",
        )


def _require_writable(place: Place) -> None:
    remedy = "Make it writable, or open it read-only"
    if place.path.exists():
        mode = place.path.stat().st_mode
        if not mode & 0o222 or not os.access(place.path, os.W_OK):
            raise ReadOnlyFile(f"{place.path} cannot be written", "it is read-only", remedy)
    if not os.access(place.path.parent, os.W_OK):
        raise ReadOnlyFile(
            f"{place.path} cannot be written",
            f"the folder {place.path.parent} is read-only",
            remedy,
        )


def prepare(place: Place) -> list[str]:
    """Create the file (mode 0600) and its side folder at need; notices for the person."""
    notices = []
    if not place.path.exists():
        # Not exclusively: another process may be making it at this moment.
        os.close(os.open(place.path, os.O_CREAT | os.O_RDWR, _PRIVATE))
    elif os.name == "posix" and place.path.stat().st_mode & 0o077:
        notices.append(f"Others on this machine can read {place.path.name} (chmod 600 mends that)")
    place.side.mkdir(mode=0o700, exist_ok=True)
    return notices


def size_of(path: Path) -> int:
    """A file's size in bytes, 0 where there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def free_bytes(folder: Path) -> int:
    """How much room a program without privileges has left on the file system of `folder`."""
    return shutil.disk_usage(folder).free


def reserve(descriptor: int, size: int) -> None:
    """Have `size` bytes of a file on the disk, so that writing them cannot meet a full one.

    A write to a mapped page that turns out to have no room ends the process. What is there stays.
    Raises `OSError`.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    for place in range(os.fstat(descriptor).st_size, size, _CHUNK):
        os.pwrite(descriptor, os.urandom(min(_CHUNK, size - place)), place)
