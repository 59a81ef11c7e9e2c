"""A second start hands its file to the window that is there."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from pillarbox_ui.instance import Instance, hand_over

ASK = """
import sys
from pathlib import Path
from pillarbox_ui.instance import hand_over
print(hand_over(Path(sys.argv[1]), sys.argv[2], read_only=sys.argv[3] == "1"))
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "run" / "window"


@pytest.fixture
def instance(qtbot: QtBot, place: Path) -> Iterator[Instance]:
    made = Instance()
    assert made.listen(place)
    yield made
    made.close()
    made.deleteLater()


def ask(place: Path, path: str, read_only: bool = False) -> subprocess.Popen[str]:
    """Another process, which asks."""
    arguments = [sys.executable, "-c", ASK, str(place), path, str(int(read_only))]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_the_running_window_is_given_the_file(
    qtbot: QtBot, instance: Instance, place: Path
) -> None:
    for path, read_only in (("/q/a b.pillarbox", False), ("/q/ü.pillarbox", True)):
        with qtbot.waitSignal(instance.asked, timeout=20_000) as heard:
            asking = ask(place, path, read_only)
        assert heard.args == [path, read_only]
        assert asking.communicate()[0].strip() == "True"


def test_only_the_person_themselves_may_ask(instance: Instance, place: Path) -> None:
    assert place.stat().st_mode & 0o077 == 0
    assert place.parent.stat().st_mode & 0o077 == 0


def test_nobody_there_is_no(place: Path) -> None:
    assert not hand_over(place, "/q/a.pillarbox")


def test_a_socket_left_by_a_killed_process_is_taken_over(qtbot: QtBot, place: Path) -> None:
    place.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place))
    assert not hand_over(place, "/q/a.pillarbox")
    instance = Instance()
    assert instance.listen(place)
    instance.close()


@pytest.mark.parametrize(
    "said", [b"\n", b"[]\n", b'{"path": 7}\n', b'{"path": ""}\n', b"\xff\n", b"x" * 100_000]
)
def test_what_is_no_request_is_hung_up_on(
    qtbot: QtBot, instance: Instance, place: Path, said: bytes
) -> None:
    heard: list[object] = []
    instance.asked.connect(lambda path, read_only: heard.append(path))
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(place))
        asking.setblocking(False)
        asking.sendall(said[:60_000])
        sent = asking.send(said[60_000:]) if said[60_000:] else 0

        def over() -> bool:
            try:
                return asking.recv(10) == b""
            except BlockingIOError:
                return False
            except ConnectionResetError:
                return True

        qtbot.waitUntil(over)
        assert sent >= 0
    assert heard == []


def test_where_it_cannot_listen_it_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    instance = Instance()
    assert not instance.listen(tmp_path / "file" / "window")
    instance.close()
