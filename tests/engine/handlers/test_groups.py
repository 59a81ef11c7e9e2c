"""A command's process group where the system runs out: nothing is left running or open."""

from __future__ import annotations

import errno
import os
import selectors
import time
from pathlib import Path

import pytest

from pillarbox_engine.handlers.groups import Group, Output


def test_with_no_descriptor_left_to_watch_it_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    open_before = len(os.listdir("/proc/self/fd"))
    began = time.monotonic()
    group = Group(["sleep", "60"], "/bin/sleep", folder=tmp_path, environment={})
    monkeypatch.setattr(selectors, "DefaultSelector", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        group.run(b"", Output(10, last=False), Output(10, last=True), lambda: False)
    assert len(os.listdir("/proc/self/fd")) == open_before
    assert group._process.returncode == -9
    assert time.monotonic() - began < 50
