"""The command handler with real programs: what runs, what comes of it, and that it all ends."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from pillarbox_engine.handlers.results import MAX_KEPT
from pillarbox_engine.outcomes import Reject, Stop
from tests.engine.handlers.kit import Job, failure, loaded, run

HOSTILE = [
    "; touch pwned", "$(touch pwned)", "`touch pwned`", "| touch pwned", "&& touch pwned",
    "\n touch pwned\n", "-rf", "--output=pwned", "../../pwned", "'\"; touch pwned #", "nul\0nul",
    "\x1b]0;title\x07", "{type}", "%s%n", "*", "~", "\u202etxt",
]  # fmt: skip
TELL = "import json,sys; print(json.dumps([sys.argv[1:], sys.stdin.read()]))"


def file(*argv: str, rest: str = "") -> str:
    return f"[handlers.send]\ncommand = {json.dumps(argv)}\n{rest}"


def python(code: str, *arguments: str, rest: str = "") -> str:
    """A command that runs some Python; braces of the code are its own."""
    return file(sys.executable, "-c", code, *arguments, rest=rest)


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_payload_comes_on_standard_input_and_runs_nothing(
    tmp_path: Path, payload: str
) -> None:
    text = json.dumps({"name": payload, "id": payload})
    with loaded(tmp_path, python(TELL, "{id}", "-x")) as some:
        argv, given = run(some, Job(payload=text))
    assert argv == ["7", "-x"]
    assert json.loads(str(given)) == {"name": payload, "id": payload}
    assert {path.name for path in tmp_path.iterdir()} == {"handlers.toml"}


@pytest.mark.parametrize("name", [one for one in HOSTILE if "\0" not in one])
def test_a_hostile_type_cannot_stand_in_a_command_line(tmp_path: Path, name: str) -> None:
    some = loaded(tmp_path, python(TELL, "{type}"))
    with some, pytest.raises(Reject, match="cannot stand in a command line"):
        run(some, Job(type=name))
    assert {path.name for path in tmp_path.iterdir()} == {"handlers.toml"}


def test_placeholders_are_filled_in_once_and_braces_can_be_written(tmp_path: Path) -> None:
    parts = ("out/{id}.png", "{queue}-{attempt}", "{{id}}", "{ print }", "{}", "{type}{type}")
    with loaded(tmp_path, python(TELL, *parts)) as some:
        argv, _ = run(some, Job(type="a-b", attempt=3))
    assert argv == ["out/7.png", "mail-3", "{id}", "{ print }", "{}", "a-ba-b"]


def test_the_environment_is_small_and_secrets_go_into_it_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PBX_OF_OTHERS", "not for it")
    code = "import os; print(dict(os.environ)); print(os.getcwd())"
    rest = 'environment = { API_TOKEN = "env:SECRET_TOKEN", MODE = "live" }\n'
    with loaded(tmp_path, python(code, rest=rest), {"SECRET_TOKEN": "t0ken"}) as some:
        said = str(run(some))
        assert "t0ken" not in repr(some) + repr(some.describe()) + repr(some.mapping)
    complaint = "import os,sys; sys.exit('bad ' + os.environ['API_TOKEN'])"
    with loaded(tmp_path, python(complaint, rest=rest), {"SECRET_TOKEN": "t0ken"}) as some:
        assert failure(some).message == "bad ••• (exit 1)"
    assert "'MODE': 'live'" in said
    assert "'API_TOKEN': '•••'" in said
    assert "'PILLARBOX_JOB_ID': '7'" in said
    assert "PBX_OF_OTHERS" not in said
    assert "PYTHONPATH" not in said
    assert str(tmp_path.resolve()) in said


@pytest.mark.parametrize(
    ("output", "result"),
    [("", None), ('{"a": [1]}\n', {"a": [1]}), ("done\n", "done\n"), ("1 2", "1 2")],
)
def test_what_it_prints_is_the_result(tmp_path: Path, output: str, result: object) -> None:
    with loaded(tmp_path, file("printf", "%s", output)) as some:
        assert run(some) == result


@pytest.mark.parametrize(
    ("code", "kind", "exit_code", "message"),
    [
        ("exit(75)", "Exit75", 75, "The command ended with exit 75 and said nothing"),
        ("import sys; sys.exit('line 1\\nno \\x1b[31mroom\\n')", "Exit1", 1, "room (exit 1)"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL", -9, "killed by SIGKILL"),
    ],
)
def test_another_end_is_a_failure_in_the_words_of_standard_error(
    tmp_path: Path, code: str, kind: str, exit_code: int, message: str
) -> None:
    with loaded(tmp_path, python(code)) as some:
        found = failure(some)
    assert (found.type, found.exit_code, found.bases) == (kind, exit_code, ("CommandError",))
    assert message in found.message
    assert "\x1b" not in found.message


def test_a_flood_is_read_to_its_end_and_little_of_it_kept(tmp_path: Path) -> None:
    code = (
        "import sys\nfor _ in range(3000):\n sys.stdout.write('x'*10000); "
        "sys.stderr.write('e'*9999+'\\n')\nsys.stderr.write('last')\nsys.exit(len(sys.argv) - 1)"
    )
    job = Job()
    with loaded(tmp_path, python(code)) as some:
        result = run(some, job)
    assert result == "x" * MAX_KEPT
    assert "the beginning is kept" in job.lines[0]
    with loaded(tmp_path, python(code, "fail")) as some:
        found = failure(some)
    assert found.message == "last (exit 1)"
    assert len(found.traceback) <= 8 * 1024


def test_what_is_no_text_is_not_kept_and_said(tmp_path: Path) -> None:
    job = Job()
    with loaded(tmp_path, file("printf", "\\377\\330")) as some:
        assert run(some, job) is None
    assert job.lines == ["What the command printed is no text; it is not kept"]


def test_a_command_that_reads_nothing_of_a_large_payload_is_done_all_the_same(
    tmp_path: Path,
) -> None:
    with loaded(tmp_path, file("true")) as some:
        assert run(some, Job(payload=json.dumps("x" * 1_000_000))) is None
    with loaded(tmp_path, file("wc", "-c")) as some:
        assert run(some, Job(payload=json.dumps("x" * 1_000_000))) == 1_000_002


FAMILY = """
import os, signal, subprocess, sys, time
{ignore}
child = "import signal,sys,time; {ignore}; print('up', flush=True); time.sleep(600)"
one = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.PIPE)
one.stdout.readline()
open("pids", "w").write(f"{{os.getpid()}} {{one.pid}}")
os.rename("pids", "ready")
{then}
"""
IGNORE = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _all_end(ready: Path) -> bool:
    """Whether the whole family ends; a killed process needs a moment to die."""
    pids = [int(pid) for pid in ready.read_text().split()]
    assert len(pids) == 2
    pause = threading.Event()
    return any(not any(map(_is_alive, pids)) or pause.wait(0.01) for _ in range(1_000))


@pytest.mark.parametrize("ignore", ["pass", IGNORE], ids=["heeds TERM", "ignores TERM"])
def test_a_stop_ends_the_command_and_all_it_started(tmp_path: Path, ignore: str) -> None:
    code = FAMILY.format(ignore=ignore, then="time.sleep(600)")
    context = Job().context()
    with loaded(tmp_path, python(code)) as some:
        thread = threading.Thread(target=_stop_when, args=(tmp_path / "ready", context.stop))
        thread.start()
        with pytest.raises(Stop):
            some.mapping["send"].run(context)
        thread.join()
    assert _all_end(tmp_path / "ready")


def test_what_a_command_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    with loaded(tmp_path, python(FAMILY.format(ignore="pass", then="print('done')"))) as some:
        assert run(some) == "done\n"
    assert _all_end(tmp_path / "ready")


def test_closing_ends_what_runs(tmp_path: Path) -> None:
    some = loaded(tmp_path, python(FAMILY.format(ignore=IGNORE, then="time.sleep(600)")))
    thread = threading.Thread(target=_stop_when, args=(tmp_path / "ready", some.close))
    thread.start()
    with pytest.raises(Stop):
        run(some)
    thread.join()
    assert _all_end(tmp_path / "ready")
    with pytest.raises(Stop):
        run(some)


def _stop_when(ready: Path, stop: object) -> None:
    pause = threading.Event()
    for _ in range(2_000):
        if ready.exists():
            break
        pause.wait(0.01)
    stop()  # type: ignore[operator]


def test_no_zombie_and_no_descriptor_is_left(tmp_path: Path) -> None:
    with loaded(tmp_path, file("sh", "-c", "exit 3")) as some:
        failure(some)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(30):
            failure(some)
        assert len(os.listdir("/proc/self/fd")) == before
    assert not _zombies()


def _zombies() -> list[str]:
    own = [Path(f"/proc/{pid}/stat") for pid in _children()]
    return [one.read_text() for one in own if one.exists() and ") Z " in one.read_text()]


def _children() -> list[str]:
    tasks = Path("/proc/self/task").iterdir()
    return [pid for task in tasks for pid in (task / "children").read_text().split()]


def test_where_the_system_reaps_children_itself_no_end_is_taken_for_success(
    tmp_path: Path,
) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with loaded(tmp_path, file("sh", "-c", "exit 3")) as some:
            assert failure(some).type == "CommandEnded"
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_a_program_that_cannot_be_started_after_all_is_a_failed_attempt(tmp_path: Path) -> None:
    script = tmp_path / "tool"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with loaded(tmp_path, file("./tool")) as some:
        found = failure(some)
    assert found.type == "CommandNotStarted"
    assert "./tool cannot be started: No such file or directory" in found.message
