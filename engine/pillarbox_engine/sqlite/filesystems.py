"""Refuses file systems that live on another machine: SQLite's locks cannot be trusted there.

Owns the list of their kinds (https://www.sqlite.org/useovernet.html says why; WAL also needs
memory shared between the processes, which no network file system gives).
"""

from __future__ import annotations

from pathlib import Path

import psutil

from pillarbox_engine.errors import FileUnusable

_REMOTE = frozenset({
    "9p", "afs", "afpfs", "beegfs", "ceph", "cifs", "davfs", "fuse.ceph", "fuse.davfs",
    "fuse.glusterfs", "fuse.rclone", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
    "smb2", "smb3", "smbfs", "webdav",
})  # fmt: skip


def refuse_remote(path: Path) -> None:
    """`FileUnusable` where the folder of `path` is mounted over a network."""
    kind = kind_of(path.parent)
    if kind in _REMOTE:
        raise FileUnusable(
            f"{path} cannot be used as a queue file",
            f"its folder is on a network file system ({kind}), whose locks cannot be trusted",
            "Keep the queue file on a disk of this machine",
        )


def kind_of(folder: Path) -> str:
    """The kind of file system `folder` is on ("ext4", "nfs4", …); empty where it is not known."""
    mounts = {mount.mountpoint: mount.fstype for mount in psutil.disk_partitions(all=True)}
    for place in (folder, *folder.parents):
        if str(place) in mounts:
            return str(mounts[str(place)]).lower()
    return ""
